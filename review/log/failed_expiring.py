"""Count the conversations that are about to expire as :mod:`review.log.expired_failures` reads them."""

from __future__ import annotations

from collections import Counter

import duckdb
import pyarrow as pa

from review.log.failure_rules import REPAIRED, FailureRules, cause_sql, kind_sql
from review.log.told import with_told

AT_ONCE = 1_000
"""Failures in memory at a time."""
_TEXTS = ("week", "version", "cause", "kind", "step")
_KEPT = "week, coalesce(prompt_version, '') AS version"


def failures_of(db: duckdb.DuckDBPyConnection, rows: str, rules: FailureRules) -> str:
    """Return the query that counts some rows of the log by week, prompt version, cause, kind of error and step.

    A row without a cause is no failure; it counts as traffic. Failures are counted now, as their kinds and steps are
    read from texts; the query finds the counts on the same connection.
    """
    causes = f"SELECT *, {cause_sql(rules)} AS cause FROM {with_told(db, rows, rules.told)}"  # noqa: S608 - our own names
    read = "content, error_type, error_message"
    failed = db.execute(
        f"SELECT {_KEPT}, cause, coalesce({kind_sql(rules)}, ''), {REPAIRED}, {read} FROM ({causes}) "  # noqa: S608 - our own names
        "WHERE cause IS NOT NULL"
    )
    n, repaired = Counter[tuple[str, ...]](), Counter[tuple[str, ...]]()
    while some := failed.fetchmany(AT_ONCE):
        for *known, was_repaired, content, error_type, error_message in some:
            place = (*known, rules.step_of(content, error_type, error_message))
            n[place] += 1
            repaired[place] += was_repaired
    texts = {name: pa.array([place[k] for place in n], pa.string()) for k, name in enumerate(_TEXTS)}
    counts = {"n": pa.array(list(n.values()), pa.int64()), "repaired": pa.array([repaired[p] for p in n], pa.int64())}
    db.register("failed_counted", pa.table({**texts, **counts}))
    rest = (
        f"SELECT {_KEPT}, '' AS cause, '' AS kind, '' AS step, count(*) AS n, count(*) FILTER ({REPAIRED}) AS repaired "  # noqa: S608 - our own names
        f"FROM ({causes}) WHERE cause IS NULL GROUP BY ALL"
    )
    return f"{rest} UNION ALL SELECT * FROM failed_counted ORDER BY ALL"  # noqa: S608 - our own names
