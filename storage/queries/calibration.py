"""Calibration sessions: which items they hide, and which votes in them count."""

from __future__ import annotations

from dataclasses import dataclass

from storage.records_calibration import CalibrationSession, CalibrationVote
from storage.store import Store


def items_in_calibration(store: Store, rater_id: str) -> set[str]:
    """Return the items of running sessions of a rater whose votes are not revealed yet."""
    return {row["item_id"] for row in store.query(_HIDDEN_SQL, {"rater": rater_id})}


_HIDDEN_SQL = """
SELECT i.value AS item_id FROM calibration_sessions s, json_each(s.items) i, json_each(s.raters) r
WHERE r.value = :rater AND NOT EXISTS (SELECT 1 FROM calibration_ends e WHERE e.session_id = s.id)
  AND NOT EXISTS (SELECT 1 FROM calibration_reveals v WHERE v.session_id = s.id AND v.item_id = i.value)
"""


def was_revealed(store: Store, item_id: str, rater_id: str | None = None) -> bool:
    """Return whether a session has revealed its votes on an item, to this rater or to anybody."""
    return bool(store.query(REVEALED_SQL, {"item": item_id, "rater": rater_id}))


REVEALED_SQL = """
SELECT 1 FROM calibration_reveals v JOIN calibration_sessions s ON s.id = v.session_id
WHERE v.item_id = :item AND (:rater IS NULL OR :rater IN (SELECT value FROM json_each(s.raters))) LIMIT 1
"""


def running_sessions(store: Store, week: str) -> list[CalibrationSession]:
    """Return the sessions of a week that have not ended, the latest first."""
    return store.select(CalibrationSession, _RUNNING_SQL, {"week": week})


_RUNNING_SQL = """
SELECT s.* FROM calibration_sessions s
WHERE s.week = :week AND NOT EXISTS (SELECT 1 FROM calibration_ends e WHERE e.session_id = s.id)
ORDER BY s.rowid DESC
"""


def votes_that_count(store: Store, session_id: str) -> list[CalibrationVote]:
    """Return the latest vote of each person on each item of a session, in order of arrival."""
    return store.select(CalibrationVote, _VOTES_SQL, {"session": session_id})


_VOTES_SQL = """
SELECT n.* FROM calibration_votes n WHERE n.session_id = :session AND NOT EXISTS (
  SELECT 1 FROM calibration_votes later WHERE later.session_id = n.session_id AND later.item_id = n.item_id
    AND later.rater_id = n.rater_id AND later.rowid > n.rowid)
ORDER BY n.rowid
"""


@dataclass(frozen=True, kw_only=True)
class Calibrated:
    """What the calibration sessions of a week came to: how many sessions, people, items, decisions, and what was kept.

    ``guidance`` and ``examples`` went into the rubric, ``asked`` became open questions about it.
    """

    sessions: int
    people: int
    items: int
    decided: int
    guidance: int
    examples: int
    asked: int


def calibrated(store: Store, week: str) -> Calibrated:
    """Return what the calibration sessions of a week came to. A changed decision leaves in the rubric what it wrote."""
    (row,) = store.query(_CALIBRATED_SQL, {"week": week})
    return Calibrated(**row)


_CALIBRATED_SQL = """
WITH ours AS (SELECT * FROM calibration_sessions WHERE week = :week),
  made AS (SELECT d.* FROM calibration_decisions d JOIN ours s ON s.id = d.session_id)
SELECT (SELECT count(*) FROM ours) AS sessions,
  (SELECT count(DISTINCT r.value) FROM ours, json_each(ours.raters) r) AS people,
  (SELECT count(DISTINCT i.value) FROM ours, json_each(ours.items) i) AS items,
  (SELECT count(DISTINCT item_id) FROM made) AS decided,
  (SELECT count(*) FROM made WHERE kept = 'guidance' AND sentence <> '') AS guidance,
  (SELECT count(*) FROM made WHERE example <> '') AS examples,
  (SELECT count(*) FROM made WHERE kept = 'question' AND sentence <> '') AS asked
"""
