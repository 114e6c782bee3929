"""``spotcheck push``: send the settled labels of a week to the system that traced its conversations."""

from __future__ import annotations

from dataclasses import asdict

import click

from review.basics.errors import InputError
from review.basics.words import counted
from review.commands.common import acting_person, as_option, emit, err, json_option, note, opened, out, store_option
from review.evidence.chosen_weeks import weeks_between
from review.exchange.pushing.catalogue import SYSTEMS
from review.exchange.pushing.push import push
from review.settings.project import project_of

SHOWN = 5
"""Labels that were not sent and that a person reads one by one."""


@click.command("push")
@click.option("--to", "to", required=True, type=click.Choice(list(SYSTEMS)), help="The system.")
@click.option("--week", required=True, metavar="W", help="The week, such as 2026-W48.")
@click.option("--source", default=None, metavar="NAME", help="Only conversations of this source; default all.")
@click.option("--dry-run", is_flag=True, help="Send nothing; say what would be sent.")
@as_option
@store_option
@json_option
def push_(
    to: str, week: str, source: str | None, dry_run: bool, acting: str | None, store_path: str, as_json: bool
) -> None:
    """Send the settled labels of a week as scores by people, each once; what changed since is sent again.

    Only to a host that [push] in spotcheck.toml names; keys come from the environment. What was sent before an error
    is not sent twice. Exit code 1 when the push ended early.
    """
    store, project = opened(store_path), project_of(store_path)
    weeks = weeks_between(store, week)
    if len(weeks) != 1:
        raise InputError(f"--week: found {len(weeks)} weeks ({week}), expected one. Push them one after another.")
    done = push(store, project, to, weeks[0], by=acting_person(store, acting).id, dry_run=dry_run, source=source)
    result = {"sent": done.sent, "already": done.already, "skipped": [asdict(one) for one in done.skipped]}

    def render() -> None:
        what = "would be sent" if dry_run else "sent"
        said = f"{counted(done.sent, 'label')} {what}, {done.already:,} there already, {len(done.skipped):,} skipped"
        out.print(said, highlight=False)
        for one in done.skipped[:SHOWN]:
            note(f"{one.item}, {one.dimension}: {one.reason}")

    emit({**result, "error": str(done.error) if done.error else None}, as_json, render)
    if done.error is not None:
        err.print(f"error: {done.error.with_hint}", highlight=False, markup=False, soft_wrap=True)
        raise SystemExit(1)
