"""The sample as counted patterns with weights, and Taylor linearisation over its strata.

Rows with the same stratum, weight, truth and verdict are one pattern with a count, so variances and replicates cost the
same for a hundred items as for a hundred thousand. Standard errors are those of a stratified sample with
finite-population correction 1 - m_h/N_h (Cochran 1977, ch. 5; Binder 1983, Int. Statist. Rev. 51, 279-292).
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from review.statistics.calibration.data import CalibrationData, FloatArray, IntArray

ROWS_PER_WEIGHT = 5


@dataclass(frozen=True, kw_only=True)
class Design:
    """Labelled rows with a weight, as P patterns in H strata; K values.

    ``stratum``, ``weight``, ``truth``, ``verdict``, ``count`` have shape (P,); a verdict of K means "no verdict".
    ``sampled`` (m_h) and ``population`` (N_h, infinite where unknown) have shape (H,). ``even`` tells whether all rows
    of each stratum have the same weight; ``simple`` whether all rows of the whole sample do.
    """

    classes: int
    stratum: IntArray
    weight: FloatArray
    truth: IntArray
    verdict: IntArray
    count: FloatArray
    sampled: FloatArray
    population: FloatArray
    even: bool

    @property
    def simple(self) -> bool:
        """Whether this is one stratum in which all rows have the same weight."""
        return len(self.sampled) == 1 and self.even

    @property
    def census(self) -> bool:
        """Whether every item of the population is labelled, so there is no sampling error."""
        return bool(len(self.sampled)) and bool((self.sampled >= self.population).all())

    @property
    def mass(self) -> FloatArray:
        """Total weight of each pattern, shape (P,)."""
        return self.weight * self.count

    def matrix(self) -> FloatArray:
        """Return the weighted confusion matrix, shape (K, K + 1): truth by verdict, the last column "no verdict"."""
        table = np.zeros((self.classes, self.classes + 1))
        np.add.at(table, (self.truth, self.verdict), self.mass)
        return table


class Drawn(NamedTuple):
    """The labelled rows that have weight: indices, stratum and weight of each (R,), and N_h per stratum (H,)."""

    rows: IntArray
    stratum: IntArray
    weight: FloatArray
    population: FloatArray


def plain_design(data: CalibrationData) -> Design:
    """Return every labelled row with weight 1, for the unweighted figures."""
    return _collapse(data, _unweighted(data))


def sampling_design(data: CalibrationData) -> Design:
    """Return the labelled rows with their sampling weights, as patterns; see :func:`drawn_rows`."""
    return _collapse(data, drawn_rows(data))


def drawn_rows(data: CalibrationData) -> Drawn:
    """Return the labelled rows with their stratum and weight.

    With populations the weight is N_h/m_h, where m_h counts the labelled rows of the stratum, with or without a
    verdict. With weights alone the strata are the named ones, or else the groups of equal weight, because one stratum
    has one inclusion probability. Where hardly any two rows share a weight, the sample is one stratum drawn with
    unequal probabilities.
    """
    labelled = data.labelled
    if data.population is not None:
        rows = np.flatnonzero(labelled & (data.stratum >= 0))
        used, stratum = np.unique(data.stratum[rows], return_inverse=True)
        sampled = np.bincount(stratum, minlength=len(used))
        population = data.population[used]
        weight = (population / np.maximum(sampled, 1))[stratum]
        return Drawn(rows, stratum.astype(np.intp), weight, population)
    if data.weight is None:
        return _unweighted(data)
    rows = np.flatnonzero(labelled & (data.weight > 0))
    weight = data.weight[rows]
    if len(np.unique(data.stratum[rows])) > 1:
        _, stratum = np.unique(data.stratum[rows], return_inverse=True)
    else:
        distinct, stratum = np.unique(weight, return_inverse=True)
        if len(distinct) > max(1, len(rows) // ROWS_PER_WEIGHT):
            stratum = np.zeros(len(rows), np.intp)
    strata = int(stratum.max()) + 1 if len(rows) else 1
    return Drawn(rows, stratum.astype(np.intp), weight, np.full(strata, math.inf))


def _unweighted(data: CalibrationData) -> Drawn:
    rows = np.flatnonzero(data.labelled)
    return Drawn(rows, np.zeros(len(rows), np.intp), np.ones(len(rows)), np.full(1, math.inf))


def _collapse(data: CalibrationData, drawn: Drawn) -> Design:
    k = len(data.values)
    distinct, which = np.unique(drawn.weight, return_inverse=True)
    group = drawn.stratum * max(1, len(distinct)) + which
    truth = data.truth[drawn.rows]
    verdict = np.where(data.verdict[drawn.rows] < 0, k, data.verdict[drawn.rows])
    _, first, count = np.unique((group * k + truth) * (k + 1) + verdict, return_index=True, return_counts=True)
    return Design(
        classes=k,
        stratum=drawn.stratum[first],
        weight=drawn.weight[first],
        truth=truth[first],
        verdict=verdict[first],
        count=count.astype(float),
        sampled=np.bincount(drawn.stratum, minlength=len(drawn.population)).astype(float),
        population=drawn.population.astype(float),
        even=len(np.unique(group)) == len(np.unique(drawn.stratum)),
    )


def row_design(data: CalibrationData, drawn: Drawn) -> Design:
    """Return the design with every row as its own pattern, in the order of ``drawn.rows``."""
    ones = np.ones(len(drawn.rows))
    sampled = np.bincount(drawn.stratum, minlength=len(drawn.population)).astype(float)
    verdict = np.where(data.verdict[drawn.rows] < 0, len(data.values), data.verdict[drawn.rows])
    return Design(
        classes=len(data.values),
        stratum=drawn.stratum,
        weight=drawn.weight,
        truth=data.truth[drawn.rows],
        verdict=verdict,
        count=ones,
        sampled=sampled,
        population=drawn.population.astype(float),
        even=False,
    )


TAYLOR = "Taylor linearisation within strata"
"""How standard errors of weighted figures are found, in the words of ``method_se``."""


def taylor_se(design: Design, influence: FloatArray) -> float | None:
    """Return the standard error of a statistic of the weighted totals.

    ``influence``, shape (P,), is the derivative of the statistic with respect to the weight of one row of a pattern.
    A stratum with a single row is pooled with the sampled stratum of the nearest weight; without one the result is
    None.
    """
    groups = _pooled(design)
    if groups is None:
        return None
    strata = int(groups.max()) + 1
    sampled = np.bincount(groups, design.sampled, strata)
    population = np.bincount(groups, design.population, strata)
    z = design.weight * influence
    group = groups[design.stratum]
    total = np.bincount(group, design.count * z, strata)
    centred = z - (total / np.maximum(sampled, 1))[group]
    squares = np.bincount(group, design.count * centred**2, strata)
    open_ = sampled < population
    share = 1 - sampled / population
    scale = np.where(open_, share * sampled / np.maximum(sampled - 1, 1), 0.0)
    return math.sqrt(float(scale @ squares))


def _pooled(design: Design) -> IntArray | None:
    """Map each stratum to its variance stratum, shape (H,); None when a single row has no stratum to pool with."""
    strata = len(design.sampled)
    mass = np.bincount(design.stratum, design.mass, strata)
    mean_weight = mass / np.maximum(design.sampled, 1)
    sampled_only = np.flatnonzero((design.sampled < design.population) & (design.sampled > 0))
    group = np.arange(strata)
    order = sampled_only[np.argsort(mean_weight[sampled_only], kind="stable")]
    for at, h in enumerate(order):
        if design.sampled[h] != 1:
            continue
        near = [order[x] for x in (at - 1, at + 1) if 0 <= x < len(order)]
        if not near:
            return None
        gaps = [abs(math.log(mean_weight[x] / mean_weight[h])) for x in near]
        group[group == group[h]] = group[near[int(np.argmin(gaps))]]
    _, dense = np.unique(group, return_inverse=True)
    return dense.astype(np.intp)


def single_row_strata(design: Design) -> int:
    """Count the sampled strata with only one labelled row."""
    return int(((design.sampled == 1) & (design.population > 1)).sum())


def kish(weights: FloatArray, counts: FloatArray) -> float | None:
    """Return Kish's (1965) effective sample size (sum w)^2 / sum w^2, or None without any weight."""
    squares = float((counts * weights**2).sum())
    return float((counts * weights).sum()) ** 2 / squares if squares > 0 else None
