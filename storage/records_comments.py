"""Records of what people say about reviewed items, and of the questions that this leaves about the rubric."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class Comment:
    """What somebody said about an item after everybody had reviewed it.

    ``dimension`` and ``value`` name the passage of the rubric that it is about, "" for none. With ``unclear`` that
    passage does not decide the case, which is an open question of the rubric.
    """

    id: str
    item_id: str
    rater_id: str
    rubric_version: int
    text: str
    at: str
    dimension: str = ""
    value: str = ""
    unclear: bool = False


@dataclass(frozen=True, kw_only=True)
class QuestionAnswer:
    """How a lead closed an open question: ``question`` is the id of the comment, flag or adjudication that asks it."""

    id: str
    question: str
    answer: str
    at: str
    by: str


COMMENT_KEYS: dict[type, tuple[str, ...]] = {
    Comment: ("comments", "id"),
    QuestionAnswer: ("question_answers", "id"),
}
"""Table and primary key of each of these records."""
