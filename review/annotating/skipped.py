"""What a reviewer skipped and can still answer."""

from __future__ import annotations

from dataclasses import dataclass

from storage.queries.own_work import skips_in_force
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
    latest = {row["assignment_id"]: Skipped(**row) for row in skips_in_force(store, rater_id, week)}
    return sorted(latest.values(), key=lambda one: one.at)
