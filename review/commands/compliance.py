"""``spotcheck compliance``: the daily checks, their findings, and the control report."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import click
from rich.table import Column
from rich.text import Text

from review.basics.clock import now
from review.basics.whole_files import check_target, replacing
from review.basics.words import capital, counted
from review.commands.common import acting_person, as_option, emit, json_option, note, opened, out, store_option
from review.commands.grid import Grid
from review.commands.progress import bar
from review.compliance.checks.catalogue import DAILY, title_of
from review.compliance.findings import Found, assign, findings, reopen, resolve
from review.compliance.looking_back import behind, look_back
from review.compliance.page import head_of, report_page, waiting_of
from review.compliance.report import cited, control_report, report_csv
from review.compliance.running import due_days, run_checks
from review.people.people import AUDITOR, require
from review.settings.project import project_of

STATES = ("open", "overdue", "resolved")


@click.group("compliance")
def compliance_group() -> None:
    """Daily checks over all traffic: what they find, who answers for it, and the control report."""


@compliance_group.command("run")
@as_option
@store_option
@json_option
def run(acting: str | None, store_path: str, as_json: bool) -> None:
    """Look at the conversations that no check has looked at, and at the store once a day (`nightly` does it too)."""
    store = opened(store_path)
    ran = run_checks(store, project_of(store_path), by=acting_person(store, acting).id, tell=note)
    found = findings(store)
    new = {one.id for one in ran.findings}
    result = {
        "days": sorted(set(ran.days)),
        "conversations": ran.rows,
        "checks": [{k: v for k, v in asdict(one).items() if k in _SAID} for one in ran.results],
        "findings": [one.to_json() for one in found if one.id in new],
        "open": sum(one.state == "open" for one in found),
        "overdue": sum(one.overdue for one in found),
    }

    def render() -> None:
        for one in {r.name: r for r in ran.results if not r.ran}.values():
            out.print(f"{title_of(one.name)} did not run: {one.detail}", highlight=False, markup=False)
        if new:
            _table([one for one in found if one.id in new])
        rows = counted(ran.rows, "conversation")
        out.print(
            f"{capital(rows)} looked at, {counted(len(new), 'new finding')}, "
            f"{result['open']} open, {result['overdue']} overdue",
            highlight=False,
        )

    emit(result, as_json, render)


@compliance_group.command("look-back")
@click.argument("checks", nargs=-1, metavar="[CHECK...]")
@as_option
@store_option
@json_option
def look_back_(checks: Sequence[str], acting: str | None, store_path: str, as_json: bool) -> None:
    """Let checks look at conversations from before they were added or could run; without CHECK, all that can."""
    store, project = opened(store_path), project_of(store_path)
    by = require(store, acting_person(store, acting).id, "lead").id
    lacking = behind(store, project)
    chosen = list(dict.fromkeys(checks)) or [one.name for one in lacking if not one.why_not]
    done = []
    for name in chosen:
        with bar(title_of(name)) as tell:
            done.append(look_back(store, project, name, by=by, tell=tell))
    left = [one for one in behind(store, project) if one.why_not]
    waiting = sum(sum(n.values()) for n in due_days(store).values())
    result = {
        "looked_back": [asdict(one) for one in done],
        "lacking": [
            {"name": one.name, "conversations": one.rows, "days": one.days, "why": one.why_not} for one in left
        ],
    }

    def render() -> None:
        for one in done:
            gone = f", {counted(one.expired, 'conversation')} had expired" if one.expired else ""
            out.print(
                f"{title_of(one.name)}: {counted(one.rows, 'conversation')} of {counted(one.days, 'day')} looked at, "
                f"{counted(one.findings, 'new finding')}{gone}",
                highlight=False,
            )
        for lack in left:
            out.print(f"{lack.words} {lack.why_not}", highlight=False, markup=False)
        if not done and not left:
            out.print("No check lacks a conversation that another one has looked at.")
        if waiting:
            words = counted(waiting, "conversation")
            out.print(f"No check has looked at {words} yet; `spotcheck compliance run` does it.", highlight=False)

    emit(result, as_json, render)


_SAID = ("day", "name", "ran", "looked", "found", "detail")


@compliance_group.command("findings")
@click.option("--state", type=click.Choice(STATES), help="Only findings in this state.")
@click.option("--check", "name", type=click.Choice(list(DAILY)), help="Only what this check found.")
@click.option("--owner", metavar="NAME", help="Only what this person answers for.")
@as_option
@store_option
@json_option
def list_(
    state: str | None, name: str | None, owner: str | None, acting: str | None, store_path: str, as_json: bool
) -> None:
    """List findings with their owners and deadlines: overdue ones first (leads and auditors)."""
    store = opened(store_path)
    require(store, acting_person(store, acting).id, AUDITOR)
    whose = acting_person(store, owner).id if owner else None
    found = [
        one
        for one in findings(store, names=[name] if name else ())
        if (state in (None, one.state) or (state == "overdue" and one.overdue)) and whose in (None, one.owner)
    ]
    emit({"findings": [one.to_json() for one in found]}, as_json, lambda: _table(found))


@compliance_group.command("assign")
@click.argument("ids", nargs=-1, required=True, metavar="FINDING...")
@click.option("--owner", default="", metavar="NAME", help="Who answers for them from now on.")
@click.option("--due", default="", metavar="DATE", help="Until when they are to be resolved, such as 2026-12-01.")
@as_option
@store_option
@json_option
def assign_(ids: Sequence[str], owner: str, due: str, acting: str | None, store_path: str, as_json: bool) -> None:
    """Give findings another owner or deadline."""
    store = opened(store_path)
    _told(assign(store, ids, by=acting_person(store, acting).id, owner=owner, due=due), as_json)


@compliance_group.command("resolve")
@click.argument("ids", nargs=-1, required=True, metavar="FINDING...")
@click.option("--resolution", required=True, metavar="TEXT", help="What was done about them; it is masked.")
@as_option
@store_option
@json_option
def resolve_(ids: Sequence[str], resolution: str, acting: str | None, store_path: str, as_json: bool) -> None:
    """Say that findings are resolved, and how."""
    store = opened(store_path)
    by = acting_person(store, acting).id
    _told(resolve(store, project_of(store_path), ids, resolution, by=by), as_json)


@compliance_group.command("reopen")
@click.argument("ids", nargs=-1, required=True, metavar="FINDING...")
@click.option("--reason", required=True, metavar="TEXT", help="Why; it is masked.")
@as_option
@store_option
@json_option
def reopen_(ids: Sequence[str], reason: str, acting: str | None, store_path: str, as_json: bool) -> None:
    """Open resolved findings again."""
    store = opened(store_path)
    by = acting_person(store, acting).id
    _told(reopen(store, project_of(store_path), ids, reason, by=by), as_json)


@compliance_group.command("report")
@click.option("--from", "first", metavar="DATE", help="The first day, in UTC. Default: 30 days ago.")
@click.option("--to", "last", metavar="DATE", help="The last day, in UTC. Default: today.")
@click.option("--html", metavar="FILE", type=click.Path(path_type=Path), help="Write it as one page to this file.")
@click.option("--csv", "table", metavar="FILE", type=click.Path(path_type=Path), help="Write it as a table.")
@click.option("--force", is_flag=True, help="Replace files that exist.")
@as_option
@store_option
@json_option
def report_(
    first: str | None,
    last: str | None,
    html: Path | None,
    table: Path | None,
    force: bool,
    acting: str | None,
    store_path: str,
    as_json: bool,
) -> None:
    """Report which checks ran, also those that found nothing, what they found and what is overdue."""
    store = opened(store_path)
    by = require(store, acting_person(store, acting).id, AUDITOR).id
    for file in (html, table):
        if file is not None:
            check_target(file, force=force)
    today = date.fromisoformat(now()[:10])
    begin = first or (today - timedelta(days=30)).isoformat()
    found = control_report(store, project_of(store_path), first=begin, last=last or today.isoformat(), by=by)
    for file, text in ((html, report_page), (table, report_csv)):
        if file is not None:
            with replacing(file) as temporary:
                temporary.write_text(text(found), encoding="utf-8", newline="")
            note(f"Wrote {file}.")

    def render() -> None:
        numbers = (Column(name, justify="right") for name in ("days", "looked at", "found in", "open", "overdue"))
        shown = Grid("check, and what it serves", "state", *numbers, box=None, pad_edge=False)
        for c in found.controls:
            counts = (f"{n:,}" for n in (c.days, c.looked, c.found, c.open, c.overdue))
            shown.add_row(Text(f"{c.title}\n{cited(c.clauses)}\n"), c.state, *counts)
        out.print(shown)
        for line in (head_of(found), waiting_of(found)):
            if line:
                out.print(line, highlight=False)

    emit(found.to_json(), as_json, render)


def _told(found: Sequence[Found], as_json: bool) -> None:
    emit({"findings": [one.to_json() for one in found]}, as_json, lambda: _table(found))


def _table(found: Sequence[Found]) -> None:
    if not found:
        out.print("No finding.")
        return
    shown = Grid("finding", "day", "what", "in", "owner", "due", "state", box=None, pad_edge=False)
    for one in found:
        state = "overdue" if one.overdue else one.state
        what = f"{one.title}: {one.kind}" + (f" {one.subject}" if one.subject else "")
        cells: tuple[Any, ...] = (one.id, one.day, what, f"{one.n:,} of {one.looked:,}", one.owner, one.due, state)
        shown.add_row(*map(Text, cells))
    out.print(shown)
