"""What the users of each variant did, summed where the rows are: no user comes into Python.

What retention left of conversations that expired counts too: errors are kept longer than the rest, so figures of rows
alone would be too high.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import duckdb

from review.basics.feedback_words import NEGATIVE_FEEDBACK, POSITIVE_FEEDBACK
from review.basics.log_paths import LogPaths
from review.basics.sql_literals import sql_literal
from review.log.buckets import Windows, bounded, entries, within
from review.log.outcomes import HAS_OUTCOMES, kept_outcome, names_of_row, outcome
from review.log.visits import Columns, user_days_of, visits

MOST_OUTCOMES, MOST_NAMES = 20, 50
_WORD = "lower(trim(split_part(coalesce(feedback, ''), ',', 1)))"


def _among(words: tuple[str, ...]) -> str:
    return f"{_WORD} IN ({', '.join(map(sql_literal, words))})"


def _one(condition: str) -> str:
    return f"CASE WHEN {condition} THEN 1 ELSE 0 END"


_COUNTED: Columns = {
    "errors": (_one("status = 'error'"), "error_rate_k"),
    "thumbs_up": (_one(_among(POSITIVE_FEEDBACK)), "thumbs_down_n - thumbs_down_k"),
    "thumbs_down": (_one(_among(NEGATIVE_FEEDBACK)), "thumbs_down_k"),
    "copied": (_one("contains(lower(coalesce(feedback, '')), 'copied')"), "copied_k"),
    "edited": (_one("contains(lower(coalesce(feedback, '')), 'edited')"), "edited_k"),
}
OF_USERS = {
    "conversations": "sum(n)",
    "sessions": "count(DISTINCT session_id)",
    "days": "count(DISTINCT left(created_at, 10))",
    **{name: f"sum({name})" for name in _COUNTED},
}
"""What every log says of its users, for each of them."""


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
    where = f"{within(windows)} AND user_id IS NOT NULL"
    with bounded(windows.threads) as db:
        outcomes = _names(db, log, windows, where)
        numbers = {f"o{k}": (outcome(name), kept_outcome(name)) for k, name in enumerate(outcomes)}
        relation = visits(log, weeks=windows.weeks, more={**_COUNTED, **numbers})
        metrics = OF_USERS | {name: f"sum(o{k})" for k, name in enumerate(outcomes)}
        columns = ", ".join(f"coalesce({words}, 0) AS m{k}" for k, words in enumerate(metrics.values()))
        db.execute(
            "CREATE TEMP TABLE people AS SELECT user_id, min(variant) AS variant, "  # noqa: S608 - our own names
            f"count(DISTINCT variant) AS variants, min(created_at) AS first, max(last_at) AS last, {columns} "
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


def _names(db: duckdb.DuckDBPyConnection, log: LogPaths, windows: Windows, where: str) -> list[str]:
    """Return the names of the outcomes that rows carry, or carried before they expired, the most frequent ones."""
    relation = entries(log, weeks=windows.weeks)
    live = f"SELECT unnest({names_of_row()}) AS name FROM {relation} WHERE {where} AND {HAS_OUTCOMES}"  # noqa: S608 - our own names
    days = user_days_of(log)
    gone = f" UNION ALL SELECT unnest(outcomes).name AS name FROM {days}" if days else ""  # noqa: S608 - our own paths
    sql = f"SELECT name FROM ({live}{gone}) GROUP BY name ORDER BY count(*) DESC, name LIMIT ?"  # noqa: S608 - our own names
    return sorted(row[0] for row in db.execute(sql, [MOST_OUTCOMES]).fetchall())
