"""The random part of a run's answers that people check, and which of their labels count. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import takewhile

from review.experiments.scorers.scale import on_scale
from review.experiments.values import ScoredCase, ScoredRun
from review.rubric.rubric import Dimension
from review.sampling.key import digest


def in_order(run: ScoredRun) -> list[ScoredCase]:
    """Return the scored first answers of a run in the order in which they are drawn."""
    first: dict[str, ScoredCase] = {}
    for one in run.cases:
        if one.combined is not None:
            first.setdefault(one.case.id, one)
    return sorted(first.values(), key=lambda one: digest(f"{run.run}:people", one.case.id))


def counting(run: ScoredRun, labels: Mapping[str, str], dimension: Dimension) -> dict[str, float]:
    """Return the scores that people gave, by case, in the order of the draw up to the first gap."""
    drawn = [one.case.id for one in in_order(run)]
    scores = {case: on_scale(dimension, label) for case, label in labels.items()}
    found = ((case, scores.get(case)) for case in drawn)
    return {case: score for case, score in takewhile(lambda pair: pair[1] is not None, found) if score is not None}
