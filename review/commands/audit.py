"""``spotcheck audit``: who did what, whether the chain holds, and unmasked originals."""

from __future__ import annotations

from dataclasses import asdict
from datetime import date
from pathlib import Path

import click
from rich.text import Text

from review.audit import chain
from review.audit.heads import missing_heads
from review.audit.verifying import check_store, in_words
from review.basics.errors import InputError
from review.basics.words import counted
from review.commands.common import (
    acting_person,
    as_option,
    emit,
    json_option,
    opened,
    out,
    split_values,
    store_option,
)
from review.commands.grid import Grid
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
    """The entries, the newest first (leads and auditors)."""
    store = opened(store_path)
    require(store, acting_person(store, acting).id, "auditor")
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
        table = Grid("#", "at", "who", "action", "what", "detail")
        for row in shown:
            what, told = row["item"] or row["subject"], chain.detail_text(row["detail"])
            at = row["at"][:19].replace("T", " ")
            cells = (str(row["sequence"]), at, row["actor"], row["action"], what, told)
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
@click.option(
    "--heads",
    "file",
    metavar="FILE",
    type=click.Path(dir_okay=False, path_type=Path),
    help="The file that `spotcheck nightly` writes: each of its heads must still be in the chain.",
)
@store_option
@json_option
def audit_verify(noted: str | None, file: Path | None, store_path: str, as_json: bool) -> None:
    """Check that no entry, and no row of any table, was added, changed or removed by other means than Spotcheck.

    Entries cut off the end leave a whole chain behind. They are found when rows still point at them, when this
    machine has written or noted a later entry of the store at this path, or with --head and --heads, which compare it
    with what is kept elsewhere.

    Exit code 1 when something was; 3 when nothing was but the audit key is not here, so that only the links of the
    chain and the presence of rows could be checked.
    """
    store = opened(store_path)
    check = check_store(store)
    cut = noted is not None and not chain.holds(store, noted)
    missing = missing_heads(store, file) if file is not None else []
    last = chain.head(store)
    lines = in_words(check)
    if cut:
        lines.append("the noted entry is not in the chain: entries were cut off or written anew")
    if missing:
        days = ", ".join(f"{head.day} (entry {head.sequence})" for head in missing[:10])
        lines.append(f"not in the chain any more: {counted(len(missing), 'head')} of {file}: {days}")
    result = {
        "entries": check.entries,
        "broken_at": check.broken_at,
        "altered": list(check.altered),
        "rows": check.rows,
        "changes": [asdict(change) for change in check.changes],
        "trouble": check.trouble,
        "proven": not check.unproven,
        "unknown": list(check.unknown),
        "seen_here": check.end.seen._asdict() if check.end.seen else None,
        "head": last.hash if last else None,
        "noted_missing": cut,
        "heads_missing": [asdict(head) for head in missing],
    }

    def render() -> None:
        for line in lines:
            out.print(line, highlight=False, markup=False)
        if last:
            out.print(f"head {last.hash}", highlight=False, style="dim")

    emit(result, as_json, render)
    if not check.holds or cut or missing:
        raise SystemExit(1)
    if check.unproven:
        raise SystemExit(3)


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
