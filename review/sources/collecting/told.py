"""Feedback and scores on their way into the log. What names a trace that is not there yet waits for it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import orjson

from review.basics.log_paths import log_of
from review.basics.whole_files import replacing
from review.log.log import conversations_named
from review.sources.collecting.batches import private_folder, source_of
from review.sources.collecting.frames import Kind
from review.sources.collecting.ledger import SECONDS, Ledger
from review.sources.file_sets import FileSet, files_at
from storage.store import Store

WAITING = "feedback.jsonl"
FORMATS = {Kind.FEEDBACK: "feedback", Kind.SCORES: "langfuse_rows"}

Take = Callable[..., object]
"""Imports files of one ``format`` and one ``source``."""


class _Row(NamedTuple):
    kind: Kind
    text: bytes
    at: float

    @property
    def row(self) -> dict[str, Any]:
        found: dict[str, Any] = orjson.loads(self.text)
        return found

    @property
    def trace(self) -> str:
        return str(self.row["trace" if self.kind is Kind.FEEDBACK else "traceId"])


class Told:
    """The rows that wait, in memory and in a file beside the spool."""

    def __init__(self, folder: Path, ledger: Ledger) -> None:
        """Read what waited when the last process ended."""
        self._folder, self._ledger = folder, ledger
        self._path = folder / WAITING
        self._rows: dict[_Row, bool] = {}
        if self._path.exists():
            for line in self._path.read_bytes().splitlines():
                kind, row, at = orjson.loads(line)
                self._rows[_Row(Kind(kind), orjson.dumps(row), at)] = False
        self._stored = set(self._rows)

    def add(self, kind: Kind, rows: Sequence[dict[str, Any]], *, at: float) -> None:
        """Keep rows that arrived at a time; those of which the log has the conversation are found out later."""
        for row in rows:
            self._rows.setdefault(_Row(kind, orjson.dumps(row), at), False)

    def settle(self, store: Store, take: Take, *, now: float, counts: Counter[str]) -> None:
        """Import the rows whose trace is in the log, and those that have waited for a day; keep the others on disk."""
        found: dict[tuple[Kind, str], list[_Row]] = {}
        asked = [row for row, was_asked in self._rows.items() if not was_asked or now - row.at >= SECONDS]
        log = log_of(store.path)
        named = {name: one.source for name, one in conversations_named(log, _traces(asked)).items()} if asked else {}
        for row in self._rows:
            self._rows[row] = True
            given = source_of(str(row.row.get("source") or "")) if row.kind is Kind.FEEDBACK else ""
            known = self._ledger.traces.get(row.trace)
            source = known.source if known else named.get(row.trace, "")
            if not source and now - row.at >= SECONDS:
                source = given or source_of("")
                counts["unclaimed"] += 1
            if source:
                found.setdefault((row.kind, source), []).append(row)
        for (kind, source), rows in found.items():
            with private_folder(self._folder / "told") as into:
                take(_written(into, kind, rows), format=FORMATS[kind], source=source)
            for row in rows:
                del self._rows[row]
        self._store()

    def _store(self) -> None:
        """Write what waits, unless the file has it already."""
        if self._stored == set(self._rows):
            return
        lines = [orjson.dumps([row.kind, row.row, row.at]) + b"\n" for row in self._rows]
        with replacing(self._path) as part:
            part.touch(mode=0o600)
            part.write_bytes(b"".join(lines))
        self._stored = set(self._rows)


def _traces(rows: Sequence[_Row]) -> list[str]:
    return list(dict.fromkeys(row.trace for row in rows))


def _written(into: Path, kind: Kind, rows: Sequence[_Row]) -> FileSet:
    path = into / "rows.jsonl"
    path.touch(mode=0o600)
    given = [{name: value for name, value in one.row.items() if name != "source"} for one in rows]
    kept = given if kind is Kind.FEEDBACK else [one.row for one in rows]
    path.write_bytes(b"".join(orjson.dumps(row) + b"\n" for row in kept))
    return files_at((path,))
