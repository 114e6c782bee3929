"""A Bayesian bootstrap by stratum for finite populations, with a weak prior: intervals that stay honest when
what matters is rare.

In each stratum the shares of the cells are drawn from a Dirichlet distribution over the counts (Rubin 1981, Ann.
Statist. 9, 130-134); the N_h - m_h items nobody labelled are then drawn from those shares, the labelled ones stand for
themselves (Lo 1988, Ann. Statist. 16, 1684-1695; Ghosh & Meeden 1997), which is the finite-population correction.
Jeffreys' half a row per cell keeps room for what the sample happened not to show. That matters here: when all failing
conversations and a few hundred of the rest are labelled, the few positives of the rest carry the recall. With one of
them expected, the Taylor interval of recall covers 30 %, this one 98 % (tests/bench/calibration_coverage.py).
"""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np

from review.calibration.data import FloatArray, IntArray
from review.calibration.design import Design

PRIOR = 0.5
MOST_CELLS_AT_ONCE = 2_000_000
MOST_EXACT_CELLS = 200
SHARE_PRIOR = 3 * PRIOR
MARGIN_PRIOR = 2.0


class Margins(NamedTuple):
    """What kappa and MCC need of a confusion matrix, as shares: diagonal (...,), truth and verdict (..., K)."""

    diagonal: FloatArray
    truth: FloatArray
    verdict: FloatArray


def prior_is_weak(design: Design, mass: float) -> bool:
    """Whether a prior of ``mass`` rows per stratum is small enough for the posterior to serve as an interval.

    The prior pulls each stratum by mass/(m_h + mass), always in one direction, while sampling errors average out over
    strata: with many small ones the bias would outgrow the standard error. The bound on pull * sqrt(m) is the largest
    that a single stratum can reach, sqrt(mass)/2.
    """
    open_ = design.sampled < design.population
    if not open_.any():
        return True
    m = design.sampled[open_]
    weight = np.bincount(design.stratum, design.mass, len(design.sampled))[open_]
    pull = float(weight @ (mass / (m + mass))) / float(weight.sum())
    return pull * math.sqrt(float(m.sum())) <= math.sqrt(mass) / 2 + 1e-9


def share_draws(
    design: Design, category: IntArray, *, outside_possible: bool, draws: int, rng: np.random.Generator
) -> FloatArray:
    """Draws of hits / (hits + misses) in the population, shape (draws,), NaN where a draw holds neither.

    ``category``, shape (P,), is 0 for a pattern that is a hit, 1 for a miss, 2 for one outside the domain.
    Weights must be even within strata.
    """
    cells = np.zeros((len(design.sampled), 3))
    np.add.at(cells, (design.stratum, category), design.count)
    prior = np.array([PRIOR, PRIOR, PRIOR if outside_possible else 0.0])
    totals = _population_totals(design, cells, prior, draws, rng)
    inside = totals[:, 0] + totals[:, 1]
    return np.divide(totals[:, 0], inside, out=np.full(draws, np.nan), where=inside > 0)


def margin_draws(design: Design, *, draws: int, keep_missing: bool, rng: np.random.Generator) -> Margins:
    """Draws of the confusion matrix's margins in the population, first axis (draws,), K + 1 codes.

    The prior is one row on the diagonal and one beside it, spread evenly over the classes (half a row in each of the
    four cells when there are two). With ``keep_missing`` a missing verdict is a code of its own, K; otherwise those
    rows are left out.
    """
    k = design.classes
    beside = np.arange(k) * (k + 1) + (np.arange(k) + 1) % k
    code = design.truth * (k + 1) + design.verdict
    support = np.unique(np.concatenate([code, np.arange(k) * (k + 2), beside]))
    prior = np.zeros(len(support))
    prior[np.searchsorted(support, np.arange(k) * (k + 2))] += 1 / k
    prior[np.searchsorted(support, beside)] += 1 / k
    cells = np.zeros((len(design.sampled), len(support)))
    np.add.at(cells, (design.stratum, np.searchsorted(support, code)), design.count)
    truth, verdict = np.divmod(support, k + 1)
    used = np.ones(len(support), bool) if keep_missing else verdict < k
    chunk = max(1, MOST_CELLS_AT_ONCE // cells.size)
    parts = [
        _margins(_population_totals(design, cells, prior, min(chunk, draws - at), rng)[:, used], truth[used],
                 verdict[used], k)
        for at in range(0, draws, chunk)
    ]  # fmt: skip
    return Margins(*(np.concatenate(arrays) for arrays in zip(*parts, strict=True)))


def margins_of(matrix: FloatArray) -> Margins:
    """The margins of one weighted confusion matrix (K, K + 1)."""
    k = matrix.shape[0]
    truth, verdict = np.divmod(np.arange(matrix.size), k + 1)
    return _margins(matrix.reshape(1, -1), truth, verdict, k)


def _population_totals(
    design: Design, cells: FloatArray, prior: FloatArray, draws: int, rng: np.random.Generator
) -> FloatArray:
    """Totals of each cell over the strata, shape (draws, cells)."""
    shape = cells + prior
    if not np.isfinite(design.population).all():
        mass = np.bincount(design.stratum, design.mass, len(design.sampled))
        return np.einsum("h,dhc->dc", mass, _dirichlet(shape, draws, rng))
    unseen = design.population - design.sampled
    if cells.shape[1] <= MOST_EXACT_CELLS:
        unlabelled = rng.multinomial(unseen.astype(np.int64), _dirichlet(shape, draws, rng)).sum(axis=1)
    else:
        shape = shape * _matched_concentration(shape.sum(axis=1), unseen)[:, None]
        unlabelled = np.einsum("h,dhc->dc", unseen, _dirichlet(shape, draws, rng))
    return cells.sum(axis=0) + unlabelled


def _dirichlet(shape: FloatArray, draws: int, rng: np.random.Generator) -> FloatArray:
    gamma = rng.standard_gamma(shape, size=(draws, *shape.shape))
    gamma /= gamma.sum(axis=2, keepdims=True)
    return gamma


def _matched_concentration(concentration: FloatArray, unseen: FloatArray) -> FloatArray:
    """The factor that gives a Dirichlet the variance of ``unseen`` multinomial draws from a Dirichlet, per stratum.

    Shares of N multinomial draws have variance p(1-p)(N + c)/(N(1 + c)), a Dirichlet of concentration k p(1-p)/(1 + k).
    Over thousands of cells this saves drawing each count.
    """
    matched = unseen * (1 + concentration) / (unseen + concentration) - 1
    return np.maximum(matched, 1.0) / concentration


def _margins(totals: FloatArray, truth: IntArray, verdict: IntArray, k: int) -> Margins:
    codes = np.arange(k + 1)
    share = totals / totals.sum(axis=1, keepdims=True)
    return Margins(
        share[:, truth == verdict].sum(axis=1),
        share @ (truth[:, None] == codes).astype(float),
        share @ (verdict[:, None] == codes).astype(float),
    )
