"""What one person has reviewed over the weeks."""

from __future__ import annotations

from storage.queries.conditions import in_time, not_withdrawn
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


def _of_this_item(row: str) -> str:
    return f"{not_withdrawn(row)} AND {in_time(row, 'i.week')}"


_CORRECTIONS_SQL = f"""
SELECT n.* FROM assignments a CROSS JOIN annotations n ON n.assignment_id = a.id JOIN items i ON i.id = n.item_id
WHERE a.rater_id = :rater AND n.corrected_answer <> '' AND {_of_this_item("n")}
  AND NOT EXISTS (SELECT 1 FROM annotations later WHERE later.item_id = n.item_id AND later.rater_id = n.rater_id
                  AND later.rowid > n.rowid AND {_of_this_item("later")})
ORDER BY n.rowid DESC
"""  # noqa: S608 - constants of ours
