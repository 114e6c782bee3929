"""The expected answer somewhere in the answer, in whole words."""

from __future__ import annotations

from review.experiments.scorers.normal_form import normal_form
from review.experiments.scorers.scorer import Score, Scorer, each, not_scored, texts_missing
from review.experiments.values import Answer, Case


def _score(case: Case, answer: Answer) -> Score:
    missing = texts_missing(case, answer)
    if missing:
        return missing
    wanted = normal_form(case.expected_answer or "")
    if not wanted:
        return not_scored("the expected answer has no words")
    return Score(float(f" {wanted} " in f" {normal_form(answer.answer or '')} "))


SCORER = Scorer(
    title="contains",
    about="the expected answer somewhere in the answer, in whole words",
    score=each(_score),
    sample={"case": {"expected_answer": "42"}, "answer": {"answer": "There are 42 orders."}},
)
