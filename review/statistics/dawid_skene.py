"""Dawid and Skene's model of raters with error rates, fitted by EM (Applied Statistics 28, 1979, 20-28).

Every item has one true value. Every rater has their own table of how often they give each value for each true one.
Ratings are independent given the truth. The fit starts from the vote shares, does not smooth, and stops when the log
likelihood of the observed ratings no longer rises.

A week of thousands of items has a few hundred patterns of ratings, so each pattern is computed once.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import reduce
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
from scipy import sparse

from review.basics.labels import Ratings

Floats = npt.NDArray[np.float64]

TOLERANCE = 1e-8
FEW_COLUMNS = 8
"""From so many on, NumPy adds the numbers of a row in another order."""
MOST_ITERATIONS = 10_000


@dataclass(frozen=True, kw_only=True)
class DawidSkene:
    """A fitted model of N items, J raters and K values.

    ``posterior`` (N, K) is the probability of each true value, NaN for an item without ratings. ``prevalence`` has
    shape (K,). ``confusion`` (J, K, K) has true values as rows and given values as columns, NaN where none of the
    rater's items is expected to have that true value. ``converged`` is False when the iterations ran out.
    """

    posterior: Floats
    prevalence: Floats
    confusion: Floats
    log_likelihood: float
    iterations: int
    converged: bool


def dawid_skene(ratings: Ratings, *, tolerance: float = TOLERANCE, iterations: int = MOST_ITERATIONS) -> DawidSkene:
    """Fit the model by EM; a rater may have rated an item several times.

    The fit stops when the observed-data log likelihood rises by less than ``tolerance``, or after ``iterations`` steps.
    Raises ValueError without ratings.
    """
    if not len(ratings):
        raise ValueError("the model needs at least one rating")
    shape = (len(ratings.raters), len(ratings.scale.values))
    alike = _alike(ratings, shape)

    truth = _vote_shares(alike, shape)
    log_likelihood, step, converged = -np.inf, 0, False
    with np.errstate(divide="ignore"):  # the logarithm of 0 is minus infinity
        while step < iterations and not converged:
            step += 1
            prevalence, confusion = _maximise(truth, alike, shape)
            truth, reached = _expect(prevalence, confusion, alike)
            converged = reached - log_likelihood < tolerance
            log_likelihood = reached
    posterior = np.full((len(ratings.items), shape[1]), np.nan)
    posterior[alike.items] = truth[alike.group]
    return DawidSkene(
        posterior=posterior,
        prevalence=prevalence,
        confusion=_known(confusion, truth, alike),
        log_likelihood=log_likelihood,
        iterations=step,
        converged=converged,
    )


class _Alike(NamedTuple):
    """Items with the same ratings by the same raters, as one group each: their posterior is the same.

    ``given`` (G, J K) counts the ratings of one item of each group by rater and value, ``raters`` (J K, G) is its
    transpose, ``size`` (G, 1) the number of items of each group. ``group`` is the group of each of the rated ``items``.
    """

    given: sparse.csr_matrix
    raters: sparse.csr_matrix
    size: Floats
    items: npt.NDArray[np.intp]
    group: npt.NDArray[np.intp]


def _alike(ratings: Ratings, shape: tuple[int, int]) -> _Alike:
    cell = ratings.rater.astype(np.intp) * shape[1] + ratings.value
    order = np.lexsort((cell, ratings.item))
    item, cell = ratings.item[order], cell[order]
    first = np.flatnonzero(np.diff(item, prepend=-1))
    parts = np.split(cell, first[1:])
    names = [part.tobytes() for part in parts]
    number = {name: n for n, name in enumerate(dict.fromkeys(names))}
    group = np.array([number[name] for name in names], dtype=np.intp)
    own = [parts[k] for k in np.unique(group, return_index=True)[1]]
    ends = np.cumsum([0, *map(len, own)])
    cells = np.concatenate(own)
    given = sparse.csr_matrix((np.ones(len(cells)), cells, ends), shape=(len(own), shape[0] * shape[1]))
    size = np.bincount(group).astype(float)[:, None]
    return _Alike(given=given, raters=given.T.tocsr(), size=size, items=item[first], group=group)


def _vote_shares(alike: _Alike, shape: tuple[int, int]) -> Floats:
    votes: Floats = alike.given @ np.tile(np.eye(shape[1]), (shape[0], 1))
    return votes / votes.sum(axis=1, keepdims=True)


def _maximise(truth: Floats, alike: _Alike, shape: tuple[int, int]) -> tuple[Floats, Floats]:
    """Return prevalence (equation 2.4) and confusion (2.3) from the expected true values.

    Where none of a rater's items can have a true value, its row is uniform, which leaves the likelihood at its maximum.
    """
    raters, k = shape
    expected = truth * alike.size
    given = (alike.raters @ expected).reshape(raters, k, k).transpose(0, 2, 1)
    total = given.sum(axis=2, keepdims=True)
    possible = total > 0
    confusion = given / total if possible.all() else np.where(possible, given / np.where(possible, total, 1), 1 / k)
    return expected.sum(axis=0) / alike.size.sum(), confusion


def _expect(prevalence: Floats, confusion: Floats, alike: _Alike) -> tuple[Floats, float]:
    """Return the posterior of the true values (equation 2.5) and the log likelihood of the observed ratings."""
    by_value = np.log(confusion).transpose(0, 2, 1).reshape(-1, len(prevalence))
    joint = alike.given @ by_value
    joint += np.log(prevalence)
    peak = reduce(np.maximum, joint.T)[:, None]
    joint -= peak
    scaled = np.exp(joint, out=joint)
    total = _row_sums(scaled)
    return scaled / total, float((alike.size * (np.log(total) + peak)).sum())


def _row_sums(table: Floats) -> Floats:
    """Return ``table.sum(axis=1, keepdims=True)``, to the last bit, in half the time for few columns."""
    if table.shape[1] >= FEW_COLUMNS:
        return table.sum(axis=1, keepdims=True)
    return reduce(np.add, table.T)[:, None]


def _known(confusion: Floats, truth: Floats, alike: _Alike) -> Floats:
    """Return the confusion tables with NaN in rows that no rating supports."""
    raters, k, _ = confusion.shape
    weight = (alike.raters @ (truth * alike.size)).reshape(raters, k, k).sum(axis=1)
    return np.where(weight[:, :, None] > 0, confusion, np.nan)
