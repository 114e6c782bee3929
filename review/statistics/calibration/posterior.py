"""A Bayesian bootstrap for finite populations by groups of similar weight, with a weak prior.

Its intervals keep their coverage when positives are rare. In each group the shares of the cells are drawn from a
Dirichlet distribution over the counts (Rubin 1981, Ann. Statist. 9, 130-134). The unlabelled items are then drawn from
those shares, and the labelled ones count as they are (Lo 1988, Ann. Statist. 16, 1684-1695; Ghosh & Meeden 1997), which
is the finite-population correction. Jeffreys' half a row per cell leaves room for cells that the sample happened to
miss. That matters here: when all failing conversations and a few hundred of the rest are labelled, recall depends on
the few positives of the rest, and a single positive that the judge caught says little about the others. With one such
positive expected, the Taylor interval of recall covers 31%, this one 99% (tests/bench/calibration_coverage.py).

A group joins strata of similar weight (Cochran 1977, sec. 5A.12), such as the same stratum of several weeks. With a
prior in each of them, all would be pulled in the same direction while sampling errors average out: twelve weeks would
invent a dozen heavy positives. The method gives up the precision of keeping such strata apart.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from review.statistics.calibration.data import FloatArray, IntArray
from review.statistics.calibration.design import Design

PRIOR = 0.5
ROWS_OF_A_GROUP = 20
MOST_CELLS_AT_ONCE = 2_000_000
MOST_EXACT_CELLS = 200


class Margins(NamedTuple):
    """The margins of a confusion matrix as shares, for kappa and MCC: diagonal (...,), truth and verdict (..., K)."""

    diagonal: FloatArray
    truth: FloatArray
    verdict: FloatArray


class Groups(NamedTuple):
    """Rows of similar weight: ``group`` and ``stands`` of each pattern, shape (P,).

    ``stands`` is the number of unlabelled items that one row represents.
    """

    group: IntArray
    stands: FloatArray


def share_draws(
    design: Design, category: IntArray, *, outside_possible: bool, draws: int, rng: np.random.Generator
) -> FloatArray:
    """Draw hits / (hits + misses) in the population, shape (draws,), NaN where a draw contains neither.

    ``category``, shape (P,), is 0 for a pattern that is a hit, 1 for a miss, 2 for one outside the domain.
    """
    prior = np.array([PRIOR, PRIOR, PRIOR if outside_possible else 0.0])
    totals = _population_totals(design, _similar_weights(design), cell=category, prior=prior, draws=draws, rng=rng)
    inside = totals[:, 0] + totals[:, 1]
    return np.divide(totals[:, 0], inside, out=np.full(draws, np.nan), where=inside > 0)


def mean_draws(design: Design, value: FloatArray, *, draws: int, rng: np.random.Generator) -> FloatArray:
    """Draw the population's mean of a value from 0 to 1, shape (draws,); ``value`` has shape (P,).

    Each row is a cell of its own. The prior is half a row with the value 0 and half a row with the value 1, so that for
    values of 0 and 1 the mean is a share with Jeffreys' prior.
    """
    rows = len(value)
    ends = np.array([0.0, 1.0])
    prior = np.concatenate([np.zeros(rows), np.full(2, PRIOR)])
    found = _similar_weights(design)
    chunk = max(1, MOST_CELLS_AT_ONCE // (len(prior) * int(found.group.max() + 1)))
    parts = []
    for at in range(0, draws, chunk):
        step = min(chunk, draws - at)
        totals = _population_totals(design, found, cell=np.arange(rows), prior=prior, draws=step, rng=rng)
        parts.append(totals @ np.concatenate([value, ends]) / totals.sum(axis=1))
    return np.concatenate(parts)


def margin_draws(design: Design, *, draws: int, keep_missing: bool, rng: np.random.Generator) -> Margins:
    """Draw the confusion matrix's margins in the population, first axis (draws,), K + 1 codes.

    The prior is one row on the diagonal and one next to it, spread evenly over the classes (half a row in each of the
    four cells when there are two classes). With ``keep_missing`` a missing verdict has its own code, K; otherwise those
    rows are left out.
    """
    k = design.classes
    beside = np.arange(k) * (k + 1) + (np.arange(k) + 1) % k
    code = design.truth * (k + 1) + design.verdict
    support = np.unique(np.concatenate([code, np.arange(k) * (k + 2), beside]))
    prior = np.zeros(len(support))
    prior[np.searchsorted(support, np.arange(k) * (k + 2))] += 1 / k
    prior[np.searchsorted(support, beside)] += 1 / k
    cell = np.searchsorted(support, code)
    truth, verdict = np.divmod(support, k + 1)
    used = np.ones(len(support), bool) if keep_missing else verdict < k
    found = _similar_weights(design)
    chunk = max(1, MOST_CELLS_AT_ONCE // (len(support) * int(found.group.max() + 1)))
    parts = [
        _margins(
            _population_totals(design, found, cell=cell, prior=prior, draws=min(chunk, draws - at), rng=rng)[:, used],
            truth[used],
            verdict[used],
            k,
        )
        for at in range(0, draws, chunk)
    ]
    return Margins(*(np.concatenate(arrays) for arrays in zip(*parts, strict=True)))


def _similar_weights(design: Design) -> Groups:
    """Group rows whose weights differ by up to a factor of two, or more until a group has ROWS_OF_A_GROUP rows.

    Grouping starts at the heaviest weight, so there are few groups however many strata there are. A single outlier is
    not a group, because the prior would outweigh it.
    """
    stands = design.weight - 1 if np.isfinite(design.population).all() else design.weight
    octave = np.full(len(stands), np.inf)
    open_ = stands > 0
    octave[open_] = np.floor(np.round(np.log2(stands.max() / stands[open_]), 9))
    _, place = np.unique(octave, return_inverse=True)
    joined, held = [0], 0.0
    for rows in np.bincount(place, design.count):
        held += rows
        full = held >= ROWS_OF_A_GROUP
        joined.append(joined[-1] + full)
        held *= not full
    return Groups(np.array(joined, dtype=np.intp)[place], stands)


def margins_of(matrix: FloatArray) -> Margins:
    """Return the margins of one weighted confusion matrix (K, K + 1)."""
    k = matrix.shape[0]
    truth, verdict = np.divmod(np.arange(matrix.size), k + 1)
    return _margins(matrix.reshape(1, -1), truth, verdict, k)


def _population_totals(
    design: Design, found: Groups, *, cell: IntArray, prior: FloatArray, draws: int, rng: np.random.Generator
) -> FloatArray:
    """Draw each cell's total over the groups, shape (draws, cells); ``cell``, shape (P,), is each pattern's cell."""
    shape = _group_counts(design, found, cell, len(prior)) + prior
    unseen = np.bincount(found.group, design.count * found.stands, len(shape)).astype(float)
    if not np.isfinite(design.population).all():
        return np.einsum("h,dhc->dc", unseen, _dirichlet(shape, draws, rng))
    if len(prior) <= MOST_EXACT_CELLS:
        unlabelled = rng.multinomial(np.rint(unseen).astype(np.int64), _dirichlet(shape, draws, rng)).sum(axis=1)
    else:
        shape = shape * _matched_concentration(shape.sum(axis=1), unseen)[:, None]
        unlabelled = np.einsum("h,dhc->dc", unseen, _dirichlet(shape, draws, rng))
    return np.bincount(cell, design.count, len(prior)) + unlabelled


def _group_counts(design: Design, found: Groups, cell: IntArray, width: int) -> FloatArray:
    """Count the rows of each cell in each group, weighted by ``stands`` and scaled to Kish's number; (groups, width).

    These are the plain counts where all rows of a group represent as many items, and 0 where they represent none.
    """
    most = np.zeros(int(found.group.max()) + 1)
    np.maximum.at(most, found.group, found.stands)
    part = np.divide(found.stands, most[found.group], out=np.zeros(len(found.stands)), where=found.stands > 0)
    cells = np.zeros((len(most), width))
    np.add.at(cells, (found.group, cell), design.count * part)
    squares = np.bincount(found.group, design.count * part**2, len(most))
    kish_scale = np.divide(cells.sum(axis=1), squares, out=np.zeros(len(most)), where=squares > 0)
    return cells * kish_scale[:, None]


def _dirichlet(shape: FloatArray, draws: int, rng: np.random.Generator) -> FloatArray:
    gamma = rng.standard_gamma(shape, size=(draws, *shape.shape))
    gamma /= gamma.sum(axis=2, keepdims=True)
    return gamma


def _matched_concentration(concentration: FloatArray, unseen: FloatArray) -> FloatArray:
    """Return per stratum the factor that gives a Dirichlet the variance of ``unseen`` multinomial draws from it.

    Shares of N multinomial draws have variance p(1-p)(N + c)/(N(1 + c)), a Dirichlet of concentration k p(1-p)/(1 + k).
    With thousands of cells this avoids drawing each count.
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
