"""Shares of the confusion matrix of a judge against people, each with its standard error and interval.

Every share is (sum of w over hits) / (sum of w over hits and misses) in a domain of the confusion matrix. F1 is
2h / (2h + misses), a monotone function of such a share. ``se`` is the Taylor (delta) standard error. ``ci`` is

* for a proportion in one stratum of equal weights: Wilson, with the finite-population correction in the effective n;
* otherwise: quantiles of the Bayesian bootstrap by groups of similar weight (posterior.py).
"""

from __future__ import annotations

import math
import zlib
from dataclasses import dataclass
from typing import Literal

import numpy as np
import numpy.typing as npt
from scipy.special import stdtrit

from review.basics.words import spoken
from review.statistics.calibration.data import FloatArray, IntArray
from review.statistics.calibration.design import TAYLOR, Design, taylor_se
from review.statistics.calibration.posterior import share_draws
from review.statistics.intervals import wilson
from review.statistics.quantity import Quantity

Missing = Literal["drop", "wrong"]
Mask = npt.NDArray[np.bool_]
PROPORTION_DRAWS = 4000
MANY_CLASSES = 12
LEVEL = 0.95
TINY = 1e-12
CENSUS = "all items labelled: no sampling error"


@dataclass(frozen=True)
class Share:
    """Hits among hits and misses, both as masks over the cells (K, K + 1) of truth by verdict.

    With ``doubled`` the figure is 2h / (2h + misses). ``absent`` is the reason when the domain is empty.
    """

    name: str
    hit: Mask
    domain: Mask
    absent: str
    doubled: bool = False

    def of(self, q: float) -> float:
        """Return the figure for a share q of hits in the domain."""
        return 2 * q / (1 + q) if self.doubled else q


def shares(values: tuple[str, ...], c: int, missing: Missing) -> dict[str, Share]:
    """Return precision, recall, specificity, prevalence and F1 with class ``c`` as the positive one."""
    k = len(values)
    truth, verdict, known = _cells(k, missing)
    called = spoken(values[c])
    is_c, judged_c = truth == c, verdict == c
    nothing = "no labelled item has a verdict"
    return {
        s.name: s
        for s in (
            Share("precision", is_c & judged_c, judged_c & known, f"the judge never said '{called}'"),
            Share("recall", is_c & judged_c, is_c & known, f"no item with a verdict is '{called}' according to people"),
            Share(
                "specificity",
                ~is_c & ~judged_c & (verdict < k),
                ~is_c & known,
                f"every item with a verdict is '{called}' according to people",
            ),
            Share("prevalence", is_c & known, known, nothing),
            Share(
                "f1", is_c & judged_c, (is_c | judged_c) & known,
                f"'{called}' occurs neither among the labels nor among the verdicts", doubled=True,
            ),
        )
    }  # fmt: skip


def accuracy(k: int, missing: Missing) -> Share:
    """Return the share of items on which the judge agrees with people, over all classes."""
    truth, verdict, known = _cells(k, missing)
    return Share("accuracy", truth == verdict, known, "no labelled item has a verdict")


def _cells(k: int, missing: Missing) -> tuple[IntArray, IntArray, Mask]:
    truth, verdict = np.indices((k, k + 1))
    return truth, verdict, (verdict < k) | (missing == "wrong")


def estimate_share(
    design: Design, share: Share, *, bootstrap: int, seed: int, salt: str = "", interval: bool = True
) -> Quantity:
    """Estimate one share with its standard error and interval; ``n`` counts the labelled rows in its domain.

    Without ``interval`` only the value is computed, which takes a hundredth of the time.

    Proportions use 4,000 draws (1,000 with many classes), F1 uses ``bootstrap`` draws (0: the same as a proportion).
    ``salt`` names the random stream, so that an interval does not depend on which others are computed.
    """
    cell = (design.truth, design.verdict)
    hit, domain = share.hit[cell].astype(float), share.domain[cell].astype(float)
    total = float((design.mass * domain).sum())
    rows = int((design.count * domain).sum())
    if total <= 0:
        return Quantity.missing(share.absent if not rows else "no such item has a sampling weight", n=rows)
    q = float((design.mass * hit).sum()) / total
    value = share.of(q)
    if not interval:
        return Quantity(value=value, n=rows)
    slope = 2 / (1 + q) ** 2 if share.doubled else 1.0
    se_q = taylor_se(design, (hit - q * domain) / total)
    se = None if se_q is None else slope * se_q
    if design.census:
        return Quantity(value=value, ci=(value, value), se=0.0, method=CENSUS, method_se=CENSUS, n=rows)
    method_se = TAYLOR
    if design.simple and not (share.doubled and bootstrap):
        ends, method = _simple_interval(design, q, rows)
        se = slope * math.sqrt(q * (1 - q) / rows * _unsampled_fraction(design))
        method_se = "binomial" if _unsampled_fraction(design) == 1 else "binomial with finite-population correction"
    else:
        draws = bootstrap if share.doubled and bootstrap else _proportion_draws(design)
        category = np.where(hit > 0, 0, np.where(domain > 0, 1, 2))
        rng = stream(seed, f"{salt}:{share.name}")
        outside = bool((share.domain[:, :-1] == 0).any() or (category == 2).any())
        simulated = share_draws(design, category, outside_possible=outside, draws=draws, rng=rng)
        ends, method = quantiles(simulated, q), f"Bayesian bootstrap by weight ({draws} draws)"
    ci = share.of(ends[0]), share.of(ends[1])
    return Quantity(value=value, ci=ci, se=se, method=method, method_se=method_se, n=rows)


def _proportion_draws(design: Design) -> int:
    return PROPORTION_DRAWS if design.classes <= MANY_CLASSES else PROPORTION_DRAWS // 4


def _unsampled_fraction(design: Design) -> float:
    return float(1 - (design.sampled / design.population)[0])


def _simple_interval(design: Design, q: float, rows: int) -> tuple[tuple[float, float], str]:
    unsampled = _unsampled_fraction(design)
    n = rows / unsampled
    return wilson(min(q * n, n), n), "Wilson" if unsampled == 1 else "Wilson with finite-population correction"


def t_quantile(design: Design) -> float:
    """Return Student's t at rows minus strata degrees of freedom, capped for a handful of rows."""
    freedom = max(1.0, float(design.sampled.sum()) - len(design.sampled))
    return min(8.0, float(stdtrit(freedom, (1 + LEVEL) / 2)))


def quantiles(draws: FloatArray, estimate: float) -> tuple[float, float]:
    """Return the central 95% of the draws, stretched to include the estimate, which a prior may push outside."""
    low, high = np.nanquantile(draws, [(1 - LEVEL) / 2, (1 + LEVEL) / 2])
    return min(float(low), estimate), max(float(high), estimate)


def stream(seed: int, name: str) -> np.random.Generator:
    """Return a separate random generator for each figure; the same seed and name give the same generator."""
    return np.random.default_rng([seed, zlib.crc32(name.encode())])
