"""What one person has reviewed over the weeks."""

from __future__ import annotations

from typing import Any

from storage.queries.conditions import answered, handed_on, in_time, not_withdrawn
from storage.records_review import Annotation
from storage.store import Store


def weeks_dealt(store: Store, rater_id: str) -> list[str]:
    """Return the weeks in which a rater was dealt an item, in order."""
    rows = store.query("SELECT DISTINCT week FROM assignments WHERE rater_id = :r ORDER BY week", {"r": rater_id})
    return [row["week"] for row in rows]


def latest_week_dealt(store: Store, rater_id: str) -> str | None:
    """Return the latest week in which a rater was dealt an item, None without one."""
    [row] = store.query("SELECT max(week) AS week FROM assignments WHERE rater_id = :r", {"r": rater_id})
    return row["week"]


def corrections_by(store: Store, rater_id: str) -> list[Annotation]:
    """Return the annotations of a rater with a corrected answer that count, one per item, the newest first.

    Anchors are among them, pairs are not: they have no corrected answer.
    """
    return store.select(Annotation, _CORRECTIONS_SQL, {"rater": rater_id})


def skips_in_force(store: Store, rater_id: str, week: str) -> list[dict[str, Any]]:
    """Return the skips of assignments that a rater holds in a week and has not answered, in order; some have several.

    Each has ``assignment_id``, ``item_id``, ``rubric_version``, ``submission_id``, ``at`` and ``reason``.
    """
    return store.query(SKIPS_SQL, {"rater": rater_id, "week": week})


SKIPS_SQL = f"""
SELECT a.id AS assignment_id, a.item_id, a.rubric_version, s.submission_id, s.at, s.reason
FROM assignments a JOIN skips s ON s.assignment_id = a.id
WHERE a.week = :week AND a.rater_id = :rater AND {not_withdrawn("s")} AND NOT {answered("a")} AND NOT {handed_on("a")}
ORDER BY s.rowid
"""  # noqa: S608 - constants of ours


def _of_this_item(row: str) -> str:
    return f"{not_withdrawn(row)} AND {in_time(row, 'i.week')}"


_CORRECTIONS_SQL = f"""
SELECT n.* FROM assignments a CROSS JOIN annotations n ON n.assignment_id = a.id JOIN items i ON i.id = n.item_id
WHERE a.rater_id = :rater AND n.corrected_answer <> '' AND {_of_this_item("n")}
  AND NOT EXISTS (SELECT 1 FROM annotations later WHERE later.item_id = n.item_id AND later.rater_id = n.rater_id
                  AND later.rowid > n.rowid AND {_of_this_item("later")})
ORDER BY n.rowid DESC
"""  # noqa: S608 - constants of ours
