"""How far everybody is in a week, and how long the rest will take."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from statistics import median
from typing import Any

from review.current.conditions import answered, answered_in_time, handed_on, in_time, skipped, skipped_in_time
from review.people.people import people
from storage.store import Store

FALLBACK_SECONDS = 60.0
"""Assumed for an item while nobody has been measured yet."""
ENOUGH_SECONDS = 5
"""Items after which a reviewer's own pace says more about what is left than that of all."""


@dataclass(frozen=True, kw_only=True)
class Progress:
    """How far one rater is in a week; ``minutes_left`` from the measured median of active seconds, of all at first."""

    rater_id: str
    name: str
    dealt: int
    done: int
    skipped: int
    left: int
    median_seconds: float | None
    minutes_left: float


def progress(store: Store, week: str, *, rater_id: str | None = None, late: bool = False) -> list[Progress]:
    """Everybody's progress in a week, or one rater's, in the order of the people.

    Of a closed week it is that of its end: what is answered or skipped later changes no figure. With ``late`` it
    counts as well, for a reviewer who goes on.
    """
    whose = {"week": week, "rater": rater_id, "late": late}
    rows = {r["rater_id"]: r for r in store.query(_progress_sql(one=rater_id is not None, late=late), whose)}
    seconds = _seconds(store, whose)
    known = rater_id is None or len(seconds.get(rater_id, ())) >= ENOUGH_SECONDS
    compared = seconds if known else _seconds(store, whose | {"rater": None})
    overall = median([s for values in compared.values() for s in values] or [FALLBACK_SECONDS])
    result = []
    for somebody in people(store):
        if rater_id not in (None, somebody.id):
            continue
        row = rows.get(somebody.id, {"dealt": 0, "done": 0, "skipped": 0})
        measured = seconds.get(somebody.id, [])
        own = median(measured) if measured else None
        left = row["dealt"] - row["done"] - row["skipped"]
        minutes = left * (own if own and len(measured) >= ENOUGH_SECONDS else overall) / 60
        result.append(
            Progress(
                rater_id=somebody.id,
                name=somebody.name,
                dealt=row["dealt"],
                done=row["done"],
                skipped=row["skipped"],
                left=left,
                median_seconds=own,
                minutes_left=minutes,
            )
        )
    return result


def seconds_per_item(store: Store) -> float | None:
    """The median of active seconds per annotation in the whole store, None while nobody is measured."""
    rows = store.query("SELECT seconds FROM annotations WHERE seconds > 0")
    return float(median(r["seconds"] for r in rows)) if rows else None


def _seconds(store: Store, whose: Mapping[str, Any]) -> dict[str, list[float]]:
    """The measured active seconds of a week by rater."""
    found: dict[str, list[float]] = {}
    for row in store.query(_SECONDS_SQL, dict(whose)):
        found.setdefault(row["rater_id"], []).append(row["seconds"])
    return found


_SECONDS_SQL = f"""
SELECT n.rater_id, n.seconds FROM annotations n JOIN items i ON i.id = n.item_id
WHERE i.week = :week AND (:rater IS NULL OR n.rater_id = :rater) AND n.seconds IS NOT NULL
  AND (:late OR {in_time("n", "i.week")})
"""  # noqa: S608 - a constant of ours


def _progress_sql(*, one: bool, late: bool) -> str:
    """The counts by rater, or those of one; with ``late`` what was said after the end of the week is among them."""
    done, passed = (answered, skipped) if late else (answered_in_time, skipped_in_time)
    return f"""
SELECT rater_id, count(*) AS dealt, sum(annotated) AS done, sum(skipped AND NOT annotated) AS skipped FROM (
  SELECT a.rater_id,
    {done("a")} AS annotated,
    {passed("a")} AS skipped
  FROM assignments a
  WHERE {"a.rater_id = :rater AND " if one else ""}a.week = :week AND NOT {handed_on("a")}
) GROUP BY rater_id
"""  # noqa: S608 - constants of ours
