"""Which annotations count: per item, rater and rubric version the latest that was not undone."""

from __future__ import annotations

from review.current.conditions import in_time, stands


def _latest(counts: str) -> str:
    """Per item, rater and rubric version the latest annotation for which ``counts`` holds."""
    return f"""
SELECT n.* FROM annotations n JOIN items i ON i.id = n.item_id
WHERE i.week = :week AND (:rater IS NULL OR n.rater_id = :rater) AND {counts.format("n")}
  AND NOT EXISTS (SELECT 1 FROM annotations later WHERE later.item_id = n.item_id AND later.rater_id = n.rater_id
                  AND later.rubric_version = n.rubric_version AND later.rowid > n.rowid AND {counts.format("later")})
ORDER BY n.rowid
"""  # noqa: S608 - constants of ours


CURRENT_SQL = _latest(f"{stands('{0}')} AND {in_time('{0}', 'i.week')}")
"""The annotations of a week that count: per item, rater and rubric version the latest in time that was not undone."""


OWN_SQL = _latest(stands("{0}"))
"""What somebody said last and did not undo, in time or not: what they see when they look back."""
