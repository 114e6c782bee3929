"""What a reviewer skipped and can still answer."""

from __future__ import annotations

from dataclasses import dataclass

from storage.queries.conditions import answered, handed_on, not_withdrawn
from storage.store import Store


@dataclass(frozen=True, kw_only=True, slots=True)
class Skipped:
    """An assignment that its rater still holds and skipped without answering it since, with the skip that counts."""

    assignment_id: str
    item_id: str
    rubric_version: int
    submission_id: str
    at: str
    reason: str


def skipped_by(store: Store, rater_id: str, week: str) -> list[Skipped]:
    """Return what a rater skipped in a week, in the order of the skips."""
    latest = {row["assignment_id"]: Skipped(**row) for row in store.query(_SQL, {"week": week, "rater": rater_id})}
    return sorted(latest.values(), key=lambda one: one.at)


_SQL = f"""
SELECT a.id AS assignment_id, a.item_id, a.rubric_version, s.submission_id, s.at, s.reason
FROM assignments a JOIN skips s ON s.assignment_id = a.id
WHERE a.week = :week AND a.rater_id = :rater AND {not_withdrawn("s")} AND NOT {answered("a")} AND NOT {handed_on("a")}
ORDER BY s.rowid
"""  # noqa: S608 - constants of ours
