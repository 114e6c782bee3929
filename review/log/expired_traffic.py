"""How much traffic expired: by day and source, for comparisons with days before, and by prompt version."""

from __future__ import annotations

from collections.abc import Sequence

from review.basics.in_memory import in_memory
from review.basics.log_paths import LogPaths
from review.basics.weeks import Window
from review.log.late import listed
from review.log.retained import COUNTS, parts


def expired_per_day(log: LogPaths, days: Sequence[Window]) -> dict[str, list[int]]:
    """Return how many conversations of each day expired, in the order of the days, by source.

    An hour belongs to the day in which it begins, which is exact where the offset of the time zone is whole hours.
    """
    files = parts(log.logs, COUNTS)
    if not files:
        return {}
    sql = f"SELECT coalesce(source, ''), hour, CAST(sum(n) AS BIGINT) FROM {listed(files)} GROUP BY 1, 2"  # noqa: S608 - our own paths
    with in_memory() as db:
        rows = db.execute(sql).fetchall()
    ends = [(f"{day.start:%Y-%m-%dT%H}", f"{day.end:%Y-%m-%dT%H}") for day in days]
    found: dict[str, list[int]] = {}
    for source, hour, n in rows:
        place = next((k for k, (start, end) in enumerate(ends) if hour and start <= hour < end), None)
        if place is not None:
            found.setdefault(source, [0] * len(days))[place] += n
    return found


def expired_versions(log: LogPaths) -> str | None:
    """Return SQL for the versions of expired conversations with n, and the hours of the first and last; None: none."""
    files = parts(log.logs, COUNTS)
    if not files:
        return None
    moment = "hour || ':00:00.000+00:00'"
    return f"SELECT prompt_version, n, {moment} AS first, {moment} AS last FROM {listed(files)}"  # noqa: S608 - our own paths
