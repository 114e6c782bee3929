"""What the users of each variant did, summed where the rows are: no user comes into Python."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import duckdb

from review.basics.feedback_words import NEGATIVE_FEEDBACK, POSITIVE_FEEDBACK
from review.basics.log_paths import LogPaths
from review.basics.sql_literals import sql_literal
from review.log.buckets import Windows, bounded, entries, within

MOST_OUTCOMES, MOST_NAMES = 20, 50
MOST_VALUE = 1e100
"""The largest outcome that is taken: squares of larger ones are no numbers of this machine any more."""
_WORD = "lower(trim(split_part(coalesce(feedback, ''), ',', 1)))"


def _among(words: tuple[str, ...]) -> str:
    return f"{_WORD} IN ({', '.join(map(sql_literal, words))})"


OF_USERS = {
    "conversations": "count(*)",
    "sessions": "count(DISTINCT session_id)",
    "days": "count(DISTINCT left(created_at, 10))",
    "errors": "count(*) FILTER (status = 'error')",
    "thumbs_up": f"count(*) FILTER ({_among(POSITIVE_FEEDBACK)})",
    "thumbs_down": f"count(*) FILTER ({_among(NEGATIVE_FEEDBACK)})",
    "copied": "count(*) FILTER (contains(lower(coalesce(feedback, '')), 'copied'))",
    "edited": "count(*) FILTER (contains(lower(coalesce(feedback, '')), 'edited'))",
}
"""What every log says of its users, for each of them."""
_OUTCOMES = "$.metadata.outcomes"


@dataclass(frozen=True, kw_only=True)
class PerUser:
    """By variant the number of users, and by metric and variant the sums over users.

    They are the sum of their values, their squared distances from their mean, and how many users there are.
    ``crossed`` users had several variants and are left out. ``first`` and ``last`` are the ends of the log, UTC texts.
    """

    users: Mapping[str, int]
    sums: Mapping[str, Mapping[str, tuple[float, float, int]]]
    crossed: int
    first: str | None
    last: str | None


def per_user(log: LogPaths, windows: Windows) -> PerUser:
    """Return the sums over users of each variant."""
    relation, where = entries(log, weeks=windows.weeks), f"{within(windows)} AND user_id IS NOT NULL"
    with bounded(windows.threads) as db:
        outcomes = _names(db, relation, where)
        metrics = {**OF_USERS, **{name: f"sum({_outcome(name)})" for name in outcomes}}
        columns = ", ".join(f"coalesce({words}, 0) AS m{k}" for k, words in enumerate(metrics.values()))
        db.execute(
            "CREATE TEMP TABLE people AS SELECT user_id, min(variant) AS variant, "  # noqa: S608 - our own names
            f"count(DISTINCT variant) AS variants, min(created_at) AS first, max(created_at) AS last, {columns} "
            f"FROM {relation} WHERE {where} AND variant IS NOT NULL GROUP BY user_id"
        )
        sums = ", ".join(f"sum(m{k}), var_pop(m{k}) * count(*)" for k in range(len(metrics)))
        rows = db.execute(
            f"SELECT variant, count(*), {sums} FROM people WHERE variants = 1 GROUP BY variant ORDER BY variant"  # noqa: S608 - our own names
        ).fetchall()
        sql = f"SELECT DISTINCT variant FROM {relation} WHERE {where} AND variant IS NOT NULL ORDER BY 1 LIMIT {MOST_NAMES}"  # noqa: S608, E501 - our own names
        named = [row[0] for row in db.execute(sql).fetchall()]
        crossed, first, last = db.execute(
            "SELECT count(*) FILTER (variants > 1), min(first), max(last) FROM people"
        ).fetchone() or (0, None, None)
    return PerUser(
        users=dict.fromkeys(named, 0) | {row[0]: row[1] for row in rows},
        sums={
            name: {row[0]: (float(row[2 + 2 * k]), float(row[3 + 2 * k]), row[1]) for row in rows}
            for k, name in enumerate(metrics)
        },
        crossed=crossed,
        first=first,
        last=last,
    )


def _names(db: duckdb.DuckDBPyConnection, relation: str, where: str) -> list[str]:
    """Return the names of the outcomes that rows carry, the most frequent ones."""
    sql = (
        f"SELECT name FROM (SELECT unnest(json_keys(content, '{_OUTCOMES}')) AS name FROM {relation} "  # noqa: S608 - our own names
        f"WHERE {where} AND contains(content, '\"outcomes\"')) GROUP BY name ORDER BY count(*) DESC, name LIMIT ?"
    )
    return sorted(row[0] for row in db.execute(sql, [MOST_OUTCOMES]).fetchall())


def _outcome(name: str) -> str:
    """Return the number of an outcome of a row: true is 1, what is no number, or over ``MOST_VALUE``, is left out."""
    key = name.replace("\\", "\\\\").replace('"', '\\"')
    path = f'{_OUTCOMES}."{key}"'
    text = f"json_extract_string(content, {sql_literal(path)})"
    number = f"TRY_CAST({text} AS DOUBLE)"
    number = f"CASE WHEN abs({number}) <= {MOST_VALUE:g} THEN {number} END"
    return f"CASE {text} WHEN 'true' THEN 1 WHEN 'false' THEN 0 ELSE {number} END"
