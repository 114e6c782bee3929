"""The evidence of one set of paired cases: the size of the drop, its limits, and whether chance explains it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from review.statistics.calibration.mcnemar import mcnemar_one_sided_mid_p
from review.statistics.gate.cases import GateCase
from review.statistics.gate.saddlepoint import signs_reach
from review.statistics.quantity import Quantity
from review.statistics.tango import tango

Floats = npt.NDArray[np.float64]
EXACT_UP_TO = 16
DRAWN_UP_TO = 500
"""Non-zero differences for which sign patterns are drawn; for more, the saddlepoint approximation is as exact."""
DRAWS = 20_000

MARGIN, ALPHA = 0.02, 0.05
"""The usual tolerated drop, two points, and the usual level of the tests."""


@dataclass(frozen=True, kw_only=True)
class Evidence:
    """The difference of two versions over ``n`` cases; drops are positive when the candidate is worse.

    ``ci`` is two-sided at 95%, ``lower`` is a one-sided limit at 1 - alpha, ``upper`` one at the confidence of a pass.
    ``p`` is one-sided for "worse", from the test named in ``test``; ``mid_p`` is always McNemar's on ``broke`` and
    ``fixed``. ``flips`` is the mean squared difference of a case: for 0/1 results the share of cases that changed.
    """

    n: int
    drop: float
    ci: tuple[float, float]
    lower: float
    upper: float
    broke: int
    fixed: int
    p: float
    mid_p: float
    test: str
    flips: float
    binary: bool


def weigh(
    cases: Sequence[GateCase], *, alpha: float = 0.05, pass_alpha: float | None = None, seed: int = 0
) -> Evidence:
    """Test paired cases: mid-p McNemar for single 0/1 results, else a sign-flip permutation test on case means.

    The upper limit is at 1 - ``pass_alpha``, by default that of ``alpha``.

    The limits are Tango's score limits. For results between 0 and 1 and for repeats they use an effective number of
    cases (see ``limits``); where all results are single and 0/1 they equal Tango's.
    """
    d = np.array([c.drop for c in cases])
    broke = sum(c.change == "broke" for c in cases)
    fixed = sum(c.change == "fixed" for c in cases)
    binary = all(c.binary for c in cases)
    lower, upper = limits(d, level=1 - 2 * alpha)
    if pass_alpha is not None and pass_alpha != alpha:
        upper = limits(d, level=1 - 2 * pass_alpha)[1]
    mid_p = mcnemar_one_sided_mid_p(broke, fixed)
    return Evidence(
        n=len(d),
        drop=float(d.mean()),
        ci=limits(d, level=0.95),
        lower=lower,
        upper=upper,
        broke=broke,
        fixed=fixed,
        p=mid_p if binary else sign_flip_p(d, seed=seed),
        mid_p=mid_p,
        test="McNemar mid-p, one-sided" if binary else "sign-flip permutation, one-sided",
        flips=float(np.mean(d * d)),
        binary=binary,
    )


def limits(d: Floats, *, level: float) -> tuple[float, float]:
    """Return score limits for the mean of paired differences ``d`` in [-1, 1], shape (cases,).

    Tango's interval takes differences of -1, 0 and 1 only. A smaller difference moves the mean by the same share of a
    whole flip but varies less, so the counts b = sum d+, c = sum d- are divided by phi = (sum d^2 + 1)/(sum |d| + 1),
    as Korn and Graubard do with an effective sample size. The added 1 represents one whole flip not yet seen: without
    any change phi is 1, and the limit is that of as many unchanged 0/1 cases.
    """
    size = np.abs(d)
    phi = float((np.sum(d * d) + 1) / (np.sum(size) + 1))
    b, c = float(d[d > 0].sum()), float(-d[d < 0].sum())
    return tango(b / phi, c / phi, len(d) / phi, level)


def paired_difference(d: Floats) -> Quantity:
    """Return the mean of paired differences ``d`` in [-1, 1], shape (cases,), with the interval that the gate gives it.

    Every difference of two versions in scores of the same cases comes from here, so that no page shows two intervals
    for one drop.
    """
    if not len(d):
        return Quantity.missing("no case has a score of both")
    whole = bool(np.all(np.isin(d, (-1, 0, 1))))
    return Quantity(value=float(d.mean()), ci=limits(d, level=0.95), method=method_of(binary=whole), n=len(d))


def method_of(*, binary: bool) -> str:
    """Return what the limits of a drop are called; ``binary`` where all results are single and 0/1."""
    return "Tango's score limits" + ("" if binary else " on the effective number of cases")


def sign_flip_p(d: Floats, *, seed: int = 0, draws: int = DRAWS) -> float:
    """Return the one-sided p for a positive mean of ``d``: the share of random signs with as large a sum (Fisher 1935).

    Exact over all sign patterns for up to 16 non-zero differences. Up to 500 it uses ``draws`` seeded random patterns
    and counts the observed one among them, so that p is never 0 and never too small. Beyond that it is the saddlepoint
    approximation. 1 when nothing differs.
    """
    moved = np.abs(d[d != 0])
    if not len(moved):
        return 1.0
    observed = float(d.sum()) - 1e-9
    if len(moved) <= EXACT_UP_TO:
        sums = np.zeros(1)
        for x in moved:
            sums = np.concatenate([sums + x, sums - x])
        return float(np.mean(sums >= observed))
    if len(moved) > DRAWN_UP_TO:
        return signs_reach(moved, observed)
    rng = np.random.default_rng(seed)
    reached = 0
    for start in range(0, draws, 2_000):
        some = min(2_000, draws - start)
        bits = np.frombuffer(rng.bytes(-(-some * len(moved) // 8)), dtype=np.uint8)
        signs = np.unpackbits(bits)[: some * len(moved)].reshape(some, len(moved))
        # The sum of random signs times x is 2 * (sum of x where the sign is plus) - total.
        reached += int(np.sum(2 * (signs @ moved) - moved.sum() >= observed))
    return (1 + reached) / (1 + draws)
