"""``spotcheck week``: progress, handing items over, asking again, closing."""

from __future__ import annotations

from dataclasses import asdict

import click
from rich.text import Text

from review.annotating.flags import KINDS, flags, take_back_flag
from review.basics.clock import to_minute
from review.basics.words import counted
from review.closing.checklist_shown import shown_checklist
from review.closing.closing import close_week
from review.commands.common import (
    acting_person,
    as_option,
    emit,
    json_option,
    note,
    opened,
    out,
    split_values,
    store_option,
)
from review.commands.grid import Grid
from review.commands.numbers import SHARE
from review.current.assignments import closing_of, week_of_store, with_due_dates
from review.current.progress import progress
from review.week.dealing import redistribute, take_back
from review.week.dealing_again import deal_again
from review.week.requeue import requeue
from storage.queries.items import items_of_week
from storage.queries.pairs import pairs_of_weeks
from storage.queries.weeks import weeks_in_use


@click.group("week")
def week_group() -> None:
    """Weeks: progress, handing over, asking again, closing."""


@week_group.command("list")
@store_option
@json_option
def week_list(store_path: str, as_json: bool) -> None:
    """List all weeks with their state."""
    store = opened(store_path)
    rows = [
        {
            "week": w.name,
            "state": "closed" if closing_of(store, w.name) else "open",
            "items": len(items_of_week(store, w.name)),
            "pairs": len(pairs_of_weeks(store, [w.name])),
            "left": sum(p.left for p in progress(store, w.name)),
            "due": w.due,
        }
        for w in with_due_dates(store, weeks_in_use(store))
    ]

    def render() -> None:
        table = Grid("week", "state", "items", "pairs", "left", "due")
        for row in rows:
            table.add_row(*(str(cell) for cell in row.values()))
        out.print(table)

    emit({"weeks": rows}, as_json, render)


@week_group.command("show")
@click.argument("week")
@store_option
@json_option
def week_show(week: str, store_path: str, as_json: bool) -> None:
    """Show everybody's progress in a week, and what blocks closing it (or was open when it closed)."""
    store = opened(store_path)
    opened_week = week_of_store(store, week)
    rows = [p for p in progress(store, week) if p.dealt]
    checks = shown_checklist(store, week)
    closing = closing_of(store, week)
    result = {
        "week": asdict(opened_week),
        "closed": asdict(closing) if closing else None,
        "progress": [asdict(p) for p in rows],
        "checklist": [{**asdict(c), "done": c.done} for c in checks],
    }

    def render() -> None:
        table = Grid("reviewer", "dealt", "done", "skipped", "left", "minutes left")
        for p in rows:
            table.add_row(p.name, str(p.dealt), str(p.done), str(p.skipped), str(p.left), f"{p.minutes_left:.0f}")
        out.print(table)
        for c in checks:
            out.print(f"{'done' if c.done else 'open'}: {c.name}, {c.todo}", highlight=False, markup=False)
        if closing:
            out.print(f"closed {closing.at[:10]} by {closing.by} {closing.reason}", highlight=False, markup=False)

    emit(result, as_json, render)


@week_group.command("hand-over")
@click.argument("week")
@click.option("--from", "giver", required=True, metavar="NAME", help="Whose open items.")
@click.option(
    "--to", "takers", required=True, metavar="NAMES", help="The people who take them over, separated by commas."
)
@click.option("--skipped", is_flag=True, help="Also hand over the items that the reviewer skipped.")
@click.option("--reason", default="", help="Why.")
@as_option
@store_option
@json_option
def week_hand_over(
    week: str, giver: str, takers: str, skipped: bool, reason: str, acting: str | None, store_path: str, as_json: bool
) -> None:
    """Hand one reviewer's open items over to others."""
    store = opened(store_path)
    by = acting_person(store, acting).id
    to = split_values(takers)
    moved = redistribute(store, week, rater=giver, to=to, by=by, reason=reason, with_skipped=skipped)
    emit({"moved": moved}, as_json, lambda: out.print(f"{counted(moved, 'item')} handed over", highlight=False))


@week_group.command("take-back")
@click.argument("week")
@click.option("--from", "giver", required=True, metavar="NAME", help="Whose open items.")
@click.option("--reason", required=True, help="Why nobody reviews them.")
@as_option
@store_option
@json_option
def week_take_back(week: str, giver: str, reason: str, acting: str | None, store_path: str, as_json: bool) -> None:
    """Take one reviewer's open items back and give them to nobody."""
    store = opened(store_path)
    taken = take_back(store, week, rater=giver, by=acting_person(store, acting).id, reason=reason)
    emit({"taken": taken}, as_json, lambda: out.print(f"{counted(taken, 'item')} taken back", highlight=False))


@week_group.command("deal-again")
@click.argument("week")
@click.option("--to", "takers", required=True, metavar="NAMES", help="The people who review them, separated by commas.")
@click.option("--reason", default="", help="Why.")
@as_option
@store_option
@json_option
def week_deal_again(week: str, takers: str, reason: str, acting: str | None, store_path: str, as_json: bool) -> None:
    """Deal again the items that were taken back and that nobody has reviewed."""
    store = opened(store_path)
    by = acting_person(store, acting).id
    dealt = deal_again(store, week, to=split_values(takers), by=by, reason=reason)
    emit({"dealt": dealt}, as_json, lambda: out.print(f"{counted(dealt, 'item')} dealt again", highlight=False))


@week_group.command("flags")
@click.argument("week")
@click.option(
    "--take-back", "flag", metavar="FLAG", help="Take back this flag, which shows again what it hides (leads only)."
)
@as_option
@store_option
@json_option
def week_flags(week: str, flag: str | None, acting: str | None, store_path: str, as_json: bool) -> None:
    """List what reviewers flagged, or take back a flag that was raised by mistake."""
    store = opened(store_path)
    by = acting_person(store, acting).id
    if flag is not None:
        take_back_flag(store, flag, by=by)
    found = flags(store, week, viewer=by)

    def render() -> None:
        table = Grid("flag", "item", "what", "comment", "hides", "by", "at")
        for f in found:
            cells = (f.flag, f.item, KINDS[f.kind], f.comment, f.token, f.by, to_minute(f.at))
            table.add_row(*(Text(cell) for cell in cells))
        out.print(table)

    emit({"flags": [asdict(f) for f in found]}, as_json, render)


@week_group.command("close")
@click.argument("week")
@click.option("--reason", default="", help="Why it closes while something is open.")
@as_option
@store_option
@json_option
def week_close(week: str, reason: str, acting: str | None, store_path: str, as_json: bool) -> None:
    """Close a week; refused (exit code 1) if something is open and you give no reason."""
    store = opened(store_path)
    closing = close_week(store, week, by=acting_person(store, acting).id, reason=reason)
    emit(asdict(closing), as_json, lambda: out.print(f"{week} is closed", highlight=False))


@week_group.command("requeue")
@click.argument("week")
@click.option("--share", type=SHARE, default=1.0, show_default=True, help="The share of the week's items, from 0 to 1.")
@click.option("--items", metavar="ITEMS", help="Only these items, separated by commas.")
@click.option("--rubric", "version", type=click.IntRange(1), help="The rubric version (default: the one in force).")
@click.option("--reason", default="", help="Why.")
@as_option
@store_option
@json_option
def week_requeue(
    week: str,
    share: float,
    items: str | None,
    version: int | None,
    reason: str,
    acting: str | None,
    store_path: str,
    as_json: bool,
) -> None:
    """Ask reviewers again under a new rubric version; their earlier labels are kept."""
    store = opened(store_path)
    by = acting_person(store, acting).id
    named = split_values(items) if items is not None else None
    done = requeue(store, week, by=by, rubric_version=version, items=named, share=share, reason=reason)
    for name in done.without_role:
        note(f"{name} may not annotate any more and was not asked.")
    emit(asdict(done), as_json, lambda: out.print(done.sentence, highlight=False))
