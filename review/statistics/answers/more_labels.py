"""How many more items of the group that nothing flagged make a share roughly known."""

from __future__ import annotations

import math
from collections.abc import Sequence

from scipy.special import ndtri

from review.statistics.answers.answer import HARDLY, certainty
from review.statistics.answers.next_steps import More
from review.statistics.answers.production import Share
from review.statistics.answers.thresholds import Thresholds
from review.statistics.quality.people import label_variance
from review.statistics.quality.report import QualityReport
from review.statistics.quality.strata import StratumCounts, shares


def more_labels(found: Sequence[Share], thresholds: Thresholds) -> More | None:
    """Return how many more items to draw for the first share that is hardly known; None where none is or can be."""
    well, roughly = thresholds.well_known, thresholds.roughly_known
    for share in found:
        headline = share.report.headline
        if headline.value is None or certainty(headline.ci, well=well, roughly=roughly) != HARDLY:
            continue
        rest = max(share.report.strata, key=lambda s: s.population or 0)
        items = items_of_rest(share.report, rest, roughly / 2)
        if items and rest.population:
            drawn = rest.drawn or rest.labelled.n
            return More(items, share.positive, min(1.0, (drawn + items) / rest.population))
    return None


def items_of_rest(report: QualityReport, rest: StratumCounts, half_width: float) -> int | None:
    """Return how many more items of ``rest`` narrow the people's interval to ``half_width`` on each side.

    None where no number does, because the other groups alone leave more, or where nothing is labelled.
    """
    strata = [s for s in report.strata if s.labelled.n > 0]
    if rest not in strata or rest.population is None:
        return None
    weights = shares(strata)
    variances = [w * w * label_variance(strata, h) for h, (w, _) in enumerate(zip(weights, strata, strict=True))]
    at = strata.index(rest)
    wanted = (half_width / float(ndtri(0.975))) ** 2 - sum(v for h, v in enumerate(variances) if h != at)
    if wanted <= 0:
        return None
    m, whole = rest.labelled.n, rest.population
    left = 1 / m - 1 / whole
    if left <= 0 or variances[at] <= wanted:
        return None
    needed = 1 / (wanted * left / variances[at] + 1 / whole)
    return max(1, math.ceil(needed - m))
