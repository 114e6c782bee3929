"""Count the log for all alerts at once, by window for all traffic, for each slice of it, and for pairs of slices.

The rows are read once, into cells: one for each window and combination of the columns by which traffic is split, with
what expired of it. Everything else is a sum of cells.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from itertools import combinations
from typing import Any

import duckdb

from review.basics.log_paths import LogPaths
from review.basics.sql_literals import sql_literal
from review.log.buckets import Windows, bounded, chosen, entries, joined, register_hours, window_key, within
from review.log.rereading import rereading
from review.monitoring.alerts.declared import Counted, Declared, counted_in_log
from review.monitoring.alerts.expired import counted_in_counts
from review.monitoring.alerts.series import ALL, Key
from review.monitoring.counts import counts_relation
from review.monitoring.metrics import SLICES

Rows = dict[Key, list[dict[str, Any]]]
MOST_CELLS = 500_000
"""A log of more cells is counted column by column, and no pairs of it are watched: memory stays bounded."""
MOST_PAIRED = 8
"""So many values of each column, the most frequent ones, are watched in pairs."""


@rereading
def counted_by_key(log: LogPaths, alerts: Sequence[Declared], ran: Mapping[str, frozenset[str]], at: Windows) -> Rows:
    """Return the events ``NAME_x`` and the trials ``NAME_n`` of every alert by window and key, with those that expired.

    Each row also has its ``window``. ``ran`` are the checks that ran on each import. Pairs are counted for windows of
    days.
    """
    names = [f"{end}_{k}" for k in range(len(alerts)) for end in ("events", "trials", "told")]
    with bounded() as db:
        register_hours(db, at)
        sources = _sources(db, log, alerts, ran, at)
        whole = sum(_many(db, rows) for rows, _ in sources) <= MOST_CELLS
        sets = [SLICES] if whole else [(), *((name,) for name in SLICES)]
        for k, (rows, counts) in enumerate(sources):
            cells = (
                f"SELECT window_, {_COLUMNS}, {_ROLLED} AS rolled_, {_named(names, counts)} FROM ({rows}) {_by(sets)}"  # noqa: S608 - our own names and paths
            )
            db.execute(f"INSERT INTO cells {cells}" if k else f"CREATE TEMP TABLE cells AS {cells}")
        sums = ", ".join(f"sum({name}) AS {name}" for name in names)
        rolled, by = (_ROLLED, _by([(), *((name,) for name in SLICES)])) if whole else ("rolled_", "GROUP BY ALL")
        query = f"SELECT window_, {_COLUMNS}, {rolled} AS rolled_, {sums} FROM cells {by}"  # noqa: S608 - our own names
        found: Rows = {ALL: []}
        for key, row in _told(db, query, alerts):
            found.setdefault(key, []).append(row)
        if whole and at.by == "day":
            for key, row in _told(db, _pairs(found, sums), alerts):
                found.setdefault(key, []).append(row)
    return found


def _sources(
    db: duckdb.DuckDBPyConnection,
    log: LogPaths,
    alerts: Sequence[Declared],
    ran: Mapping[str, frozenset[str]],
    at: Windows,
) -> list[tuple[str, list[Counted]]]:
    """Return the rows of the log and of what expired, each with how it counts every alert."""
    where = f"{within(at)} AND {chosen(at)}"
    rows = f"SELECT {window_key(at)} AS window_, entry.* FROM {joined(entries(log), at)} WHERE {where}"  # noqa: S608 - our own names and paths
    found = [(rows, [counted_in_log(one, ran) for one in alerts])]
    relation = counts_relation(log)
    if relation is not None:
        held: Collection[str] = [c[0] for c in db.execute(f"SELECT * FROM {relation} LIMIT 0").description]  # noqa: S608 - our own paths
        start = max(at.start, at.earliest)[:13]
        where = f"gone.hour >= {sql_literal(start)} AND gone.hour <= {sql_literal(at.latest[:13])}"
        days = at.by == "day" and at.hours
        window = "hours.name" if days else "left(gone.hour, 10)" if at.by == "day" else "gone.hour"
        join = "JOIN hours ON hours.hour = gone.hour" if days else ""
        rows = f"SELECT {window} AS window_, gone.* FROM {relation} AS gone {join} WHERE {where}"  # noqa: S608 - our own names and paths
        found.append((rows, [counted_in_counts(one, held) for one in alerts]))
    return found


def _many(db: duckdb.DuckDBPyConnection, rows: str) -> int:
    """Return about how many cells some rows have."""
    (n,) = db.execute(f"SELECT approx_count_distinct(hash(window_, {_COLUMNS})) FROM ({rows})").fetchone() or (0,)  # noqa: S608 - our own names and paths
    return int(n)


def _pairs(found: Rows, sums: str) -> str:
    """Return the query of the pairs of the most frequent values, which ``found`` tells, of any two columns."""
    traffic: dict[str, dict[str, float]] = {name: {} for name in SLICES}
    for key, rows in found.items():
        if key != ALL:
            traffic[key[0]][key[1]] = max(sum(n) for n in zip(*(_trials(row) for row in rows), strict=True))
    often = {name: sorted(of, key=lambda value: (-of[value], value))[:MOST_PAIRED] for name, of in traffic.items()}
    columns = ", ".join(
        f"CASE WHEN {name} IN ({', '.join(map(sql_literal, values)) or 'NULL'}) THEN {name} END AS {name}"
        for name, values in often.items()
    )
    inner = f"SELECT * REPLACE ({columns}) FROM cells"  # noqa: S608 - our own names
    pairs = _by(list(combinations(SLICES, 2)))
    return f"SELECT window_, {_COLUMNS}, {_ROLLED} AS rolled_, {sums} FROM ({inner}) {pairs}"  # noqa: S608 - our own names


def _trials(row: Mapping[str, Any]) -> list[float]:
    return [count for name, count in row.items() if name.endswith("_n")]


def _told(
    db: duckdb.DuckDBPyConnection, query: str, alerts: Sequence[Declared]
) -> Iterator[tuple[Key, dict[str, Any]]]:
    """Give each row of a query with its key; one without a value of its columns is left out.

    A window in which no row tells a figure says nothing of it, so it has no trials.
    """
    size = len(SLICES)
    # Some ten thousand rows are told here in each check, so what they share is made once.
    places = [(size + 1 + 3 * k, f"{one.alert.name}_x", f"{one.alert.name}_n") for k, one in enumerate(alerts)]
    kept_in = [[k for k in range(size) if not rolled >> (size - 1 - k) & 1] for rolled in range(2**size)]
    for window, *cells in db.execute(query).fetchall():
        kept = kept_in[cells[size]]
        if any(cells[k] is None for k in kept):
            continue
        row: dict[str, Any] = {"window": window}
        for at, x, n in places:
            row[x], row[n] = (cells[at], cells[at + 1]) if cells[at + 2] else (0, 0)
        key = tuple(text for k in kept for text in (SLICES[k], cells[k]))
        yield key or ALL, row


def _named(names: Sequence[str], counts: Sequence[Counted]) -> str:
    return ", ".join(f"{words} AS {name}" for name, words in zip(names, (w for c in counts for w in c), strict=True))


def _by(sets: Sequence[Sequence[str]]) -> str:
    groups = ", ".join(f"({', '.join(('window_', *names))})" for names in sets)
    return f"GROUP BY GROUPING SETS ({groups})"


_COLUMNS = ", ".join(SLICES)
_ROLLED = f"grouping({_COLUMNS})"
