"""Which versions of the product the conversations of the log name, and since when."""

from __future__ import annotations

from dataclasses import dataclass

from review.basics.in_memory import in_memory
from review.basics.log_paths import LogPaths
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
    """Return the traffic of each version that the log names, the latest seen first."""
    with in_memory() as db:
        rows = db.execute(_SQL.format(log=log_relation(log))).fetchall()
    return [VersionTraffic(*row) for row in rows]


_SQL = """
SELECT prompt_version, count(*), min(created_at), max(created_at) FROM {log}
WHERE prompt_version IS NOT NULL AND prompt_version <> ''
GROUP BY prompt_version ORDER BY max(created_at) DESC NULLS LAST, prompt_version
"""
