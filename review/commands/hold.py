"""``spotcheck hold``: legal holds, which stop retention and erasure."""

from __future__ import annotations

from typing import Any

import click
from rich.text import Text

from review.basics.words import counted
from review.commands.common import acting_person, as_option, emit, json_option, opened, out, store_option
from review.commands.grid import Grid
from review.compliance.hold_subjects import matching, subjects_of
from review.people.people import AUDITOR, require
from review.privacy.holds import HoldState, add_holds, every_hold, release_hold
from storage.store import Store


@click.group("hold")
def hold_group() -> None:
    """Legal holds: what retention and erasure must not remove until a lead releases it."""


@hold_group.command("add")
@click.option("--conversation", "conversations", multiple=True, metavar="ID", help="A conversation; may be repeated.")
@click.option("--user", "users", multiple=True, metavar="ID", help="A user and all of their conversations.")
@click.option("--reason", required=True, metavar="TEXT", help="Why; it stays in the record.")
@click.option("--even-if-none", is_flag=True, help="Also hold what the log and the store do not know yet.")
@as_option
@store_option
@json_option
def hold_add(
    conversations: tuple[str, ...],
    users: tuple[str, ...],
    reason: str,
    even_if_none: bool,
    acting: str | None,
    store_path: str,
    as_json: bool,
) -> None:
    """Hold conversations, or users with all of their conversations, also those that come later.

    A user is named by the id that the product gave them, or by the hashed one that the log shows. A name of which there
    is no conversation is refused, because it may be misspelt.
    """
    if not conversations and not users:
        raise click.UsageError("give --conversation or --user; found neither.")
    store = opened(store_path)
    by = require(store, acting_person(store, acting).id, "lead").id
    named = subjects_of(store, conversations=conversations, users=users, even_if_none=even_if_none)
    new = add_holds(store, conversations=named.conversations, users=named.users, reason=reason, by=by)
    _show(store, [HoldState(row, None) for row in new], as_json)


@hold_group.command("list")
@click.option("--all", "everything", is_flag=True, help="Also those that were released.")
@as_option
@store_option
@json_option
def hold_list(everything: bool, acting: str | None, store_path: str, as_json: bool) -> None:
    """List the holds that last, with how many conversations each of them names now (leads and auditors)."""
    store = opened(store_path)
    require(store, acting_person(store, acting).id, AUDITOR)
    _show(store, [one for one in every_hold(store) if everything or one.release is None], as_json)


@hold_group.command("release")
@click.argument("hold_id", metavar="HOLD")
@click.option("--reason", required=True, metavar="TEXT", help="Why; it stays in the record.")
@as_option
@store_option
@json_option
def hold_release(hold_id: str, reason: str, acting: str | None, store_path: str, as_json: bool) -> None:
    """End a hold: retention and erasure may remove what it named, unless another hold names it too."""
    store = opened(store_path)
    row = release_hold(store, hold_id, reason=reason, by=acting_person(store, acting).id)
    _show(store, [one for one in every_hold(store) if one.hold.id == row.hold_id], as_json)


def _show(store: Store, found: list[HoldState], as_json: bool) -> None:
    counts = matching(store, [one.hold for one in found])

    def render() -> None:
        table = Grid("hold", "what", "holds", "since", "by", "reason", "released", box=None, pad_edge=False)
        for one in found:
            row, end = one.hold, one.release
            ended = "" if end is None else f"{end.at[:10]} by {end.by}: {end.reason}"
            holds = counted(counts[row.id], "conversation")
            cells = (row.id[:8], f"{row.kind} {row.subject}", holds, row.at[:10], row.by, row.reason, ended)
            table.add_row(*map(Text, cells))
        out.print(table if found else "Nothing is on hold.")

    emit({"holds": [_row(one, counts[one.hold.id]) for one in found]}, as_json, render)


def _row(one: HoldState, conversations: int) -> dict[str, Any]:
    row, end = one.hold, one.release
    released = None if end is None else {"at": end.at, "by": end.by, "reason": end.reason}
    about = {"kind": row.kind, "subject": row.subject, "conversations": conversations, "reason": row.reason}
    return {"id": row.id, "at": row.at, "by": row.by, **about, "released": released}
