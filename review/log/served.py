"""What one version of the product, or one month, served: traffic, failures, latency and cost."""

from __future__ import annotations

import re
from dataclasses import dataclass

from review.basics.in_memory import in_memory
from review.basics.log_paths import LogPaths
from review.log.log import log_relation

MONTH = re.compile(r"\d{4}-(0[1-9]|1[0-2])")


@dataclass(frozen=True, kw_only=True)
class Served:
    """Conversations of the log, how many of them failed, their median latency in milliseconds, and the mean cost.

    ``latency_ms`` and ``cost`` are None where no conversation says them.
    """

    traffic: int
    failed: int
    latency_ms: float | None = None
    cost: float | None = None


def served(log: LogPaths, side: str) -> Served:
    """Return what a version served, or a month such as 2026-11 (UTC)."""
    where = "created_at LIKE ? || '-%'" if MONTH.fullmatch(side) else "prompt_version = ?"
    sql = (
        "SELECT count(*), count(*) FILTER (status = 'error'), median(latency_ms), avg(cost) "  # noqa: S608 - names and paths of our own
        f"FROM {log_relation(log)} WHERE {where}"
    )
    with in_memory() as db:
        traffic, failed, latency, cost = db.execute(sql, [side]).fetchone() or (0, 0, None, None)
    return Served(traffic=traffic, failed=failed, latency_ms=latency, cost=cost)
