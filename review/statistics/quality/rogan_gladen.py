"""The judge's share corrected by its known error rates, for labels that are not a sample of the same traffic."""

from __future__ import annotations

import math
from typing import NamedTuple

from scipy.special import ndtri

from review.statistics.quantity import Quantity


class Calibration(NamedTuple):
    """A separate labelled set: the judge found ``hits`` of ``positives`` and ``rejections`` of ``negatives``.

    Of a sample with unequal weights these are effective numbers, which need not be whole.
    """

    positives: float
    hits: float
    negatives: float
    rejections: float


def rogan_gladen(positive: float, verdicts: int, calibration: Calibration, *, level: float = 0.95) -> Quantity:
    """Return (p + TNR - 1)/(TPR + TNR - 1), clipped to [0, 1] (Rogan & Gladen 1978, Am. J. Epidemiol. 107, 71-76).

    ``positive`` of the ``verdicts`` on the traffic were positive; where verdicts are means of repeats it need not be
    whole. The interval is that of Lang & Reiczigel (2014, Prev. Vet. Med. 113, 13-22): it includes the variance of the
    share and of both error rates. It assumes that the judge errs on this traffic as often as on the calibration set,
    which the data cannot check. Undefined when the calibration set lacks one class, when there is no verdict, and when
    TPR + TNR <= 1 (no better than a coin).
    """
    method = "Rogan-Gladen: Lang-Reiczigel"
    positives, hits, negatives, rejections = calibration
    n = round(positives + negatives)
    if verdicts == 0:
        return Quantity.missing("the traffic has no verdict", n=n, method=method)
    if positives == 0 or negatives == 0:
        lacking = "positive" if positives == 0 else "negative"
        return Quantity.missing(f"the calibration set has no {lacking} example with a verdict", n=n, method=method)
    tpr, tnr = hits / positives, rejections / negatives
    if tpr + tnr <= 1:
        reason = f"TPR + TNR = {tpr:.2f} + {tnr:.2f} is not above 1: the verdict tells nothing about the label"
        return Quantity.missing(reason, n=n, method=method)
    youden = tpr + tnr - 1
    share = positive / verdicts
    raw = (share + tnr - 1) / youden
    variance = (
        _variance(share, verdicts, centre=raw, tpr=tpr, positives=positives, tnr=tnr, negatives=negatives) / youden**2
    )
    value = min(1.0, max(0.0, raw))
    low, high = _limits(positive, verdicts, calibration, float(ndtri((1 + level) / 2)))
    ci = min(low, value), max(high, value)
    return Quantity(value=value, ci=ci, se=math.sqrt(variance), method=method, method_se="delta method", n=n)


def _limits(positive: float, verdicts: int, calibration: Calibration, z: float) -> tuple[float, float]:
    """Return the limits after adding z^2 pseudo-verdicts to the traffic and one hit and one error to each class."""
    positives, negatives = calibration.positives + 2, calibration.negatives + 2
    tpr, tnr = (calibration.hits + 1) / positives, (calibration.rejections + 1) / negatives
    youden = tpr + tnr - 1
    if youden <= 0:
        return 0.0, 1.0
    n = verdicts + z * z
    share = (positive + z * z / 2) / n
    centre = (share + tnr - 1) / youden
    shift = 2 * z * z * (centre * tpr * (1 - tpr) / positives - (1 - centre) * tnr * (1 - tnr) / negatives)
    half = (
        z
        * math.sqrt(_variance(share, n, centre=centre, tpr=tpr, positives=positives, tnr=tnr, negatives=negatives))
        / youden
    )
    # The middle is clipped before the limits: an interval wholly outside [0, 1] would be cut to a point.
    middle = min(1.0, max(0.0, centre + shift))
    return max(0.0, middle - half), min(1.0, middle + half)


def _variance(
    share: float, n: float, *, centre: float, tpr: float, positives: float, tnr: float, negatives: float
) -> float:
    """Return the variance of the numerator, from the share and both error rates."""
    return (
        share * (1 - share) / n
        + centre**2 * tpr * (1 - tpr) / positives
        + (1 - centre) ** 2 * tnr * (1 - tnr) / negatives
    )
