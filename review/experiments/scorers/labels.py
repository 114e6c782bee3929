"""The classes that the product chose, such as an intent or a route, against the settled labels of the case."""

from __future__ import annotations

from review.basics.labels import Value
from review.experiments.scorers.scorer import Score, Scorer, each, not_scored
from review.experiments.values import Answer, Case


def _score(case: Case, answer: Answer) -> Score:
    if not answer.labels:
        return not_scored("the answer has no labels")
    shared = [name for name in answer.labels if name in case.labels]
    if not shared:
        return not_scored(f"the case has no label in {', '.join(answer.labels)}")
    detail = {name: {"expected": _text(case.labels[name]), "given": _text(answer.labels[name])} for name in shared}
    right = sum(one["expected"] == one["given"] for one in detail.values())
    return Score(right / len(shared), detail=detail)


def _text(value: Value) -> str:
    """Return a label as text without regard to case; the values of a set in order, whatever order they came in."""
    if isinstance(value, str | int | float):
        return str(value).strip().casefold()
    return "|".join(sorted(str(v).strip().casefold() for v in value))


SCORER = Scorer(
    title="class labels",
    about="the classes that the product chose, such as an intent, against the settled labels",
    score=each(_score),
    sample={"case": {"labels": {"intent": "billing"}}, "answer": {"labels": {"intent": "billing"}}},
)
