"""When rows arrived in the log, and how late they were."""

from __future__ import annotations

from typing import NamedTuple

from review.basics.log_paths import LogPaths
from review.basics.sql_literals import sql_literal
from review.log.buckets import bounded, entries
from review.log.rereading import rereading


class Arrival(NamedTuple):
    """The rows of one source in one import: when they arrived, and the time of the latest of them (UTC texts)."""

    at: str
    latest: str
    source: str = ""


@rereading
def arrivals(log: LogPaths, *, since: str, until: str) -> list[Arrival]:
    """Return the imports that arrived in a span of time, by source, in order, without rows dated after ``until``."""
    sql = (
        f"SELECT min(imported_at), max(created_at), coalesce(source, '') FROM {entries(log)} "  # noqa: S608 - our own names and paths
        f"WHERE imported_at >= {sql_literal(since)} AND created_at <= {sql_literal(until)} "
        "GROUP BY import_id, source ORDER BY 1"
    )
    with bounded() as db:
        return [Arrival(*row) for row in db.execute(sql).fetchall()]
