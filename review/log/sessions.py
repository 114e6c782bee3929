"""Users and sessions of the log by window, counted where the rows are: who came back, how long, who asked again.

What retention left of conversations that expired counts too, so that old figures do not change; only what was asked
again cannot be told of them.
"""

from __future__ import annotations

from typing import Any

from review.basics.log_paths import LogPaths
from review.log.buckets import Windows, bounded, entries, joined, register_hours, window_key, within
from review.log.visits import visits

ALIKE = 0.8
"""Questions that share this part of their different words are the same question, asked again."""
BACK = 5
"""Questions of the session that one is compared with, the latest."""
LONGEST = 1_000
"""Characters of a question that are read."""
_LAST = "list_filter(json_extract(content, '$.messages[*]'), lambda m: json_extract_string(m, '$.role') = 'user')[-1]"
_ASKED = f"left(json_extract_string({_LAST}, '$.content'), {LONGEST})"
_WORDS = f"list_distinct(regexp_extract_all(lower({_ASKED}), '[\\pL\\d]+'))"


def users_by_window(log: LogPaths, windows: Windows) -> list[dict[str, Any]]:
    """Return by window its users, those of them who were never seen before, and the conversations of users.

    Keys: window, users, new, conversations. Rows without a user are left out. New is who had not come in the whole log.
    """
    relation, source = visits(log), joined(visits(log, weeks=windows.weeks), windows)
    with bounded(windows.threads) as db:
        register_hours(db, windows)
        sql = (
            f"WITH ever AS (SELECT user_id, min(created_at) AS first FROM {relation} WHERE user_id IS NOT NULL "  # noqa: S608 - our own names and paths
            f"AND created_at >= '{windows.earliest}' GROUP BY user_id), "
            f"here AS (SELECT {window_key(windows)} AS name, user_id, sum(n) AS n, min(created_at) AS first "
            f"FROM {source} WHERE {within(windows)} AND user_id IS NOT NULL GROUP BY 1, 2) "
            "SELECT name, count(*), count(*) FILTER (here.first = ever.first), sum(n) "
            "FROM here JOIN ever USING (user_id) GROUP BY name ORDER BY name"
        )
        rows = db.execute(sql).fetchall()
    return [dict(zip(("window", "users", "new", "conversations"), row, strict=True)) for row in rows]


def users_before(log: LogPaths, windows: Windows) -> int:
    """Return how many users came before the first window."""
    if not windows.start:
        return 0
    sql = f"SELECT count(DISTINCT user_id) FROM {visits(log)} WHERE created_at < ? AND created_at >= ?"  # noqa: S608 - our own names and paths
    with bounded(windows.threads) as db:
        row = db.execute(sql, [windows.start, windows.earliest]).fetchone()
    return int(row[0]) if row else 0


def sessions_by_window(log: LogPaths, windows: Windows) -> list[dict[str, Any]]:
    """Return by the window in which they begin the sessions, their length and those in which a question came again.

    Keys: window, sessions, minutes (the median and the P95 of the time from the first to the last conversation of
    sessions with several), several (how many these are), turns (conversations of all), again (sessions with a question
    asked again), expired (sessions with several of which some expired, so that nobody knows what was asked). A question
    is asked again when it is nearly the same as one of the ``BACK`` before it.
    """
    source = joined(entries(log, weeks=windows.weeks), windows)
    told = joined(visits(log, weeks=windows.weeks), windows)
    with bounded(windows.threads) as db:
        register_hours(db, windows)
        db.execute(
            f"CREATE TEMP TABLE talks AS SELECT session_id, min(created_at) AS first, "  # noqa: S608 - our own names and paths
            f"max(last_at) AS last, sum(n) AS n, bool_or(expired) AS expired, "
            f"arg_min({window_key(windows)}, created_at) AS name FROM {told} "
            f"WHERE {within(windows)} AND session_id IS NOT NULL GROUP BY session_id"
        )
        db.execute(
            f"CREATE TEMP TABLE asked AS SELECT session_id, {_WORDS} AS words, "  # noqa: S608 - our own names and paths
            f"row_number() OVER (PARTITION BY session_id ORDER BY created_at, id) AS k "
            f"FROM {source} WHERE {within(windows)} AND session_id IN (SELECT session_id FROM talks WHERE n > 1)"
        )
        sql = (
            "WITH again AS (SELECT DISTINCT a.session_id FROM asked a JOIN asked b ON a.session_id = b.session_id "  # noqa: S608 - our own names and paths
            f"AND b.k BETWEEN a.k - {BACK} AND a.k - 1 WHERE len(a.words) > 1 AND "
            f"len(list_intersect(a.words, b.words)) >= {ALIKE} * len(list_distinct(list_concat(a.words, b.words)))), "
            "timed AS (SELECT *, date_diff('second', CAST(left(first, 19) AS TIMESTAMP), "
            "CAST(left(last, 19) AS TIMESTAMP)) / 60.0 AS minutes FROM talks) "
            "SELECT name, count(*), quantile_cont(minutes, [0.5, 0.95]) FILTER (n > 1), count(*) FILTER (n > 1), "
            "sum(n), count(again.session_id), count(*) FILTER (n > 1 AND expired) "
            "FROM timed LEFT JOIN again USING (session_id) GROUP BY name ORDER BY name"
        )
        rows = db.execute(sql).fetchall()
    keys = ("window", "sessions", "minutes", "several", "turns", "again", "expired")
    return [dict(zip(keys, row, strict=True)) for row in rows]
