"""Two-layer accuracy: a share for execution and a share for meaning, per case and over a set of cases.

Per case s = w e + (1 - w) m, with e the mean of its executions and m that of its semantic scores. Without one of them
the case counts by the other. A label of a person comes before the rules. Where people labelled a random part, the mean
difference between people and rules on that part corrects the mean of the rules over all cases (difference estimator,
Särndal, Swensson & Wretman 1992, chapter 6), so rules that are too kind do not raise the figure.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from statistics import fmean
from typing import Any

from scipy.special import stdtrit

from review.statistics.intervals import clopper_pearson
from review.statistics.layer_weights import WEIGHTS
from review.statistics.quantity import Quantity
from review.statistics.two_phase import Shift, corrected, shift

FEWEST = 5
"""Labels of people that a correction takes at least."""


@dataclass(frozen=True, kw_only=True)
class LayerCase:
    """One result of a case: ``execution``, ``semantic`` (by rules) and ``human`` lie in [0, 1], None without one.

    ``drawn`` says that the case belongs to the random part that people label. Repeats are several of these.
    """

    case: str
    execution: float | None = None
    semantic: float | None = None
    human: float | None = None
    scenario: str = ""
    cluster: str = ""
    drawn: bool = False


@dataclass(frozen=True, kw_only=True)
class TwoLayers:
    """The figures over a set of cases.

    ``without_execution`` names the cases that count by their meaning alone, ``without_meaning`` those that count by
    their execution alone.
    """

    n: int
    execution: Quantity
    semantic: Quantity
    combined: Quantity
    scenarios: Mapping[str, Quantity]
    without_execution: tuple[str, ...]
    without_meaning: tuple[str, ...]
    not_scored: tuple[str, ...]

    def to_json(self) -> dict[str, Any]:
        """Return the figures with the names of the command line's contract."""
        return {
            "n": self.n,
            "execution": self.execution.to_json(),
            "semantic": self.semantic.to_json(),
            "combined": self.combined.to_json(),
            "scenarios": {name: quantity.to_json() for name, quantity in self.scenarios.items()},
            "without_execution": list(self.without_execution),
            "without_meaning": list(self.without_meaning),
            "not_scored": list(self.not_scored),
        }


@dataclass(frozen=True, kw_only=True)
class _Case:
    name: str
    scenario: str
    cluster: str
    e: float | None
    rules: float | None
    human: float | None
    drawn: bool

    def combined(self, weights: tuple[float, float]) -> float | None:
        """The score of the case by its best semantic part."""
        return _joined(self.e, self.meaning, weights)

    @property
    def meaning(self) -> float | None:
        return self.human if self.human is not None else self.rules


def two_layers(rows: Iterable[LayerCase], *, weights: tuple[float, float] = WEIGHTS) -> TwoLayers:
    """Compute the accuracies. Raises ValueError for weights that do not sum to 1 or scores outside [0, 1]."""
    if abs(sum(weights) - 1) > 1e-9 or min(weights) < 0:
        raise ValueError(f"weights must be at least 0 and sum to 1, got {weights}")
    cases = _cases(rows)
    scored = [c for c in cases if c.combined(weights) is not None]
    names = sorted({c.scenario for c in cases if c.scenario})
    return TwoLayers(
        n=len(cases),
        execution=_mean([(c.e, c.cluster) for c in cases]),
        semantic=_semantic(cases, (0.0, 1.0)),
        combined=_semantic(scored, weights),
        scenarios={name: _semantic([c for c in scored if c.scenario == name], weights) for name in names},
        without_execution=tuple(c.name for c in cases if c.e is None and c.meaning is not None),
        without_meaning=tuple(c.name for c in cases if c.e is not None and c.meaning is None),
        not_scored=tuple(c.name for c in cases if c.combined(weights) is None),
    )


def shift_by_people(rows: Iterable[LayerCase], *, weights: tuple[float, float] = WEIGHTS) -> Shift | None:
    """Return by how much people move the combined mean of these cases; None with fewer than ``FEWEST`` labels."""
    cases = [c for c in _cases(rows) if c.combined(weights) is not None]
    differences, largest = _differences(cases, weights)
    return shift(differences, of=len(cases), largest=largest) if len(differences) >= FEWEST else None


def _cases(rows: Iterable[LayerCase]) -> list[_Case]:
    by_name: dict[str, list[LayerCase]] = {}
    for row in rows:
        for value in (row.execution, row.semantic, row.human):
            if value is not None and not 0 <= value <= 1:
                raise ValueError(f"case {row.case}: a score must lie between 0 and 1, got {value}")
        by_name.setdefault(row.case, []).append(row)
    return [
        _Case(
            name=name,
            scenario=some[0].scenario,
            cluster=some[0].cluster or name,
            e=_average(r.execution for r in some),
            rules=_average(r.semantic for r in some),
            human=_average(r.human for r in some),
            drawn=any(r.drawn for r in some),
        )
        for name, some in by_name.items()
    ]


def _average(values: Iterable[float | None]) -> float | None:
    given = [v for v in values if v is not None]
    return fmean(given) if given else None


def _joined(e: float | None, m: float | None, weights: tuple[float, float]) -> float | None:
    if weights[0] == 0 or e is None:
        return m
    return e if m is None else weights[0] * e + weights[1] * m


def _semantic(cases: Sequence[_Case], weights: tuple[float, float]) -> Quantity:
    """The mean score, corrected by the drawn cases that people labelled where there are enough of them."""
    differences, largest = _differences(cases, weights)
    if len(differences) < FEWEST or len(differences) == len(cases):
        return _mean([(c.combined(weights), c.cluster) for c in cases])
    by_rules = _mean([(_joined(c.e, c.rules, weights), c.cluster) for c in cases])
    if by_rules.value is None or by_rules.ci is None:
        return _mean([(c.combined(weights), c.cluster) for c in cases])
    return corrected(by_rules, differences, of=len(cases), largest=largest)


def _differences(cases: Sequence[_Case], weights: tuple[float, float]) -> tuple[list[float], float]:
    """Return people less rules of the drawn cases, and the largest difference there can be."""
    pairs = [
        (_joined(c.e, c.human, weights), _joined(c.e, c.rules, weights))
        for c in cases
        if c.drawn and c.human is not None
    ]
    # People change the semantic part alone; a case that has no other part may change by as much as 1.
    largest = max((1.0 if c.e is None or weights[0] == 0 else weights[1] for c in cases), default=1.0)
    return [h - r for h, r in pairs if h is not None and r is not None], largest


_SE = "variance of the sums of clusters"


def _mean(scores: Sequence[tuple[float | None, str]]) -> Quantity:
    """The mean over cases with a t interval over clusters; without any spread the exact binomial one."""
    given = [(value, cluster) for value, cluster in scores if value is not None]
    if not given:
        return Quantity.missing("no case has this part", method="t")
    values = [value for value, _ in given]
    mean, n = fmean(values), len(values)
    sums: dict[str, float] = {}
    for value, cluster in given:
        sums[cluster] = sums.get(cluster, 0.0) + value - mean
    groups = len(sums)
    squares = sum(s * s for s in sums.values())
    if groups < 2 or squares < 1e-18:
        low, high = clopper_pearson(mean * groups, groups)
        return Quantity(value=mean, ci=(min(low, mean), max(high, mean)), se=None, method="clopper-pearson", n=n)
    se = math.sqrt(groups / (groups - 1) * squares) / n
    reach = float(stdtrit(groups - 1, 0.975)) * se
    return Quantity(
        value=mean, ci=(max(0.0, mean - reach), min(1.0, mean + reach)), se=se, method="t", method_se=_SE, n=n
    )
