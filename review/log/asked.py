"""What users ask in the log: questions that come again and again, and conversations that users marked."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from review.basics.in_memory import in_memory
from review.basics.log_paths import LogPaths
from review.log.log import log_relation
from review.log.rereading import rereading

LONGEST = 400
"""Characters of a question that are compared; longer ones are hardly asked twice."""
_LAST = "list_filter(json_extract(content, '$.messages[*]'), lambda m: json_extract_string(m, '$.role') = 'user')[-1]"


class Asked(NamedTuple):
    """A question that several users asked, how often, by how many sessions, and the latest conversation with it."""

    times: int
    sessions: int
    example: str


@rereading
def frequent_questions(log: LogPaths, *, weeks: Sequence[str] | None, least: int, most: int) -> list[Asked]:
    """Return the most frequent questions. Case, numbers, blanks and punctuation do not count."""
    plain = "regexp_replace(lower(json_extract_string(last, '$.content')), '\\[\\w+\\]|\\d+', '#', 'g')"
    folded = f"trim(regexp_replace({plain}, '[^\\pL#]+', ' ', 'g'))"
    relation = log_relation(log, weeks=weeks)
    inner = f"SELECT id, created_at, coalesce(session_id, user_id, id) AS session, {_LAST} AS last FROM {relation}"  # noqa: S608 - our own paths
    sql = (
        f"SELECT count(*), count(DISTINCT session), max_by(id, created_at) FROM ({inner}) "  # noqa: S608 - our own paths
        f"WHERE last IS NOT NULL AND length(json_extract_string(last, '$.content')) BETWEEN 8 AND {LONGEST} "
        f"GROUP BY {folded} HAVING count(*) >= ? ORDER BY 1 DESC, 3 LIMIT ?"
    )
    with in_memory() as db:
        return [Asked(*row) for row in db.execute(sql, [least, most]).fetchall()]


@rereading
def marked_conversations(log: LogPaths, scenarios: Sequence[str], *, most: int) -> list[str]:
    """Return conversations of some scenarios to which users gave feedback, the latest first."""
    if not scenarios:
        return []
    sql = (
        f"SELECT id FROM {log_relation(log)} WHERE coalesce(feedback, '') <> '' AND scenario IN (SELECT unnest(?)) "  # noqa: S608 - our own paths
        "ORDER BY created_at DESC NULLS LAST, id LIMIT ?"
    )
    with in_memory() as db:
        return [row[0] for row in db.execute(sql, [list(scenarios), most]).fetchall()]
