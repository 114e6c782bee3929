"""``spotcheck retention``: remove from the log what is over, or show what would go."""

from __future__ import annotations

from dataclasses import asdict

import click
from rich.text import Text

from review.audit.clock_leaps import leap, leap_words
from review.basics.words import counted
from review.commands.common import acting_person, as_option, emit, json_option, note, opened, out, store_option
from review.commands.grid import Grid
from review.failures.rules import failure_rules
from review.monitoring.given_up import never_draw
from review.monitoring.retention import Retained, plan_retention, run_retention
from review.monitoring.staying import HELD_BACK
from review.settings.project import project_of
from review.settings.retention import CLASSES


@click.group("retention", invoke_without_command=True)
@click.option("--dry-run", is_flag=True, help="Show what would go and what stays; remove nothing.")
@click.option("--clock-is-right", is_flag=True, help="Believe a clock that is far ahead of what was written before.")
@as_option
@store_option
@json_option
@click.pass_context
def retention(
    context: click.Context,
    dry_run: bool,
    clock_is_right: bool,
    acting: str | None,
    store_path: str,
    as_json: bool,
) -> None:
    """Remove conversations of the log whose days are over: errors after 90, slow ones after 30, others after 7.

    Only where [retention] in spotcheck.toml says on = true; --dry-run works without. Nothing goes whose week is not
    closed, and nothing that was drawn, reviewed, worked on or put on hold. Counts stay. Nightly does it too.
    """
    if context.invoked_subcommand is not None:
        return
    store, project = opened(store_path), project_of(store_path)
    if dry_run:
        done = plan_retention(store, project)
    else:
        by = acting_person(store, acting).id
        done = run_retention(store, project, failure_rules(store, project), by=by, clock_is_right=clock_is_right)
    result = {
        "classes": done.classes(CLASSES),
        "held_back": done.held_back,
        "bytes_before": done.bytes_before,
        "bytes_after": done.bytes_after,
    }
    emit(result, as_json, lambda: _render(done, dry_run=dry_run))
    if not as_json and dry_run and not project.retention.on:
        note(f"Retention is off: nothing is removed until [retention] in {project.path} says on = true.")
    if not as_json and dry_run and (ahead := leap(store)) is not None:
        note(leap_words(ahead))


@retention.command("never-drawn")
@click.argument("week", metavar="WEEK")
@click.option("--reason", required=True, metavar="TEXT", help="Why; it stays in the record.")
@as_option
@store_option
@json_option
def never_drawn(week: str, reason: str, acting: str | None, store_path: str, as_json: bool) -> None:
    """Say that nothing will ever be drawn from a week of the log, so that its conversations may expire."""
    store = opened(store_path)
    row = never_draw(store, week, reason=reason, by=acting_person(store, acting).id)
    emit(asdict(row), as_json, lambda: out.print(Text(f"{row.week} is never drawn: {row.reason}")))


def _render(done: Retained, *, dry_run: bool) -> None:
    table = Grid("class", "stay", "would go" if dry_run else "went", box=None, pad_edge=False)
    for name, n in done.classes(CLASSES).items():
        table.add_row(name, f"{n['kept']:,}", f"{n['expired']:,}")
    out.print(table)
    for reason, held in done.held_back.items():
        out.print(Text(f"{counted(held, 'conversation')} past the days stay: {HELD_BACK[reason]}"))
    about = "about " if dry_run else ""
    out.print(Text(f"{megabytes(done.bytes_before)} before, {about}{megabytes(done.bytes_after)} after"))


def megabytes(size: int) -> str:
    """Return a size in megabytes, for people."""
    return f"{size / 1e6:,.1f} MB"
