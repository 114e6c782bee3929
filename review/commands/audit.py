"""``spotcheck audit``: who did what, whether the chain holds, and unmasked originals."""

from __future__ import annotations

from datetime import date

import click
from rich.table import Table
from rich.text import Text

from review.audit import chain
from review.audit.covered import altered
from review.basics.errors import InputError
from review.basics.words import counted
from review.commands.common import acting_person, as_option, emit, json_option, opened, out, split_values, store_option
from review.people.people import require
from review.privacy.reveal import revealed


@click.group("audit")
def audit_group() -> None:
    """Who did what: the chain of entries, and unmasked originals."""


@audit_group.command("list")
@click.option("--actor", metavar="NAMES", help="Only what these people did, with commas between.")
@click.option("--action", metavar="ACTIONS", help="Only these actions, with commas between.")
@click.option("--week", help="Only what concerns this week.")
@click.option("--text", default="", help="Only entries that hold this text.")
@click.option("--since", metavar="DATE", help="From this day on, in UTC.")
@click.option("--until", metavar="DATE", help="Up to and with this day, in UTC.")
@click.option("--limit", type=click.IntRange(min=0), default=0, help="At most this many; 0 is all.")
@as_option
@store_option
@json_option
def audit_list(
    actor: str | None,
    action: str | None,
    week: str | None,
    text: str,
    since: str | None,
    until: str | None,
    limit: int,
    acting: str | None,
    store_path: str,
    as_json: bool,
) -> None:
    """The entries, the newest first (leads only)."""
    store = opened(store_path)
    require(store, acting_person(store, acting).id, "lead")
    search = chain.Search(
        actors=split_values(actor),
        actions=split_values(action),
        text=text,
        week=week,
        since=_day("--since", since),
        until=_day("--until", until),
    )
    found = chain.entries(store, search)
    shown = chain.as_rows(store, found[: limit or None])

    def render() -> None:
        table = Table("#", "at", "who", "action", "what", "detail")
        for row in shown:
            what, detail = row["item"] or row["subject"], chain.detail_text(row["detail"])
            cells = (str(row["sequence"]), row["at"][:19], row["actor"], row["action"], what, detail)
            table.add_row(*(Text(cell) for cell in cells))
        out.print(table)
        out.print(f"{len(shown)} of {len(found)} entries", highlight=False)

    emit({"found": len(found), "entries": shown}, as_json, render)


def _day(option: str, text: str | None) -> date | None:
    try:
        return date.fromisoformat(text) if text else None
    except ValueError:
        raise InputError(f"{option}: found {text!r}, expected a day such as 2026-11-20.") from None


@audit_group.command("verify")
@click.option("--head", "noted", metavar="HASH", help="A hash noted earlier, which must still be in the chain.")
@store_option
@json_option
def audit_verify(noted: str | None, store_path: str, as_json: bool) -> None:
    """Check that no entry, and nothing that people said, was changed or removed; exit code 1 when something was."""
    store = opened(store_path)
    total, broken = chain.verify(store)
    changed = altered(store)
    cut = noted is not None and not chain.holds(store, noted)
    last = chain.head(store)
    text = (
        f"{total} entries, the chain holds" if broken is None else f"the chain is broken at entry {broken} of {total}"
    )
    if changed:
        text += f"; rows were changed or removed behind {counted(len(changed), 'entry', 'entries')}: {_some(changed)}"
    if cut:
        text += "; the noted entry is not in it: entries were cut off or written anew"
    result = {
        "entries": total,
        "broken_at": broken,
        "altered": changed,
        "head": last.hash if last else None,
        "noted_missing": cut,
    }

    def render() -> None:
        out.print(text, highlight=False)
        if last:
            out.print(f"head {last.hash}", highlight=False, style="dim")

    emit(result, as_json, render)
    if broken is not None or changed or cut:
        raise SystemExit(1)


def _some(numbers: list[int], most: int = 10) -> str:
    shown = ", ".join(map(str, numbers[:most]))
    return f"{shown} and {len(numbers) - most} more" if len(numbers) > most else shown


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
