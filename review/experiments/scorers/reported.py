"""What the team's own runner said of the answer: the score of promptfoo or DeepEval, a test that passed."""

from __future__ import annotations

from review.experiments.scorers.scorer import Score, Scorer, each, not_scored
from review.experiments.values import Answer, Case


def _score(case: Case, answer: Answer) -> Score:
    return not_scored("no other runner scored it") if answer.reported is None else Score(answer.reported)


SCORER = Scorer(
    title="reported",
    about="the score that the team's own runner gave, such as promptfoo, DeepEval or pytest",
    score=each(_score),
    sample={"case": {}, "answer": {"reported": 1.0}},
)
