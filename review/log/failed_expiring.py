"""Count the conversations that are about to expire as :mod:`review.log.expired_failures` reads them."""

from __future__ import annotations

from review.log.failed import REPAIRED, FailureRules, cause_sql, kind_sql


def failures_of(rows: str, rules: FailureRules) -> str:
    """Return the query that counts some rows of the log by week, prompt version, cause and kind of error.

    A row without a cause is no failure; it counts as traffic.
    """
    # Sorting into kinds reads texts, so only failures are sorted.
    kind = f"CASE WHEN cause IS NULL THEN '' ELSE coalesce({kind_sql(rules)}, '') END"
    causes = f"SELECT *, {cause_sql(rules)} AS cause FROM {rows}"  # noqa: S608 - our own names
    return (
        f"SELECT week, coalesce(prompt_version, '') AS version, coalesce(cause, '') AS cause, {kind} AS kind, "  # noqa: S608 - our own names
        f"count(*) AS n, count(*) FILTER ({REPAIRED}) AS repaired FROM ({causes}) GROUP BY ALL ORDER BY ALL"
    )
