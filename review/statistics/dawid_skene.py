"""Dawid and Skene's model of raters with error rates, fitted by EM (Applied Statistics 28, 1979, 20-28).

Every item has one true value. Every rater has their own table of how often they give each value for each true one.
Ratings are independent given the truth. The fit starts from the vote shares, does not smooth, and stops when the log
likelihood of the observed ratings no longer rises.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from review.basics.labels import Ratings

Floats = npt.NDArray[np.float64]

TOLERANCE = 1e-8
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
    order = np.argsort(ratings.item, kind="stable")
    item, rater, value = ratings.item[order], ratings.rater[order], ratings.value[order]
    starts = np.flatnonzero(np.diff(item, prepend=-1))
    place = np.repeat(np.arange(len(starts)), np.diff(starts, append=len(item)))
    shape = (len(ratings.raters), len(ratings.scale.values))

    truth = _vote_shares(place, value, shape[1])
    log_likelihood, step, converged = -np.inf, 0, False
    while step < iterations and not converged:
        step += 1
        prevalence, confusion = _maximise(truth, place, rater, value, shape)
        truth, reached = _expect(prevalence, confusion, rater, value, starts)
        converged = reached - log_likelihood < tolerance
        log_likelihood = reached
    posterior = np.full((len(ratings.items), shape[1]), np.nan)
    posterior[item[starts]] = truth
    return DawidSkene(
        posterior=posterior,
        prevalence=prevalence,
        confusion=_known(confusion, truth, place, rater),
        log_likelihood=log_likelihood,
        iterations=step,
        converged=converged,
    )


def _vote_shares(place: npt.NDArray[np.intp], value: npt.NDArray[np.intp], k: int) -> Floats:
    size = int(place[-1]) + 1
    votes = np.bincount(place * k + value, minlength=size * k).reshape(size, k).astype(float)
    return votes / votes.sum(axis=1, keepdims=True)


def _maximise(
    truth: Floats,
    place: npt.NDArray[np.intp],
    rater: npt.NDArray[np.intp],
    value: npt.NDArray[np.intp],
    shape: tuple[int, int],
) -> tuple[Floats, Floats]:
    """Return prevalence (equation 2.4) and confusion (2.3) from the expected true values.

    Where none of a rater's items can have a true value, its row is uniform, which leaves the likelihood at its maximum.
    """
    raters, k = shape
    cell = rater * k + value
    given = np.stack(
        [np.bincount(cell, weights=truth[place, t], minlength=raters * k).reshape(raters, k) for t in range(k)], axis=1
    )
    total = given.sum(axis=2, keepdims=True)
    return truth.mean(axis=0), np.where(total > 0, given / np.where(total > 0, total, 1), 1 / k)


def _expect(
    prevalence: Floats,
    confusion: Floats,
    rater: npt.NDArray[np.intp],
    value: npt.NDArray[np.intp],
    starts: npt.NDArray[np.intp],
) -> tuple[Floats, float]:
    """Return the posterior of the true values (equation 2.5) and the log likelihood of the observed ratings."""
    with np.errstate(divide="ignore"):
        log_prevalence, log_confusion = np.log(prevalence), np.log(confusion)
    joint = log_prevalence + np.add.reduceat(log_confusion[rater, :, value], starts, axis=0)
    peak = joint.max(axis=1, keepdims=True)
    scaled = np.exp(joint - peak)
    total = scaled.sum(axis=1, keepdims=True)
    return scaled / total, float((np.log(total) + peak).sum())


def _known(confusion: Floats, truth: Floats, place: npt.NDArray[np.intp], rater: npt.NDArray[np.intp]) -> Floats:
    """Return the confusion tables with NaN in rows that no rating supports."""
    raters, k, _ = confusion.shape
    weight = np.stack([np.bincount(rater, weights=truth[place, t], minlength=raters) for t in range(k)], axis=1)
    return np.where(weight[:, :, None] > 0, confusion, np.nan)
