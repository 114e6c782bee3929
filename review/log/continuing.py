"""Conversations of an import that continue others, which the log has from earlier imports."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, datetime, time, timedelta
from typing import Any, NamedTuple

import duckdb
import orjson

from review.basics.in_memory import in_memory
from review.basics.log_paths import LogPaths
from review.basics.weeks import monday_of, week_of
from review.log.log import log_relation
from review.log.mixed import import_relation

MOST = 20_000
"""Conversations of an import, and of earlier ones, that are compared."""
_PREVIOUS, _CONVERSATION = (
    f"json_extract_string(content, '$.metadata.{name}')" for name in ("previous_response_id", "conversation")
)
"""In the metadata of a call the call before it, and the conversation that it belongs to."""


class Continued(NamedTuple):
    """The id of a conversation of the import, and that of an earlier one: by its name, or by its ``history``."""

    id: str
    earlier: str
    history: bool


def continued(log: LogPaths, import_id: str, *, source: str) -> list[Continued]:
    """Return the conversations of an import that go on from one of an earlier import of the source.

    Such a conversation names the earlier one, or begins with the same messages. The search by messages covers the weeks
    of the import and the week before each.
    """
    batch = import_relation(log, import_id)
    with in_memory() as db:
        weeks = [row[0] for row in db.execute(f"SELECT DISTINCT week FROM {batch}").fetchall()]  # noqa: S608 - our own paths
        before = [_week_before(week) for week in weeks]
        around = log_relation(log, weeks=sorted({*weeks, *before}))
        named = [*_named(db, batch, log_relation(log), source), *_of_one_name(db, batch, around, source)]
        return list(dict.fromkeys([*named, *_grown(db, batch, around, source)]))


def _week_before(week: str) -> str:
    return week_of(datetime.combine(monday_of(week) - timedelta(days=1), time(), UTC))


def _named(db: duckdb.DuckDBPyConnection, batch: str, everything: str, source: str) -> Iterator[Continued]:
    """Yield those whose call before has the id of a conversation of another import."""
    new = f"SELECT id, {_PREVIOUS} AS name FROM {batch} WHERE content LIKE '%\"previous_response_id\":%'"  # noqa: S608 - our own paths
    if not db.execute(f"{new} LIMIT 1").fetchall():
        return
    sql = (
        f"SELECT new.id, old.id FROM ({new}) new JOIN {everything} old ON old.source_id = new.name "  # noqa: S608 - our own paths
        f"WHERE old.source = ? AND old.import_id NOT IN (SELECT import_id FROM {batch})"
    )
    for id_, earlier in db.execute(sql, [source]).fetchall():
        yield Continued(id_, earlier, history=False)


def _of_one_name(db: duckdb.DuckDBPyConnection, batch: str, around: str, source: str) -> Iterator[Continued]:
    """Yield those of a conversation by its name, of which an earlier import has calls too."""
    new = f"SELECT id, {_CONVERSATION} AS name FROM {batch} WHERE content LIKE '%\"conversation\":%'"  # noqa: S608 - our own paths
    if not db.execute(f"{new} LIMIT 1").fetchall():
        return
    sql = (
        f"SELECT new.id, min(old.id) FROM ({new}) new JOIN (SELECT *, {_CONVERSATION} AS name FROM {around} "  # noqa: S608 - our own paths
        "WHERE content LIKE '%\"conversation\":%') old ON old.name = new.name "
        f"WHERE old.source = ? AND old.import_id NOT IN (SELECT import_id FROM {batch}) GROUP BY new.id"
    )
    for id_, earlier in db.execute(sql, [source]).fetchall():
        yield Continued(id_, earlier, history=False)


_FIRST = (
    "list_extract(list_filter(CAST(json_extract(content, '$.messages') AS JSON[]), "
    "lambda m: json_extract_string(m, '$.role') = 'user'), 1)"
)
_ROWS = "SELECT id, source, import_id, user_id, session_id, content, {} AS first FROM {}"


def _grown(db: duckdb.DuckDBPyConnection, batch: str, around: str, source: str) -> Iterator[Continued]:
    """Yield those that begin with all turns of an earlier conversation of the same user and session."""
    new = _ROWS.format(_FIRST, batch)
    old = f"{_ROWS.format(_FIRST, around)} WHERE source = $source AND import_id NOT IN (SELECT import_id FROM {batch})"  # noqa: S608 - our own paths
    with_history = "json_array_length(content, '$.messages') > 2"
    shown = "id, user_id, session_id, content"
    sql = f"SELECT {shown} FROM ({new}) WHERE {with_history} AND first IN (SELECT first FROM ({old})) LIMIT {MOST}"  # noqa: S608 - our own paths
    grown = db.execute(sql, {"source": source}).fetchall()
    if not grown:
        return
    sql = f"SELECT {shown} FROM ({old}) WHERE first IN (SELECT first FROM ({new})) LIMIT {MOST}"  # noqa: S608 - our own paths
    whole = {(*who, _marks(content)[-1]): id_ for id_, *who, content in db.execute(sql, {"source": source}).fetchall()}
    for id_, *who, content in grown:
        marks = _marks(content)[:-1]
        earlier = next((found for mark in reversed(marks) if (found := whole.get((*who, mark)))), None)
        if earlier is not None and earlier != id_:
            yield Continued(id_, earlier, history=True)


def _marks(content: str) -> list[str]:
    """Return a mark for each beginning of the turns of a conversation; system texts may change."""
    digest, marks = hashlib.blake2b(digest_size=16), [""]
    for turn in _turns(orjson.loads(content).get("messages") or ()):
        digest.update(len(turn).to_bytes(8, "big") + turn)
        marks.append(digest.hexdigest())
    return marks


def _turns(messages: Iterable[dict[str, Any]]) -> Iterator[bytes]:
    for one in messages:
        if one["role"] != "system":
            calls: Sequence[dict[str, Any]] = one.get("tool_calls") or ()
            said = [[call.get("function", {}).get(name) for name in ("name", "arguments")] for call in calls]
            yield orjson.dumps([one["role"], one.get("content") or "", said], default=str)
