"""The expected answer, but for case, punctuation, white space and articles."""

from __future__ import annotations

from review.experiments.scorers.normal_form import normal_form
from review.experiments.scorers.scorer import Score, Scorer, each, texts_missing
from review.experiments.values import Answer, Case


def _score(case: Case, answer: Answer) -> Score:
    missing = texts_missing(case, answer)
    return missing or Score(float(normal_form(answer.answer or "") == normal_form(case.expected_answer or "")))


SCORER = Scorer(
    title="normalised",
    about="the expected answer, but for case, punctuation, white space and articles",
    score=each(_score),
    sample={"case": {"expected_answer": "The 42 orders"}, "answer": {"answer": "42 orders."}},
)
