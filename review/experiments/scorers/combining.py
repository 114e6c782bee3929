"""The execution and the semantic part of an answer, and both as one figure. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from statistics import fmean

from review.experiments.scorers.behaviour import ANSWER
from review.experiments.values import Case
from review.settings.scores import ScoreSettings

ONLY_A_PERSON = "only a person or a judge can tell whether the answer is right"
BEHAVIOUR = "behaviour"


def parts(case: Case, scores: Mapping[str, float], settings: ScoreSettings) -> tuple[float | None, float | None]:
    """Return the execution part and the part by rules, each the mean of its scorers that gave a score.

    That the product gave some answer where one was expected is no evidence that it is right. So the behaviour alone
    scores no case that expects an answer, unless the execution tells the rest.
    """
    execution, rules = _mean(scores, settings.execution), _mean(scores, settings.semantic)
    given = [name for name in settings.semantic if name in scores]
    if execution is None and given == [BEHAVIOUR] and case.expected_behaviour == ANSWER:
        rules = None
    return execution, rules


def _mean(scores: Mapping[str, float], names: Sequence[str]) -> float | None:
    given = [scores[name] for name in names if name in scores]
    if len(given) == 1:
        return given[0]
    return fmean(given) if given else None


def combined(execution: float | None, semantic: float | None, weights: tuple[float, float]) -> float | None:
    """Return w e + (1 - w) m; by the other part alone where one is missing."""
    if execution is None or weights[0] == 0:
        return semantic
    return execution if semantic is None else weights[0] * execution + weights[1] * semantic
