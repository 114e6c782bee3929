"""Pairs of answers, and the votes on them."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

import orjson

from storage.queries.annotations import VOTES_SQL
from storage.queries.parameters import json_list
from storage.records_weeks import Pair
from storage.store import Store

PAIR = "pair"
"""The kind of an item that holds two answers, and the name of both in the metadata of its conversation."""
PREFERENCE = "pair:preference"
"""The dimension of a vote; no dimension of a rubric has this name."""


@dataclass(frozen=True, kw_only=True)
class Vote:
    """The vote of a rater on a pair that counts. ``choice`` is the answer: a, b, tie or both_bad."""

    item_id: str
    rater_id: str
    sides: str
    choice: str
    submission_id: str
    at: str
    late: bool


def pairs_of_weeks(store: Store, weeks: Collection[str]) -> dict[str, Pair]:
    """Return the pairs of some weeks by item, in order of arrival."""
    return {pair.item_id: pair for pair in store.select(Pair, _PAIRS_SQL, {"weeks": json_list(weeks)})}


_PAIRS_SQL = """
SELECT p.* FROM pairs p JOIN items i ON i.id = p.item_id
WHERE i.week IN (SELECT value FROM json_each(:weeks)) ORDER BY i.rowid
"""


def reviewers_of_pairs(store: Store, items: Collection[str]) -> dict[str, int]:
    """Return by pair how many people it was dealt to at first; other items are left out.

    What was handed over or handed on since is not counted twice, nor what came after somebody took the pair back.
    """
    return {row["item_id"]: row["n"] for row in store.query(_EACH_SQL, {"items": json_list(items)})}


_EACH_SQL = """
SELECT p.item_id, count(DISTINCT a.rater_id) AS n
FROM json_each(:items) one JOIN pairs p ON p.item_id = one.value JOIN assignments a ON a.item_id = p.item_id
WHERE NOT EXISTS (SELECT 1 FROM reassignments r WHERE r.to_id = a.id)
  AND NOT EXISTS (SELECT 1 FROM skips s WHERE s.item_id = a.item_id AND s.rater_id = a.by AND s.at <= a.at)
  AND NOT EXISTS (SELECT 1 FROM assignments b JOIN reassignments r ON r.assignment_id = b.id
                  WHERE b.item_id = a.item_id AND r.to_id IS NULL AND r.at < a.at)
GROUP BY p.item_id
"""


def has_pairs(store: Store, weeks: Collection[str]) -> bool:
    """Return whether one of these weeks has a pair."""
    return bool(store.query(f"{_PAIRS_SQL} LIMIT 1", {"weeks": json_list(weeks)}))


def votes_of_week(store: Store, week: str) -> list[Vote]:
    """Return the votes on the pairs of a week that count, one for each rater and pair, in order of arrival."""
    found = {
        (row["item_id"], row["rater_id"]): Vote(
            item_id=row["item_id"],
            rater_id=row["rater_id"],
            sides=row["sides"] or "",
            choice=str(orjson.loads(row["labels"]).get(PREFERENCE, "")),
            submission_id=row["submission_id"],
            at=row["at"],
            late=bool(row["late"]),
        )
        for row in store.query(_VOTES_SQL, {"week": week, "rater": None})
    }
    return list(found.values())


_VOTES_SQL = f"SELECT v.*, a.sides FROM ({VOTES_SQL}) v JOIN assignments a ON a.id = v.assignment_id"  # noqa: S608 - a constant of ours
