"""Scores of a judge: precision and recall at every threshold, and how often each score is right."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from review.statistics.calibration.data import FloatArray, IntArray
from review.statistics.calibration.design import kish
from review.statistics.calibration.shares import Mask
from review.statistics.intervals import wilson
from review.statistics.quantity import Quantity

BINS = 10


class Curve(NamedTuple):
    """Weighted precision and recall when items that score at or above a threshold count as positive, descending."""

    threshold: FloatArray
    precision: FloatArray
    recall: FloatArray

    @property
    def average_precision(self) -> float:
        """The sum over thresholds of the gain in recall times the precision there (no interpolation)."""
        return float((np.diff(self.recall, prepend=0.0) * self.precision).sum())


class Bin(NamedTuple):
    """One bar of the reliability diagram: scores in [low, high), their mean, and the share that was positive."""

    low: float
    high: float
    n: int
    mean_score: float | None
    share: Quantity


class Ranked(NamedTuple):
    """Rows by falling score, sorted once for all replicates; ``last`` is the last row of each distinct score."""

    order: IntArray
    last: IntArray
    truth: Mask
    score: FloatArray

    def curve(self, weight: FloatArray) -> Curve:
        """Return the curve under these weights, shape (items,)."""
        w = weight[self.order]
        called, hits = np.cumsum(w)[self.last], np.cumsum(w * self.truth)[self.last]
        if not len(hits) or hits[-1] <= 0:
            return Curve(*(np.zeros(0),) * 3)
        keep = called > 0
        return Curve(self.score[self.last][keep], hits[keep] / called[keep], hits[keep] / hits[-1])


def rank_rows(truth: Mask, score: FloatArray) -> Ranked:
    """Sort rows by falling score; both arguments have shape (items,)."""
    order = np.argsort(-score, kind="stable")
    falling = score[order]
    last = np.flatnonzero(np.append(falling[1:] != falling[:-1], True)) if len(score) else np.zeros(0, np.intp)
    return Ranked(order, last, truth[order], falling)


def precision_recall(truth: Mask, score: FloatArray, weight: FloatArray) -> Curve:
    """Return the curve over distinct scores, empty without positives; all arguments have shape (items,)."""
    return rank_rows(truth, score).curve(weight)


def best_threshold(curve: Curve) -> float | None:
    """Return the threshold with the largest F1, the highest such threshold; None on an empty curve."""
    if not len(curve.threshold):
        return None
    f1 = 2 * curve.precision * curve.recall / np.maximum(curve.precision + curve.recall, 1e-300)
    return float(curve.threshold[int(np.argmax(f1))])


def reliability(truth: Mask, score: FloatArray, weight: FloatArray, *, bins: int = BINS) -> tuple[Bin, ...]:
    """Return bins of equal width on [0, 1] with their weighted share of positives and Wilson's interval on Kish's n."""
    place = np.minimum((score * bins).astype(int), bins - 1)
    result = []
    for b in range(bins):
        inside = place == b
        w = weight[inside]
        n, mean, share = int(inside.sum()), None, Quantity.missing("no item scores in this bin")
        if w.sum() > 0:
            effective = kish(w, np.ones(n)) or 1.0
            p = min(1.0, float(w[truth[inside]].sum()) / float(w.sum()))
            mean = float((w * score[inside]).sum()) / float(w.sum())
            se = (p * (1 - p) / effective) ** 0.5
            share = Quantity(
                value=p,
                ci=wilson(p * effective, effective),
                se=se,
                method="Wilson on the effective number of labels (Kish)",
                method_se="binomial on the effective number of labels (Kish)",
                n=n,
            )
        result.append(Bin(b / bins, (b + 1) / bins, n, mean, share))
    return tuple(result)
