"""The tables and fields that must appear, in the SQL or the text of the answer."""

from __future__ import annotations

import re

from review.experiments.scorers.scorer import NO_ANSWER, Score, Scorer, each, not_scored
from review.experiments.values import Answer, Case


def _score(case: Case, answer: Answer) -> Score:
    if not case.required:
        return not_scored("the case requires no table or field")
    text = f"{answer.sql or ''}\n{answer.answer or ''}"
    if not text.strip():
        return NO_ANSWER
    lacking = [name for name in case.required if not _appears(name, text)]
    return Score(1 - len(lacking) / len(case.required), detail={"missing": lacking})


def _appears(name: str, text: str) -> bool:
    """Whether every part of a name such as ``table.column`` appears as a word of its own."""
    return all(
        re.search(rf"(?<!\w){re.escape(part)}(?!\w)", text, re.IGNORECASE) for part in name.split(".") if part.strip()
    )


SCORER = Scorer(
    title="required fields",
    about="the share of the tables and fields that must appear in the SQL or the answer",
    score=each(_score),
    sample={"case": {"required": ["promotions"]}, "answer": {"sql": "promotions"}},
)
