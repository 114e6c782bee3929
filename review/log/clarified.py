"""What became of conversations in which the product asked back."""

from __future__ import annotations

from collections.abc import Mapping

from review.basics.log_paths import LogPaths
from review.log.buckets import Windows, bounded, chosen, entries, within

OUTCOMES = ("answered", "failed", "asked again", "left")
CHECK = "clarification"
HOURS = 24
"""A later conversation of the session within so many hours goes on from the question."""


def after_asking_back(log: LogPaths, windows: Windows) -> Mapping[str, int]:
    """Return how many conversations in which the product asked back had each of ``OUTCOMES``.

    The outcome is that of the conversation itself where it went on after the question, else that of the next one of
    its session. Left: nobody came back. Those that end with a question and name no session are not counted.
    """
    flags = f"contains(' ' || flagged || ' ', ' {CHECK} ')"
    said = f"json_extract_string(content, '$.checks.{CHECK}.value')"
    relation, where = entries(log, weeks=windows.weeks), f"{within(windows)} AND {chosen(windows)}"
    sql = (
        f"WITH asks AS (SELECT id, session_id, created_at, status, {said} AS said FROM {relation} "  # noqa: S608 - our own names and paths
        f"WHERE {where} AND flagged <> '' AND {flags}), "
        "later AS (SELECT session_id, created_at, status, flagged <> '' AND "
        f"{flags} AS again FROM {entries(log)} WHERE session_id IN (SELECT session_id FROM asks WHERE said = 'asks') "
        f"AND created_at <= '{windows.latest}'), "
        "followed AS (SELECT asks.*, later.status AS next, later.again, later.created_at AS next_at FROM asks "
        "ASOF LEFT JOIN later ON asks.session_id = later.session_id AND asks.created_at < later.created_at), "
        "ended AS (SELECT CASE WHEN said = 'asked' THEN if(status = 'error', 'failed', 'answered') "
        "WHEN said = 'asks' AND session_id IS NOT NULL THEN CASE WHEN next_at IS NULL OR date_diff('hour', "
        f"CAST(left(created_at, 19) AS TIMESTAMP), CAST(left(next_at, 19) AS TIMESTAMP)) >= {HOURS} THEN 'left' "
        "WHEN next = 'error' THEN 'failed' WHEN again THEN 'asked again' ELSE 'answered' END END AS outcome "
        "FROM followed) SELECT outcome, count(*) FROM ended WHERE outcome IS NOT NULL GROUP BY 1"
    )
    with bounded(windows.threads) as db:
        found = dict(db.execute(sql).fetchall())
    return {name: int(found.get(name, 0)) for name in OUTCOMES}
