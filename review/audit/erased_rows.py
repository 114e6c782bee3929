"""What erasures emptied: the entries that list rows with the digests before and after, which the check accepts."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, TypeVar

from review.basics.clock import now
from storage.queries.erasing import Emptied, Relisted, erasing_entries
from storage.store import Store

ACTION = "erase"
"""The action of an entry about emptied rows."""
EMPTIED = "emptied"
"""The field of its detail: table -> [[key, digest before, digest after], ...]."""
RELISTED = "relisted"
"""The field with entries whose lines name an erased reviewer anew: table -> [[entry, before, after], ...]."""

Steps = Mapping[str, Sequence[tuple[bytes, bytes]]]
"""By key of a row: its digests before and after each erasure, in order."""
Relistings = Mapping[int, Sequence[tuple[str, str]]]
"""By sequence of an entry: the digests over its lines of one table before and after each erasure, in order."""


@dataclass(frozen=True)
class Erased:
    """Everything that the entries of a chain say was emptied, by table."""

    steps: Mapping[str, Steps] = field(default_factory=dict)
    relisted: Mapping[str, Relistings] = field(default_factory=dict)

    def of(self, table: str) -> Steps:
        """Return what was emptied in one table."""
        return self.steps.get(table, {})


def record_emptied(
    store: Store,
    actor: str,
    request: str,
    *,
    place: str,
    emptied: Mapping[str, Sequence[Emptied]],
    relisted: Mapping[str, Sequence[Relisted]] | None = None,
) -> None:
    """Append the entry that lists emptied rows. Call it in the transaction that emptied them."""
    lists = {table: [list(row) for row in rows] for table, rows in emptied.items() if rows}
    if lists:
        detail: dict[str, Any] = {"place": place, EMPTIED: lists}
        if relisted:
            detail[RELISTED] = {table: [list(one) for one in entries] for table, entries in relisted.items()}
        store.append_entry(at=now(), actor=actor, action=ACTION, subject=request, detail=detail)


def erased_rows(store: Store) -> Erased:
    """Return what the chain says was emptied. Only as true as the chain, which is checked beside it."""
    steps: dict[str, dict[str, list[tuple[bytes, bytes]]]] = {}
    relisted: dict[str, dict[int, list[tuple[str, str]]]] = {}
    for entry in erasing_entries(store, ACTION):
        for table, rows in entry.detail.get(EMPTIED, {}).items():
            for key, before, after in rows:
                steps.setdefault(table, {}).setdefault(key, []).append((bytes.fromhex(before), bytes.fromhex(after)))
        for table, entries in entry.detail.get(RELISTED, {}).items():
            for sequence, before, after in entries:
                relisted.setdefault(table, {}).setdefault(sequence, []).append((before, after))
    return Erased(steps, relisted)


D = TypeVar("D", bytes, str)


def after_erasures(digest: D, steps: Sequence[tuple[D, D]]) -> D:
    """Return the digest that a row, or the lines of an entry, must have, from the one it was written with. Pure.

    A step whose digest before is another one changes nothing: somebody had edited the row before it was emptied.
    """
    for before, after in steps:
        if digest == before:
            digest = after
    return digest
