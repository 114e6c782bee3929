"""Compare the rows of one table with the digests that entries of the audit chain have signed."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from itertools import groupby
from typing import Literal, NamedTuple

from review.audit.erased_rows import Relistings, Steps, after_erasures
from storage.proof_digests import rows_digest

Lines = Iterator[tuple[int, str, bytes]]
"""(sequence of the entry, key of the row, digest) in order of arrival."""
Promises = dict[int, list[object]]
"""By sequence of the entry: how many rows of the table it signed, and the digest over them."""


class Found(NamedTuple):
    """A row of the table as it is now: its key, and its digest (None without the audit key)."""

    key: str
    digest: bytes | None


@dataclass(frozen=True)
class Change:
    """A row that is not as it was written. ``key`` is "" where nothing names it any more; ``entry`` covers the row."""

    kind: Literal["added", "edited", "deleted", "moved"]
    table: str
    key: str
    entry: int | None = None


@dataclass
class TableCheck:
    """How many rows a table holds, what changed in it, and the entries whose signed rows are not all there."""

    rows: int = 0
    changes: list[Change] = field(default_factory=list)
    entries: set[int] = field(default_factory=set)


def check_table(
    table: str,
    promises: Promises,
    lines: Callable[[], Lines],
    rows: Callable[[], Iterator[Found]],
    *,
    key: bytes | None,
    emptied: Steps | None = None,
    relisted: Relistings | None = None,
) -> TableCheck:
    """Return what changed in one table. ``lines`` and ``rows`` begin anew at each call, each in order of arrival.

    Memory stays small while nothing has changed. Without ``key`` only additions and removals are seen. Rows that were
    ``emptied`` must have the digest that they were left with, and so must the lines of entries that were ``relisted``.
    """
    emptied, promises = emptied or {}, _now(promises, relisted or {})
    count = _in_step(promises, lines(), rows(), key, emptied)
    return (
        TableCheck(count)
        if count is not None
        else _differences(table, promises, lines(), rows(), key=key, emptied=emptied)
    )


def _now(promises: Promises, relisted: Relistings) -> Promises:
    """Return what entries have signed with the digests that erasures left of it."""
    changed = {
        e: [promises[e][0], after_erasures(str(promises[e][1]), s)] for e, s in relisted.items() if e in promises
    }
    return promises | changed


def _in_step(promises: Promises, lines: Lines, rows: Iterator[Found], key: bytes | None, emptied: Steps) -> int | None:
    """Return the number of rows when each stands where its line does; None as soon as something differs."""
    count = kept = 0
    for entry, group in groupby(lines, key=lambda line: line[0]):
        signed = [(k, digest) for _, k, digest in group]
        if not _kept(promises.get(entry), signed, key):
            return None
        kept += 1
        for name, digest in signed:
            row = next(rows, None)
            wanted = after_erasures(digest, emptied[name]) if name in emptied else digest
            if row is None or row.key != name or row.digest not in (None, wanted):
                return None
        count += len(signed)
    return count if kept == len(promises) and next(rows, None) is None else None


def _kept(promise: list[object] | None, signed: list[tuple[str, bytes]], key: bytes | None) -> bool:
    """Return whether these lines are the ones that the entry signed."""
    if promise is None or promise[0] != len(signed):
        return False
    return key is None or promise[1] == rows_digest(key, signed)


class _Line(NamedTuple):
    place: int
    entry: int
    digest: bytes


def _differences(
    table: str, promises: Promises, lines: Lines, rows: Iterator[Found], *, key: bytes | None, emptied: Steps
) -> TableCheck:
    found = TableCheck()
    expected = _expected(table, promises, lines, key, found)
    for name, steps in emptied.items():
        if name in expected:
            expected[name] = expected[name]._replace(digest=after_erasures(expected[name].digest, steps))
    seen: set[str] = set()
    before = -1
    for row in rows:
        found.rows += 1
        line = expected.get(row.key)
        if line is None or row.key in seen:
            found.changes.append(Change("added", table, row.key))
            continue
        seen.add(row.key)
        if row.digest not in (None, line.digest):
            found.changes.append(Change("edited", table, row.key, line.entry))
        elif line.place < before:
            found.changes.append(Change("moved", table, row.key, line.entry))
        before = max(before, line.place)
    gone = (Change("deleted", table, k, line.entry) for k, line in expected.items() if k not in seen)
    found.changes.extend(gone)
    found.entries.update(c.entry for c in found.changes if c.entry is not None)
    return found


def _expected(table: str, promises: Promises, lines: Lines, key: bytes | None, found: TableCheck) -> dict[str, _Line]:
    """Return the line of each row by its key: the first one for its place, the last one for its digest."""
    expected: dict[str, _Line] = {}
    open_ = dict(promises)
    place = 0
    for entry, group in groupby(lines, key=lambda line: line[0]):
        signed = [(k, digest) for _, k, digest in group]
        promise = open_.pop(entry, None)
        if promise is None:
            continue  # nobody signed these lines, so the rows they name count as added
        if not _kept(promise, signed, key):
            found.entries.add(entry)
            lost = int(str(promise[0])) - len(signed)
            found.changes.extend(Change("deleted", table, "", entry) for _ in range(max(lost, 0)))
        for name, digest in signed:
            first = expected.get(name)
            expected[name] = _Line(first.place if first else place, entry, digest)
            place += 1
    for entry, promise in open_.items():
        found.entries.add(entry)
        found.changes.extend(Change("deleted", table, "", entry) for _ in range(int(str(promise[0]))))
    return expected
