"""Failures and other conversations that expired, counted by week, prompt version, cause, kind of error and step."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields

from review.basics.in_memory import in_memory
from review.basics.log_paths import LogPaths
from review.log.late import listed
from review.log.retained import FAILURES, parts


@dataclass(frozen=True, kw_only=True)
class ExpiredFailures:
    """How many conversations expired that are alike in this. ``cause``, ``kind`` and ``step`` are "" without one.

    ``step`` is where a failure began; what expired under earlier versions has none. ``repaired`` of them were repaired.
    """

    week: str
    version: str
    cause: str
    kind: str
    step: str
    n: int
    repaired: int


def expired_failures(log: LogPaths, *, weeks: Sequence[str] | None = None) -> list[ExpiredFailures]:
    """Return what expired of some weeks, default all, in order."""
    wanted = None if weeks is None else set(weeks)
    files = [path for path in parts(log.logs, FAILURES) if wanted is None or path.stem in wanted]
    if not files:
        return []
    names = "week, version, cause, kind, coalesce(step, '')"
    # Files of earlier versions lack the step.
    rows = f"(SELECT CAST(NULL AS VARCHAR) AS step WHERE false UNION ALL BY NAME SELECT * FROM {listed(files)})"  # noqa: S608 - our own paths
    sql = (
        f"SELECT {names}, CAST(sum(n) AS BIGINT), CAST(sum(repaired) AS BIGINT) FROM {rows} "  # noqa: S608 - our own names
        "GROUP BY ALL ORDER BY ALL"
    )
    with in_memory() as db:
        columns = [field.name for field in fields(ExpiredFailures)]
        return [ExpiredFailures(**dict(zip(columns, row, strict=True))) for row in db.execute(sql).fetchall()]
