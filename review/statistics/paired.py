"""Means over cases, and differences of two versions on the same cases, with intervals over clusters of cases."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
from scipy.special import stdtrit

from review.statistics.intervals import clopper_pearson
from review.statistics.quantity import Quantity

Floats = npt.NDArray[np.float64]
LEVEL = 0.95
FEWEST = 2
_SE = "variance of the sums of clusters"


def mean_over_clusters(values: Sequence[float], clusters: Sequence[str], *, share: bool = False) -> Quantity:
    """Return the mean with a t interval over clusters, such as the conversation that cases come from.

    With ``share``, values lie in [0, 1]: the interval stays there, and without any spread it is the exact binomial one.
    """
    if not values:
        return Quantity.missing("no case has this figure", method="t")
    x = np.asarray(values, dtype=float)
    mean, sums = float(x.mean()), _sums(x - x.mean(), clusters)
    if len(sums) < FEWEST or float(np.abs(sums).max()) < 1e-12:
        if not share:
            return Quantity(value=mean, method="one value", n=len(x))
        low, high = clopper_pearson(mean * len(sums), len(sums))
        return Quantity(value=mean, ci=(min(low, mean), max(high, mean)), method="clopper-pearson", n=len(x))
    se = _se(sums, len(x))
    reach = float(stdtrit(len(sums) - 1, (1 + LEVEL) / 2)) * se
    low, high = mean - reach, mean + reach
    ci = (max(0.0, low), min(1.0, high)) if share else (low, high)
    return Quantity(value=mean, ci=ci, se=se, method="t", method_se=_SE, n=len(x))


def ratio_of_means(before: Sequence[float], after: Sequence[float], clusters: Sequence[str]) -> Quantity:
    """Return the relative change of a mean, -0.54 for 54% less, from paired values.

    The interval is that of a ratio estimator: the variance of after - ratio * before over clusters (Cochran 1977,
    Sampling Techniques, chapter 6).
    """
    x, y = np.asarray(before, dtype=float), np.asarray(after, dtype=float)
    if not len(x) or x.mean() <= 0:
        return Quantity.missing("the first version has no such figure, or it is 0", method="ratio of means", n=len(x))
    ratio = float(y.mean() / x.mean())
    sums = _sums(y - ratio * x, clusters)
    if len(sums) < FEWEST:
        return Quantity(value=ratio - 1, method="ratio of means", n=len(x))
    se = _se(sums, len(x)) / float(x.mean())
    reach = float(stdtrit(len(sums) - 1, (1 + LEVEL) / 2)) * se
    return Quantity(
        value=ratio - 1,
        ci=(ratio - 1 - reach, ratio - 1 + reach),
        se=se,
        method="ratio of means",
        method_se="linearised, over clusters",
        n=len(x),
    )


def _sums(deviations: Floats, clusters: Sequence[str]) -> Floats:
    places: dict[str, int] = {}
    place = [places.setdefault(one, len(places)) for one in clusters]
    return np.asarray(np.bincount(place, weights=deviations), dtype=np.float64)


def _se(sums: Floats, n: int) -> float:
    groups = len(sums)
    return math.sqrt(groups / (groups - 1) * float(np.sum(sums * sums))) / n
