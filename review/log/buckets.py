"""The log as a time series: aggregates by window of time and by the values of columns, computed where the rows are.

No row of the log comes into Python. Memory and threads are bounded, so that the application beside it stays quick.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any, Literal

import duckdb
import pyarrow as pa

from review.basics.in_memory import in_memory
from review.basics.log_paths import LogPaths
from review.basics.sql_literals import sql_literal
from review.log.columns import COLUMNS
from review.log.late import listed
from review.log.log import columns_of, log_files, log_relation

By = Literal["hour", "day", "week", "all"]
MEMORY = "700MB"
THREADS = 2
Place = tuple[str, tuple[str | None, ...]]
"""A window and the values of its slices."""
OTHER = "(other)"
"""Stands for the values of a column beyond the most frequent ones."""
MOST_VALUES = 100
SURE = 0.7
"""An approximate number of values below this part of the most is surely no more than the most."""


@dataclass(frozen=True, kw_only=True)
class Windows:
    """Which rows to aggregate, and by what.

    ``start`` and ``end`` are UTC texts, half open; "" is no limit. ``latest`` is the last moment that a row may have,
    ``earliest`` the first: rows beyond have a clock that cannot be right, and are counted apart. ``hours`` names the
    day of each UTC hour, such as "2026-11-21T09"; without it days are those of UTC. ``slices`` are columns whose
    values split the windows, ``only`` leaves other values of some columns out (None: those without a value). ``weeks``
    are those of the files to read, None for all. ``many`` are the slices that may have more than ``MOST_VALUES``
    values.
    """

    by: By
    start: str = ""
    end: str = ""
    earliest: str
    latest: str
    slices: Sequence[str] = ()
    only: Mapping[str, str | None] = field(default_factory=dict)
    hours: Mapping[str, str] = field(default_factory=dict)
    weeks: Sequence[str] | None = None
    many: Collection[str] = ()
    threads: int = THREADS


@dataclass(frozen=True, kw_only=True)
class Apart:
    """Rows that stand in no window: without a time, and with one that a clock cannot have shown; the ends of the rest.

    ``first`` and ``last`` are UTC texts, None without any row. ``many`` are the slices that seem to have more than
    ``MOST_VALUES`` values.
    """

    undated: int
    future: int
    too_old: int
    first: str | None
    last: str | None
    many: tuple[str, ...] = ()


@contextmanager
def bounded(threads: int = THREADS) -> Iterator[duckdb.DuckDBPyConnection]:
    """Open a connection in bounded memory and threads."""
    with in_memory(memory_limit=MEMORY, threads=str(threads), preserve_insertion_order="false") as db:
        yield db


def apart(log: LogPaths, windows: Windows) -> Apart:
    """Return how many rows stand in no window, whatever their window would be, and the ends of those that do."""
    sound = f"created_at >= {sql_literal(windows.earliest)} AND created_at <= {sql_literal(windows.latest)}"
    sql = (
        "SELECT count(*) FILTER (created_at IS NULL), "
        f"count(*) FILTER (created_at > {sql_literal(windows.latest)}), "
        f"count(*) FILTER (created_at < {sql_literal(windows.earliest)}), "
        f"min(created_at) FILTER ({sound}), max(created_at) FILTER ({sound})"
        f"FROM {entries(log)} WHERE {chosen(windows)}"
    )
    with bounded(windows.threads) as db:
        undated, future, too_old, first, last = db.execute(sql).fetchone() or (0, 0, 0, None, None)
        many = _many(db, log, windows.slices)
    return Apart(undated=undated, future=future, too_old=too_old, first=first, last=last, many=many)


def _many(db: duckdb.DuckDBPyConnection, log: LogPaths, slices: Sequence[str]) -> tuple[str, ...]:
    """Return the slices that have many values in the largest file, which is enough to tell."""
    files = sorted(log_files(log), key=lambda path: path.stat().st_size)[-1:]
    if not files or not slices:
        return ()
    counts = ", ".join(f"approx_count_distinct({name})" for name in slices)
    found = db.execute(f"SELECT {counts} FROM {listed(files)}").fetchone() or ()  # noqa: S608 - our own names and paths
    return tuple(name for name, n in zip(slices, found, strict=False) if n > SURE * MOST_VALUES)


def entries(log: LogPaths, *, weeks: Sequence[str] | None = None) -> str:
    """Return SQL for the log under the name ``entry`` with every column of ``COLUMNS``, also those that it lacks."""
    files = log_files(log, weeks=weeks)
    relation = log_relation(log, weeks=weeks)
    held = columns_of(files) if files else list(COLUMNS)
    lacks = "".join(f", CAST(NULL AS {kind}) AS {name}" for name, kind in COLUMNS.items() if name not in held)
    return f"(SELECT *{lacks} FROM {relation}) AS entry" if lacks else f"{relation} AS entry"  # noqa: S608 - our own names and paths


def aggregated(
    log: LogPaths,
    windows: Windows,
    aggregates: Mapping[str, str],
    *,
    keys: Mapping[str, str] | None = None,
    where: str = "true",
) -> list[dict[str, Any]]:
    """Return the aggregates of each window and each combination of slices in it, as dicts, in order of time.

    A dict has the keys ``window`` ("" for one window of all), ``slice`` (a tuple of values, None where a row has none)
    and the names of the aggregates. Windows without rows are left out. Of a column with more than ``MOST_VALUES``
    values, the rarer ones stand together as ``OTHER``. ``keys`` are further expressions to group by, and ``where`` is
    a condition of the rows.
    """
    keys, relation = keys or {}, entries(log, weeks=windows.weeks)
    with bounded(windows.threads) as db:
        cells = [_value(db, relation, windows, n) if n in windows.many else n for n in windows.slices]
        register_hours(db, windows)
        grouped = [window_key(windows), *cells, *keys.values()]
        columns = ", ".join([*grouped, *aggregates.values()])
        by = ", ".join(str(k) for k in range(1, len(grouped) + 1))
        where = f"{within(windows)} AND {chosen(windows)} AND ({where})"
        sql = f"SELECT {columns} FROM {joined(relation, windows)} WHERE {where} GROUP BY {by} ORDER BY {by}"  # noqa: S608 - our own names and paths
        rows = db.execute(sql).fetchall()
    end = 1 + len(windows.slices)
    return [
        {"window": row[0], "slice": tuple(row[1:end]), **dict(zip((*keys, *aggregates), row[end:], strict=True))}
        for row in rows
    ]


def ids_in(log: LogPaths, windows: Windows, condition: str, *, most: int) -> tuple[int, list[tuple[str, str, str]]]:
    """Return how many rows of the windows fit a condition, and the latest of them: id, time and status."""
    relation = entries(log, weeks=windows.weeks)
    where = f"{within(windows)} AND {chosen(windows)} AND ({condition})"
    with bounded(windows.threads) as db:
        (n,) = db.execute(f"SELECT count(*) FROM {relation} WHERE {where}").fetchone() or (0,)  # noqa: S608 - our own names and paths
        sql = f"SELECT id, created_at, status FROM {relation} WHERE {where} ORDER BY created_at DESC, id LIMIT ?"  # noqa: S608 - our own names and paths
        return n, db.execute(sql, [most]).fetchall()


def register_hours(db: duckdb.DuckDBPyConnection, windows: Windows) -> None:
    """Make the table ``hours`` that :func:`joined` joins, where windows are days of a time zone."""
    if windows.hours and windows.by == "day":
        db.register("hours", pa.table({"hour": list(windows.hours), "name": list(windows.hours.values())}))


def joined(relation: str, windows: Windows) -> str:
    """Return a relation from :func:`entries` with the day of each hour, where windows are days of a time zone."""
    if windows.hours and windows.by == "day":
        return f"{relation} JOIN hours ON hours.hour = left(entry.created_at, 13)"
    return relation


def window_key(windows: Windows) -> str:
    """Return the expression of the name of a row's window, "" where there is one window of all."""
    if windows.by == "all":
        return "''"
    if windows.hours and windows.by == "day":
        return "hours.name"
    return {"hour": "left(created_at, 13)", "day": "left(created_at, 10)", "week": "week"}[windows.by]


def within(windows: Windows) -> str:
    """Return the condition of time. Every time in the log is UTC text, which sorts as text."""
    start, latest = max(windows.start, windows.earliest), sql_literal(windows.latest)
    end = f" AND created_at < {sql_literal(windows.end)}" if windows.end else ""
    return f"created_at >= {sql_literal(start)} AND created_at <= {latest}{end}"


def chosen(windows: Windows) -> str:
    """Return the condition of the values that are looked at."""
    tests = [
        f"{name} IS NULL" if value is None else f"{name} = {sql_literal(value)}" for name, value in windows.only.items()
    ]
    return " AND ".join(["true", *tests])


def _value(db: duckdb.DuckDBPyConnection, relation: str, windows: Windows, name: str) -> str:
    """Return the expression of a slice: the column, or OTHER for all but its most frequent values."""
    where = f"{within(windows)} AND {chosen(windows)} AND {name} IS NOT NULL"
    sql = f"SELECT {name} FROM {relation} WHERE {where} GROUP BY 1 ORDER BY count(*) DESC, 1 LIMIT {MOST_VALUES + 1}"  # noqa: S608 - our own names and paths
    values = [row[0] for row in db.execute(sql).fetchall()]
    if len(values) <= MOST_VALUES:
        return name
    listed = ", ".join(map(sql_literal, values[:MOST_VALUES]))
    return f"CASE WHEN {name} IS NULL OR {name} IN ({listed}) THEN {name} ELSE '{OTHER}' END"
