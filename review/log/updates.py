"""Records about conversations that the log holds already: what they say anew becomes late rows."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, NamedTuple

import duckdb
import orjson
import pyarrow as pa

from review.basics.in_memory import beside
from review.log.facts import LISTS, Facts, is_older, news, together
from review.log.judges_disagree import judges_disagree
from review.log.late import LateRow, late_facts, listed

AT_ONCE = 2_000
_TABLE = "number BIGINT, id VARCHAR, content_hash VARCHAR, asked VARCHAR, facts VARCHAR"
_JSON = orjson.OPT_NON_STR_KEYS


def first_question(messages: Sequence[Mapping[str, Any]]) -> str:
    """Return what the user asked first, "" where they asked nothing."""
    return next((str(m.get("content") or "") for m in messages if m["role"] == "user"), "")


class Arrival(NamedTuple):
    """What a record says about a conversation, and the first question in it, None where it holds nothing else."""

    id: str
    content_hash: str
    facts: Facts
    asked: str | None


@dataclass(kw_only=True)
class Updates:
    """Counts of such records: ``updated`` brought something new, ``changed`` have only another content.

    A record that begins with another question is another conversation under the same id: it is counted as changed.
    ``duplicate`` say nothing new at all; ``older`` of them say what later feedback has replaced. ``waiting`` name a
    conversation that the log does not hold. ``weeks`` counts the updated ones by the week of their conversation.
    """

    updated: int = 0
    changed: int = 0
    duplicate: int = 0
    older: int = 0
    waiting: int = 0
    weeks: Counter[str] = field(default_factory=Counter)


class Arrivals:
    """Records that wait on disk, in the database of an import, until all of its conversations are known."""

    def __init__(self, db: duckdb.DuckDBPyConnection) -> None:
        """Make the table for them."""
        self._db, self.count = db, 0
        db.execute(f"CREATE TABLE arrived ({_TABLE})")

    def add(self, some: Sequence[Arrival]) -> None:
        """Keep some."""
        first = self.count
        self.count += len(some)
        cells = {
            "number": list(range(first, self.count)),
            "id": [one.id for one in some],
            "content_hash": [one.content_hash for one in some],
            "asked": pa.array([one.asked for one in some], pa.string()),
            "facts": [orjson.dumps(one.facts, option=_JSON, default=str).decode() for one in some],
        }
        self._db.register("more_arrived", pa.table(cells))
        self._db.execute("INSERT INTO arrived SELECT number, id, content_hash, asked, facts FROM more_arrived")

    def late_rows(self, files: Sequence[Path], late: Sequence[Path], counts: Updates, *, now: str) -> Iterator[LateRow]:
        """Yield a late row for each that says something new, and count all of them.

        ``files`` are those of the conversations, with the ones that this import adds; ``late`` those of late rows.
        ``now`` is the time of the import.
        """
        held_now: dict[str, Facts] = {}
        cursor = beside(self._db)
        cursor.execute(_held(files))
        while rows := cursor.fetchmany(AT_ONCE):
            before = late_facts(late, list({row[0] for row in rows}))
            for id_, digest, asked, text, week, messages, *cells in rows:
                arrived = Facts(**orjson.loads(text))
                known, alone = week is not None, asked is None
                if known and not alone and first_question(orjson.loads(messages)) != asked:
                    counts.changed += 1
                    continue
                held = held_now.get(id_) or together(_facts(cells) if known else Facts(), before.get(id_, Facts()))
                new = news(replace(arrived, at=arrived.at or now), held)
                if known and not new:
                    counts.duplicate += alone
                    counts.changed += not alone
                    continue
                held_now[id_] = merged = together(held, new)
                if known and is_older(new, held) and _same(merged, held):
                    counts.older += 1
                    counts.duplicate += 1
                elif known:
                    counts.updated += 1
                    counts.weeks[week] += 1
                else:
                    counts.waiting += 1
                disagree = judges_disagree(merged.verdicts) if new.verdicts else None
                yield LateRow(
                    id=id_, week=week, content_hash=digest, facts=replace(new, at=arrived.at), judges_disagree=disagree
                )


def _same(one: Facts, other: Facts) -> bool:
    return replace(one, at=None) == replace(other, at=None)


_MESSAGES = "json_extract(content, '$.messages')"
_CELLS = ("feedback", "status", "error_type", "error_message", "verdicts")


def _held(files: Sequence[Path]) -> str:
    """Return the query of the arrived records, in order, with what the log holds of their conversations."""
    lists = ", ".join(f"json_extract(content, '$.metadata.{name}') AS {name}" for name in LISTS)
    shown = f"id, week, {_MESSAGES} AS messages, {', '.join(_CELLS)}, json_extract(content, '$.tags') AS tags, {lists}"
    names = ("week", "messages", *_CELLS, "tags", *LISTS)
    nothing = ", ".join(f"CAST(NULL AS VARCHAR) AS {name}" for name in ("id", *names))
    entries = (
        f"(SELECT {shown} FROM {listed(files)} WHERE id IN (SELECT id FROM arrived))"  # noqa: S608 - names and paths of our own
        if files
        else f"(SELECT {nothing} WHERE false)"
    )
    return (
        f"SELECT a.id, a.content_hash, a.asked, a.facts, {', '.join(f'held.{name}' for name in names)} "  # noqa: S608 - names and paths of our own
        f"FROM arrived AS a LEFT JOIN {entries} AS held ON held.id = a.id ORDER BY a.number"
    )


def _facts(cells: Sequence[Any]) -> Facts:
    feedback, status, error_type, error_message, verdicts, tags, *lists = cells
    failed = status == "error"
    return Facts(
        feedback=feedback,
        status="error" if failed else None,
        error_type=error_type if failed else None,
        error_message=error_message if failed else None,
        tags=tuple(orjson.loads(tags)) if tags else (),
        verdicts=orjson.loads(verdicts) if verdicts else {},
        lists={name: orjson.loads(text) for name, text in zip(LISTS, lists, strict=True) if text and text != "null"},
    )
