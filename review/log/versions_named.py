"""Which versions of the product the conversations of the log name, and since when."""

from __future__ import annotations

from dataclasses import dataclass

from review.basics.in_memory import in_memory
from review.basics.log_paths import LogPaths
from review.log.expired_traffic import expired_versions
from review.log.log import log_relation
from review.log.rereading import rereading


@dataclass(frozen=True)
class VersionTraffic:
    """The conversations of one version: how many, and the times of the first and last as UTC text, None if undated."""

    version: str
    conversations: int
    first: str | None
    last: str | None


@rereading
def versions_in_log(log: LogPaths) -> list[VersionTraffic]:
    """Return the traffic of each version that the log names, the latest seen first; expired conversations count too.

    Of an expired one the hour is known, not the minute.
    """
    with in_memory() as db:
        gone = expired_versions(log)
        more = "" if gone is None else f" UNION ALL {gone}"
        rows = db.execute(_SQL.format(log=log_relation(log), more=more)).fetchall()
    return [VersionTraffic(*row) for row in rows]


_SQL = """
SELECT prompt_version, CAST(sum(n) AS BIGINT), min(first), max(last)
FROM (SELECT prompt_version, 1 AS n, created_at AS first, created_at AS last FROM {log}{more})
WHERE prompt_version IS NOT NULL AND prompt_version <> ''
GROUP BY prompt_version ORDER BY max(last) DESC NULLS LAST, prompt_version
"""
