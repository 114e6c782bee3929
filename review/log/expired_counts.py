"""The hourly counts of conversations that expired, by the same windows and slices as the rows of the log."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import duckdb
import pyarrow.parquet as pq

from review.basics.log_paths import LogPaths
from review.basics.sql_literals import sql_literal
from review.log.buckets import Place, Windows, bounded, chosen, entries, joined, register_hours, window_key, within
from review.log.late import listed
from review.log.retained import COUNTS, parts


@dataclass(frozen=True, kw_only=True)
class ExpiredCounts:
    """What expired by window and slice: ``counts`` by the names of columns, ``errors`` by type.

    ``latency`` are the quantiles of such a window with the rows that it still has, and how many answers these rest on.
    """

    counts: Mapping[Place, Mapping[str, float]] = field(default_factory=dict)
    errors: Mapping[Place, Mapping[str, int]] = field(default_factory=dict)
    latency: Mapping[Place, tuple[list[float | None], int]] = field(default_factory=dict)


def expired_span(log: LogPaths, windows: Windows, *, inside: bool = False) -> tuple[str | None, str | None, int]:
    """Return the first and the last hour that expired, as UTC texts, and how many had no time.

    With ``inside`` only hours of the windows count.
    """
    files = parts(log.logs, COUNTS)
    if not files:
        return None, None, 0
    sql = (
        f"SELECT min(hour), max(hour), coalesce(sum(n) FILTER (hour IS NULL), 0) FROM {listed(files)} AS entry "  # noqa: S608 - our own names and paths
        f"WHERE {chosen(windows)} AND (hour IS NULL OR {_hours(windows, span=inside)})"
    )
    with bounded(windows.threads) as db:
        row = db.execute(sql).fetchone() or (None, None, 0)
    first, last = (None if hour is None else f"{hour}:00:00.000+00:00" for hour in row[:2])
    return first, last, int(row[2])


def expired(log: LogPaths, windows: Windows, bin_of_row: str, quantiles: Mapping[str, float]) -> ExpiredCounts:
    """Return what expired in the windows. ``bin_of_row`` is the expression of the bin of a row's latency."""
    files = parts(log.logs, COUNTS)
    if not files:
        return ExpiredCounts()
    held = {name for path in files for name in pq.read_schema(path).names}
    names = sorted(name for name in held if name == "n" or name.endswith(("_n", "_k", "_sum", "_told")))
    with bounded(windows.threads) as db:
        register_hours(db, windows)
        _gone(db, windows, listed(files))
        sums = ", ".join(f"sum({name})" for name in names)
        keys = _keys(windows)
        by = ", ".join(str(k) for k in range(1, len(windows.slices) + 2))
        rows = db.execute(f"SELECT {keys}, {sums} FROM gone GROUP BY {by}").fetchall()  # noqa: S608 - our own names
        end = 1 + len(windows.slices)
        counts = {
            _place(row, end): {name: x for name, x in zip(names, row[end:], strict=True) if x is not None}
            for row in rows
        }
        types = f"SELECT {keys}, unnest(map_entries(error_types)) AS one FROM gone"  # noqa: S608 - our own names
        found = db.execute(f"SELECT {keys}, one.key, sum(one.value) FROM ({types}) GROUP BY ALL").fetchall()  # noqa: S608 - our own names
        errors: dict[Place, dict[str, int]] = {}
        for row in found:
            errors.setdefault(_place(row, end), {})[row[end]] = int(row[end + 1])
        return ExpiredCounts(counts=counts, errors=errors, latency=_latency(db, log, windows, bin_of_row, quantiles))


def _gone(db: duckdb.DuckDBPyConnection, windows: Windows, relation: str) -> None:
    """Make the table ``gone`` of the counts inside the windows, each with the name of its window."""
    named = {"all": "''", "hour": "hour", "day": "left(hour, 10)", "week": "week"}[windows.by]
    source = f"{relation} AS entry"
    if windows.hours and windows.by == "day":
        named, source = "hours.name", f"(SELECT * FROM {relation}) AS entry JOIN hours USING (hour)"  # noqa: S608 - our own names and paths
    where = f"{_hours(windows, span=True)} AND {chosen(windows)}"
    db.execute(f"CREATE TEMP TABLE gone AS SELECT {named} AS place, entry.* FROM {source} WHERE {where}")  # noqa: S608 - our own names and paths


def _latency(
    db: duckdb.DuckDBPyConnection, log: LogPaths, windows: Windows, bin_of_row: str, quantiles: Mapping[str, float]
) -> dict[Place, tuple[list[float | None], int]]:
    """Return the quantiles of windows of which something expired, as ``quantile_cont`` takes them of all numbers."""
    slices = "".join(f", {name}" for name in windows.slices)
    rows = joined(entries(log, weeks=windows.weeks), windows)
    keys = _keys(windows)
    points = ", ".join(
        f"min(bin) FILTER (upto > floor((total - 1) * {p})) AS low{k}, "
        f"min(bin) FILTER (upto > ceil((total - 1) * {p})) AS high{k}"
        for k, p in enumerate(quantiles.values())
    )
    between = ", ".join(
        f"low{k} + (high{k} - low{k}) * ((total - 1) * {p} - floor((total - 1) * {p}))"
        for k, p in enumerate(quantiles.values())
    )
    sql = (
        f"WITH live AS (SELECT {window_key(windows)} AS place{slices}, {bin_of_row} AS bin, count(*) AS c FROM {rows} "  # noqa: S608 - our own names and paths
        f"WHERE {within(windows)} AND {chosen(windows)} GROUP BY ALL), "
        f"dead AS (SELECT {keys}, unnest(latency_bins) AS bin, unnest(latency_counts) AS c FROM gone), "
        f"bins AS (SELECT {keys}, bin, sum(c) AS c FROM (SELECT * FROM live UNION ALL SELECT * FROM dead) "
        f"WHERE bin IS NOT NULL AND place IN (SELECT place FROM gone) GROUP BY ALL), "
        f"cumulated AS (SELECT *, sum(c) OVER (PARTITION BY {keys} ORDER BY bin) AS upto, "
        f"sum(c) OVER (PARTITION BY {keys}) AS total FROM bins), "
        f"ends AS (SELECT {keys}, total, {points} FROM cumulated GROUP BY {keys}, total) "
        f"SELECT {keys}, total, {between} FROM ends"
    )
    end = 1 + len(windows.slices)
    return {_place(row, end): (list(map(float, row[end + 1 :])), int(row[end])) for row in db.execute(sql).fetchall()}


def _keys(windows: Windows) -> str:
    return ", ".join(("place", *windows.slices))


def _place(row: tuple[Any, ...], end: int) -> Place:
    return row[0], tuple(row[1:end])


def _hours(windows: Windows, *, span: bool) -> str:
    """Return the condition of time on an hour. A span that begins within an hour begins with it."""
    start = max(windows.start, windows.earliest) if span else windows.earliest
    end = f" AND hour || ':00:00.000+00:00' < {sql_literal(windows.end)}" if span and windows.end else ""
    return f"hour >= {sql_literal(start[:13])} AND hour <= {sql_literal(windows.latest[:13])}{end}"
