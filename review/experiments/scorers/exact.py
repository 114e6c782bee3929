"""The expected answer, character for character."""

from __future__ import annotations

from review.experiments.scorers.scorer import Score, Scorer, each, texts_missing
from review.experiments.values import Answer, Case


def _score(case: Case, answer: Answer) -> Score:
    return texts_missing(case, answer) or Score(float(answer.answer == case.expected_answer))


SCORER = Scorer(
    title="exact",
    about="the expected answer, character for character",
    score=each(_score),
    sample={"case": {"expected_answer": "42"}, "answer": {"answer": "42"}},
)
