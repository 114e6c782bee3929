"""Heads of the chain, noted in a file elsewhere: one line a day, which shows later whether entries were cut off.

A line holds the day in UTC, the store's id, the number of entries and the hash of the last one, with tabs between.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from review.audit import chain
from review.audit.store_secrets import store_id
from review.basics.clock import now
from review.basics.errors import InputError, NothingToDo, Refused
from storage.records_people import AuditEntry
from storage.store import Store


@dataclass(frozen=True)
class Head:
    """The last entry of a store's chain on one day."""

    day: str
    store: str
    sequence: int
    hash: str


def note_head(store: Store, file: Path) -> str:
    """Append today's head to ``file`` unless it has a line for this store and day. Returns what was done, in words.

    Raises InputError when the file cannot be written or holds other lines, NothingToDo for a store without entries,
    Refused when an earlier head of this store is no longer in its chain.
    """
    own = _heads_of(store, file) if file.exists() else []
    lost = _not_in_chain(store, own)
    if lost:
        raise Refused(
            f"the chain no longer has entry {lost[0].sequence}, which {file} notes for {lost[0].day}. Entries were "
            "removed outside Spotcheck. Compare the store with a backup."
        )
    last = chain.head(store)
    if last is None:
        raise NothingToDo("the store has no entries yet.")
    today = Head(now()[:10], store_id(store), last.sequence, last.hash)
    if any(head.day == today.day for head in own):
        return f"{file} has the head of {today.day} already"
    try:
        with file.open("a", encoding="utf-8") as target:
            target.write(f"{today.day}\t{today.store}\t{today.sequence}\t{today.hash}\n")
            target.flush()
            os.fsync(target.fileno())
    except OSError as error:
        raise InputError(f"{file} cannot be written ({error.strerror or error}).") from None
    return f"entry {today.sequence} noted in {file}"


def heads_in(file: Path) -> Iterator[Head]:
    """Yield the heads in a file. Raises InputError for a line that is no head."""
    try:
        lines = file.read_text(encoding="utf-8").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise InputError(f"{file} cannot be read ({getattr(error, 'strerror', None) or error}).") from None
    for number, line in enumerate(lines, 1):
        parts = line.split("\t")
        if len(parts) != 4 or not parts[2].isdecimal():
            raise InputError.at(
                str(file), number, column=None, found=line, expected="a day, the id of a store, a number and a hash"
            )
        yield Head(parts[0], parts[1], int(parts[2]), parts[3])


def missing_heads(store: Store, file: Path) -> list[Head]:
    """Return the heads of this store in ``file`` that are not in its chain at their place any more.

    Raises InputError when the file has none of this store: then it proves nothing about it.
    """
    own = _heads_of(store, file)
    if not own:
        raise InputError(f"{file}: no line is about this store (its id is {store_id(store)}).")
    return _not_in_chain(store, own)


def _heads_of(store: Store, file: Path) -> list[Head]:
    return [head for head in heads_in(file) if head.store == store_id(store)]


def _not_in_chain(store: Store, own: list[Head]) -> list[Head]:
    hashes = {e.sequence: e.hash for e in store.find(AuditEntry, sequence=[head.sequence for head in own])}
    return [head for head in own if hashes.get(head.sequence) != head.hash]
