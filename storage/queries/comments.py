"""Discussions of reviewed items, and the questions about the rubric that are still open."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from typing import NamedTuple

from storage.queries.conditions import answered, handed_on, in_time, not_withdrawn, skipped
from storage.queries.parameters import json_list
from storage.records_comments import Comment
from storage.store import Store


class Discussable(NamedTuple):
    """An item that everybody has reviewed: how many voted, how many comments it has, whether ``rater`` voted."""

    item_id: str
    votes: int
    comments: int
    own: int


def discussable_items(store: Store, week: str, rater_id: str) -> list[Discussable]:
    """Return the items of a week that at least two people reviewed and nobody still has to, in order of arrival.

    In a closed week nobody has to review anything any more. Pairs are not discussed.
    """
    return [Discussable(**row) for row in store.query(_DISCUSSABLE_SQL, {"week": week, "rater": rater_id})]


def discussable_item(store: Store, week: str, item_id: str, rater_id: str) -> Discussable | None:
    """Return one of the discussable items of a week, None if it is not among them."""
    asked = {"week": week, "rater": rater_id, "item": item_id}
    return next((Discussable(**row) for row in store.query(_ONE_DISCUSSABLE_SQL, asked)), None)


_DISCUSSABLE_SQL = f"""
SELECT i.id AS item_id, count(DISTINCT n.rater_id) AS votes, max(n.rater_id = :rater) AS own,
  (SELECT count(*) FROM comments c WHERE c.item_id = i.id) AS comments
FROM items i JOIN annotations n ON n.item_id = i.id AND {not_withdrawn("n")} AND {in_time("n", "i.week")}
WHERE i.week = :week AND i.kind IS NULL AND (
  EXISTS (SELECT 1 FROM week_closings closing WHERE closing.week = i.week)
  OR NOT EXISTS (SELECT 1 FROM assignments a WHERE a.item_id = i.id
                 AND NOT {handed_on("a")} AND NOT {answered("a")} AND NOT {skipped("a")}))
GROUP BY i.id HAVING count(DISTINCT n.rater_id) >= 2 ORDER BY i.rowid
"""  # noqa: S608 - constants of ours
_ONE_DISCUSSABLE_SQL = _DISCUSSABLE_SQL.replace("WHERE i.week = :week", "WHERE i.id = :item AND i.week = :week", 1)


def nobody_still_has_to(store: Store, item_id: str) -> bool:
    """Return whether nobody still has to review an item; in a closed week nobody has to."""
    return not store.query(_STILL_SQL, {"item": item_id})


_STILL_SQL = f"""
SELECT 1 FROM assignments a WHERE a.item_id = :item
AND NOT EXISTS (SELECT 1 FROM week_closings closing WHERE closing.week = a.week)
AND NOT {handed_on("a")} AND NOT {answered("a")} AND NOT {skipped("a")} LIMIT 1
"""  # noqa: S608 - constants of ours


def others_have_reviewed(store: Store, item_id: str, rater_id: str) -> bool:
    """Return whether somebody but ``rater_id`` reviewed an item, and nobody else still has to."""
    return bool(store.query(OTHERS_SQL, {"item": item_id, "rater": rater_id}))


OTHERS_SQL = f"""
SELECT 1 FROM annotations n WHERE n.item_id = :item AND n.rater_id <> :rater AND {not_withdrawn("n")}
AND NOT EXISTS (SELECT 1 FROM assignments a WHERE a.item_id = :item AND a.rater_id <> :rater
                AND NOT {handed_on("a")} AND NOT {answered("a")} AND NOT {skipped("a")}) LIMIT 1
"""  # noqa: S608 - constants of ours


def comments_of(store: Store, item_id: str) -> list[Comment]:
    """Return the comments on an item in order of arrival."""
    return store.find(Comment, item_id=item_id)


@dataclass(frozen=True, kw_only=True)
class OpenQuestion:
    """A question about the rubric; ``source`` is "comment", "flag", "adjudication" or "calibration"."""

    id: str
    source: str
    item_id: str
    conversation_id: str
    week: str
    dimension: str
    value: str
    text: str
    at: str


def open_questions(store: Store) -> list[OpenQuestion]:
    """Return what people called unclear in the rubric and no lead has answered, the newest first."""
    return [OpenQuestion(**row) for row in store.query(_QUESTIONS_SQL)]


_QUESTIONS_SQL = f"""
SELECT q.id, q.source, q.item_id, i.conversation_id, i.week, q.dimension, q.value, q.text, q.at FROM (
  SELECT id, 'comment' AS source, item_id, dimension, value, text, at FROM comments WHERE unclear
  UNION ALL SELECT f.submission_id, 'flag', f.item_id, '', '', f.comment, f.at FROM flags f
  WHERE f.kind = 'unclear' AND {not_withdrawn("f")}
  UNION ALL SELECT a.id, 'adjudication', a.item_id, '', '', a.rationale, a.at FROM adjudications a
  WHERE a.reason = 'rubric unclear'
    AND NOT EXISTS (SELECT 1 FROM adjudications later WHERE later.item_id = a.item_id AND later.rowid > a.rowid)
  UNION ALL SELECT id, 'calibration', item_id, dimension, value, sentence, at FROM calibration_decisions
  WHERE kept = 'question'
) q JOIN items i ON i.id = q.item_id
WHERE NOT EXISTS (SELECT 1 FROM question_answers done WHERE done.question = q.id)
ORDER BY q.at DESC, q.id
"""  # noqa: S608 - constants of ours


def discussed_among(store: Store, items: Collection[str]) -> set[str]:
    """Return those of these items that somebody has commented on."""
    return {row["id"] for row in store.query(_DISCUSSED_SQL, {"items": json_list(items)})} if items else set()


_DISCUSSED_SQL = """
SELECT DISTINCT c.item_id AS id FROM comments c WHERE c.item_id IN (SELECT value FROM json_each(:items))
"""
