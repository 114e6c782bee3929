"""``spotcheck week``: what is open, how far everybody is, handing items over, closing; and ``spotcheck audit``."""

from __future__ import annotations

from dataclasses import asdict

import click
from rich.table import Table

from review import audit
from review.closing import checklist, close_week, closing_of
from review.commands.common import acting_person, as_option, emit, json_option, opened, out, split_values, store_option
from review.dealing import redistribute, week_of_store
from review.queues import progress
from review.revealing import revealed
from storage.records import Item, Week


@click.group("week")
def week_group() -> None:
    """The weeks: progress, handing over, closing."""


@week_group.command("list")
@store_option
@json_option
def week_list(store_path: str, as_json: bool) -> None:
    """All weeks with their state."""
    store = opened(store_path)
    rows = [
        {
            "week": w.name,
            "state": "closed" if closing_of(store, w.name) else "open",
            "items": len(store.find(Item, week=w.name)),
            "left": sum(p.left for p in progress(store, w.name)),
            "due": w.due,
        }
        for w in store.find(Week, order_by="name")
    ]

    def render() -> None:
        table = Table("week", "state", "items", "left", "due")
        for row in rows:
            table.add_row(*(str(cell) for cell in row.values()))
        out.print(table)

    emit({"weeks": rows}, as_json, render)


@week_group.command("show")
@click.argument("week")
@store_option
@json_option
def week_show(week: str, store_path: str, as_json: bool) -> None:
    """How far everybody is in a week, and what blocks closing it."""
    store = opened(store_path)
    opened_week = week_of_store(store, week)
    rows = [p for p in progress(store, week) if p.dealt]
    checks = checklist(store, week)
    closing = closing_of(store, week)
    result = {
        "week": asdict(opened_week),
        "closed": asdict(closing) if closing else None,
        "progress": [asdict(p) for p in rows],
        "checklist": [{**asdict(c), "done": c.done} for c in checks],
    }

    def render() -> None:
        table = Table("reviewer", "dealt", "done", "skipped", "left", "minutes left")
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
@click.option("--to", "takers", required=True, metavar="NAMES", help="Who takes them, with commas between.")
@click.option("--reason", default="", help="Why.")
@as_option
@store_option
@json_option
def week_hand_over(
    week: str, giver: str, takers: str, reason: str, acting: str | None, store_path: str, as_json: bool
) -> None:
    """Give one reviewer's open items to others."""
    store = opened(store_path)
    by = acting_person(store, acting).id
    moved = redistribute(store, week, rater=giver, to=split_values(takers), by=by, reason=reason)
    emit({"moved": moved}, as_json, lambda: out.print(f"{moved} items handed over", highlight=False))


@week_group.command("close")
@click.argument("week")
@click.option("--reason", default="", help="Why it closes although something is open.")
@as_option
@store_option
@json_option
def week_close(week: str, reason: str, acting: str | None, store_path: str, as_json: bool) -> None:
    """Close a week; refused (exit code 1) while something is open and no reason is given."""
    store = opened(store_path)
    closing = close_week(store, week, by=acting_person(store, acting).id, reason=reason)
    emit(asdict(closing), as_json, lambda: out.print(f"{week} is closed", highlight=False))


@click.group("audit")
def audit_group() -> None:
    """Who did what: the chain of entries, and unmasked originals."""


@audit_group.command("verify")
@store_option
@json_option
def audit_verify(store_path: str, as_json: bool) -> None:
    """Check that no entry was changed or removed; exit code 1 when one was."""
    total, broken = audit.verify(opened(store_path))
    text = (
        f"{total} entries, the chain holds" if broken is None else f"the chain is broken at entry {broken} of {total}"
    )
    emit({"entries": total, "broken_at": broken}, as_json, lambda: out.print(text, highlight=False))
    if broken is not None:
        raise SystemExit(1)


@audit_group.command("reveal")
@click.argument("conversation")
@as_option
@store_option
@json_option
def audit_reveal(conversation: str, acting: str | None, store_path: str, as_json: bool) -> None:
    """Show the unmasked original of a conversation (leads only; the look is logged)."""
    store = opened(store_path)
    original = revealed(store, conversation, by=acting_person(store, acting).id)
    emit(original, as_json, lambda: out.print_json(data=original))
