"""The imported log: Parquet files beside the store, read by DuckDB.

Each import has a folder, ``<logs>/<import id>/<week>-0001.parquet``, with one file per batch and week. Folders whose
names begin with a dot are unfinished and are not read. :mod:`review.log.append` writes them.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import orjson
import pyarrow.parquet as pq

from review.basics.in_memory import in_memory
from review.basics.log_paths import LogPaths
from review.log.columns import COLUMNS, DIRECT
from review.log.facts import with_facts
from review.log.late import late_facts, late_files, listed, with_late
from review.log.replaced import visible
from review.log.rereading import rereading
from storage.records_log import Conversation

AT_ONCE = 1_000
_TUPLES = ("messages", "context", "steps", "tags")


def log_files(log: LogPaths, *, weeks: Sequence[str] | None = None) -> list[Path]:
    """Return the files of finished imports, sorted; with ``weeks`` only those of these weeks, by name."""
    wanted = None if weeks is None else set(weeks)
    return sorted(
        path
        for path in visible(log.logs, "*/*.parquet")
        if not path.parent.name.startswith(".") and (wanted is None or week_in_name(path) in wanted)
    )


def week_in_name(path: Path) -> str:
    """Return the week whose conversations a file of the log holds."""
    return path.name[:8]


def log_state(log: LogPaths, *, weeks: Sequence[str] | None = None) -> tuple[str, ...]:
    """Return what changes whenever an import is added, withdrawn or told more, or rows were taken out of a file.

    ``weeks`` leaves out the files of all other weeks; what arrived late is not kept by week, so it always counts.
    """
    return tuple(_state(path) for path in (*log_files(log, weeks=weeks), *late_files(log.logs)))


def _state(path: Path) -> str:
    try:
        return f"{path}:{path.stat().st_mtime_ns}"
    except FileNotFoundError:  # withdrawn since the folder was listed
        return str(path)


def log_relation(log: LogPaths, *, weeks: Sequence[str] | None = None) -> str:
    """Return SQL for DuckDB to select from, with the columns of ``COLUMNS``; an empty log has no rows.

    Feedback, errors and verdicts that arrived later are in it; logs of earlier versions may lack the last columns.
    """
    files, late = log_files(log, weeks=weeks), late_files(log.logs)
    return with_late(rows_of(files), late, columns=columns_of(files)) if files and late else rows_of(files)


def rows_of(files: Sequence[Path]) -> str:
    """Return SQL for DuckDB with the rows of some files as they came in; without files there are none."""
    if not files:
        nothing = ", ".join(f"CAST(NULL AS {kind}) AS {name}" for name, kind in COLUMNS.items())
        return f"(SELECT {nothing} WHERE false)"
    return listed(files)


def columns_of(files: Sequence[Path]) -> list[str]:
    """Return the columns of ``COLUMNS`` that at least one of the files has."""
    found: dict[str, None] = {}
    for path in files:
        found |= dict.fromkeys(name for name in pq.read_schema(path).names if name in COLUMNS)
        if len(found) == len(COLUMNS):
            break
    return list(found)


@rereading
def weeks_in_log(log: LogPaths) -> dict[str, int]:
    """Return the number of conversations by week, in order, from the headers of the files."""
    weeks: dict[str, int] = {}
    for path in log_files(log):
        week = week_in_name(path)
        weeks[week] = weeks.get(week, 0) + pq.read_metadata(path).num_rows
    return dict(sorted(weeks.items()))


@rereading
def read_conversations(log: LogPaths, ids: Sequence[str], *, weeks: Sequence[str] | None = None) -> list[Conversation]:
    """Return the conversations with these ids, in this order; ids that the log does not hold are left out."""
    columns = [*DIRECT, "verdicts", "content"]
    sql = f"SELECT {', '.join(columns)} FROM {log_relation(log, weeks=weeks)} WHERE id IN (SELECT unnest(?))"  # noqa: S608 - names and paths of our own
    with in_memory() as db:
        rows = db.execute(sql, [list(ids)]).fetchall() if ids else []
    found = {row[0]: conversation_of_cells(dict(zip(columns, row, strict=True))) for row in rows}
    late = late_facts(late_files(log.logs), list(found))
    return [with_facts(found[i], late.get(i)) for i in dict.fromkeys(ids) if i in found]


@rereading
def ids_held(log: LogPaths, ids: Sequence[str], *, weeks: Sequence[str] | None = None) -> set[str]:
    """Return those of these conversations that the log holds."""
    if not ids:
        return set()
    sql = f"SELECT id FROM {log_relation(log, weeks=weeks)} WHERE id IN (SELECT unnest(?))"  # noqa: S608 - our own paths
    with in_memory() as db:
        return {row[0] for row in db.execute(sql, [list(ids)]).fetchall()}


@rereading
def conversations_named(log: LogPaths, names: Sequence[str]) -> dict[str, Conversation]:
    """Return the conversations of the log by the names that mean them: their id, or their id in their own source.

    A name that several sources have means none of them.
    """
    wanted = "id IN (SELECT unnest($1)) OR source_id IN (SELECT unnest($1))"
    sql = f"SELECT id, source_id FROM {log_relation(log)} WHERE {wanted}"  # noqa: S608 - our own names and paths
    with in_memory() as db:
        rows = db.execute(sql, [list(names)]).fetchall() if names else []
    found = {c.id: c for c in read_conversations(log, [row[0] for row in rows])}
    meant: dict[str, set[str]] = {}
    for id_, source_id in rows:
        meant.setdefault(source_id, set()).add(id_)
    return {
        name: found[id_]
        for name in names
        if (id_ := name if name in found else next(iter(meant[name])) if len(meant.get(name, ())) == 1 else "") in found
    }


def every_conversation(log: LogPaths, *, weeks: Sequence[str]) -> Iterator[Conversation]:
    """Yield all conversations of some weeks; memory holds one batch."""
    columns = [*DIRECT, "verdicts", "content"]
    listed = ", ".join(f"'{week}'" for week in weeks)
    sql = f"SELECT {', '.join(columns)} FROM {log_relation(log, weeks=weeks)} WHERE week IN ({listed})"  # noqa: S608 - names and paths of our own
    with in_memory() as db:
        rows, later = db.execute(sql), late_files(log.logs)
        while batch := rows.fetchmany(AT_ONCE):
            late = late_facts(later, [row[0] for row in batch])
            for row in batch:
                yield with_facts(conversation_of_cells(dict(zip(columns, row, strict=True))), late.get(row[0]))


def conversation_of_cells(cells: dict[str, Any]) -> Conversation:
    """Return the conversation of a row of the log, from its columns ``DIRECT``, verdicts and content."""
    content = orjson.loads(cells.pop("content"))
    verdicts = orjson.loads(cells.pop("verdicts"))
    content.update({name: tuple(content[name]) for name in _TUPLES})
    return Conversation(**cells, **content, verdicts=verdicts)
