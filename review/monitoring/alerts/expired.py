"""The same counts for conversations that expired: from the hourly counts that retention left."""

from __future__ import annotations

from collections.abc import Collection

from review.basics.log_paths import LogPaths
from review.basics.sql_literals import sql_literal
from review.log.buckets import bounded
from review.monitoring.alerts.declared import Counted, Declared
from review.monitoring.counts import counts_relation


def counted_in_counts(one: Declared, held: Collection[str]) -> Counted:
    """Return how the hourly counts count an alert. ``held`` are their columns: what they lack, nobody counted."""
    metric, a = one.metric, one.alert
    assert metric is not None, a.name
    where = " AND ".join(["true", *(f"{name} = {sql_literal(value)}" for name, value in a.slice.items())])
    if metric.kind == "quantile":
        pairs = "list_zip(latency_bins, latency_counts)"
        above = f"list_sum(list_transform(list_filter({pairs}, lambda b: b[1] > {a.limit!r}), lambda b: b[2]))"
        return Counted(_sum(above, where), _sum("list_sum(latency_counts)", where))
    if metric.kind == "count":
        return Counted(_sum("n", where), _sum("n", where))
    hits, trials = f"{metric.name}_sum" if metric.kind == "sum" else f"{metric.name}_k", f"{metric.name}_n"
    if not {hits, trials} <= set(held):
        return Counted("0", "0")
    if one.falling:
        hits = f"{trials} - {hits}"
    told = _sum(f"{metric.name}_told", where) if f"{metric.name}_told" in held else "1"
    return Counted(_sum(hits, where), _sum(trials, where), told)


def _sum(what: str, where: str) -> str:
    return f"coalesce(sum({what}) FILTER ({where}), 0)"


def first_hour(log: LogPaths, *, earliest: str) -> str | None:
    """Return the first hour (UTC, such as 2026-11-21T09) of which a conversation expired, None without any."""
    relation = counts_relation(log)
    if relation is None:
        return None
    with bounded() as db:
        row = db.execute(f"SELECT min(hour) FROM {relation} WHERE hour >= {sql_literal(earliest[:13])}").fetchone()  # noqa: S608 - our own paths
    return str(row[0]) if row and row[0] else None


def hours_of_expired(log: LogPaths, *, since: str) -> dict[tuple[str, str], int]:
    """Return how many conversations of each hour and source expired."""
    relation = counts_relation(log)
    if relation is None:
        return {}
    what = "hour, coalesce(source, ''), sum(n)"
    sql = f"SELECT {what} FROM {relation} WHERE hour >= {sql_literal(since[:13])} GROUP BY 1, 2"  # noqa: S608 - our own paths
    with bounded() as db:
        return {(str(hour), str(source)): int(n) for hour, source, n in db.execute(sql).fetchall()}
