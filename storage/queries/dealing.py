"""Items to deal again, and assignments that other ones replace."""

from __future__ import annotations

from typing import Any

from storage.queries.anchors import ANCHOR
from storage.queries.conditions import answered, erased, handed_on, left_by_undo, not_withdrawn, skipped
from storage.records_weeks import Assignment, Item
from storage.store import Store


def items_held_by_nobody(store: Store, week: str) -> list[Item]:
    """Return the items of a week that were dealt, then taken from every holder, and that nobody has reviewed.

    Anchors are none of them: nobody has to review these.
    """
    return store.select(Item, _NOBODY_SQL, {"week": week})


_NOBODY_SQL = f"""
SELECT i.* FROM items i
WHERE i.week = :week AND (i.kind IS NULL OR i.kind <> '{ANCHOR}') AND NOT {left_by_undo("i")}
  AND NOT {erased("i")}
  AND EXISTS (SELECT 1 FROM assignments a WHERE a.item_id = i.id)
  AND NOT EXISTS (SELECT 1 FROM assignments a WHERE a.item_id = i.id AND NOT {handed_on("a")})
  AND NOT EXISTS (SELECT 1 FROM annotations n WHERE n.item_id = i.id AND {not_withdrawn("n")})
ORDER BY i.rowid
"""  # noqa: S608 - constants of ours


def latest_versions_dealt(store: Store, week: str) -> dict[str, int]:
    """Return by item of a week the latest rubric version under which it was dealt."""
    return {row["item_id"]: row["version"] for row in store.query(_VERSIONS_SQL, {"week": week})}


_VERSIONS_SQL = "SELECT item_id, max(rubric_version) AS version FROM assignments WHERE week = :week GROUP BY item_id"


def asked_again_later(store: Store, assignment_id: str) -> Assignment | None:
    """Return, for an open assignment, the one that asks its holder about the item under the latest later version."""
    return next(iter(store.select(Assignment, _LATER_SQL, {"assignment": assignment_id})), None)


_LATER_SQL = f"""
SELECT later.* FROM assignments a JOIN assignments later
  ON later.item_id = a.item_id AND later.rater_id = a.rater_id AND later.rubric_version > a.rubric_version
WHERE a.id = :assignment AND NOT {handed_on("a")} AND NOT {answered("a")} AND NOT {skipped("a")}
ORDER BY later.rubric_version DESC LIMIT 1
"""  # noqa: S608 - constants of ours


def taken_assignments(store: Store, rater_id: str, week: str) -> list[dict[str, Any]]:
    """Return what was taken from a rater in a week, in order of arrival; an assignment may stand there several times.

    Each has ``id``, ``item_id``, ``rubric_version``, and ``to_rater`` and ``name`` of the new holder, None without one.
    """
    return store.query(TAKEN_SQL, {"rater": rater_id, "week": week})


TAKEN_SQL = """
SELECT a.id, a.item_id, a.rubric_version, t.rater_id AS to_rater, p.name
FROM reassignments r
JOIN assignments a ON a.id = r.assignment_id
LEFT JOIN assignments t ON t.id = r.to_id
LEFT JOIN raters p ON p.id = t.rater_id
WHERE a.rater_id = :rater AND a.week = :week
ORDER BY r.rowid
"""
