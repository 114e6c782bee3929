"""Each rater against the majority of the others. The rater is left out, because including them inflates the figure."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from review.basics.labels import Ratings
from review.statistics.agreement.patterns import active_raters
from review.statistics.intervals import wilson
from review.statistics.quantity import Quantity

METHOD = "Wilson, 95%"


class RaterAgreement(NamedTuple):
    """One rater: items compared (``n``), items left out because the others tie, and the share of agreement."""

    rater: str
    n: int
    ties: int
    agreement: Quantity

    def to_json(self) -> dict[str, Any]:
        """Return the rater's row of ``agreement --json``."""
        return {
            "rater": self.rater,
            "n": self.n,
            "leave_one_out_agreement": self.agreement.value,
            "ci": list(self.agreement.ci) if self.agreement.ci else None,
            "ties": self.ties,
            "undefined": self.agreement.undefined,
        }


def leave_one_out(ratings: Ratings) -> tuple[RaterAgreement, ...]:
    """Compute every rater's agreement with the others' majority, raters sorted by name.

    An item counts for a rater when somebody else rated it and the others have one most frequent value. Where the
    others tie there is no majority to agree with: the item is left out and counted in ``ties``. A single other rating
    is its own majority.
    """
    verdict = _against_others(ratings)
    out = []
    tally = np.zeros((3, len(ratings.raters)), dtype=np.int64)
    for row, outcome in enumerate((1, 0, -1)):
        tally[row] = np.bincount(ratings.rater[verdict == outcome], minlength=len(ratings.raters))
    for rater in active_raters(ratings):
        agreed, differed, ties = (int(x) for x in tally[:, rater])
        out.append(RaterAgreement(ratings.raters[rater], agreed + differed, ties, _share(agreed, differed, ties)))
    return tuple(out)


def _share(agreed: int, differed: int, ties: int) -> Quantity:
    n = agreed + differed
    if n:
        return Quantity(value=agreed / n, ci=wilson(agreed, n), method=METHOD, n=n)
    if ties:
        return Quantity.missing(f"the others tie on all {ties} items they share with this rater")
    return Quantity.missing("nobody else rated the same items")


def _against_others(ratings: Ratings) -> npt.NDArray[np.int64]:
    """Return for each rating 1 (agrees with the others' majority), 0 (differs), -1 (the others tie), -2 (no others)."""
    counts = ratings.counts()
    top = counts.max(axis=1, initial=0)
    at_top = (counts == top[:, None]).sum(axis=1)
    second = np.where(counts == top[:, None], 0, counts).max(axis=1, initial=0)
    own = counts[ratings.item, ratings.value]
    top, at_top, second = top[ratings.item], at_top[ratings.item], second[ratings.item]
    in_top = own == top
    # Without the rater's own vote, a sole leader still leads only when the runner-up is further behind.
    agrees = in_top & (at_top == 1) & (own - 1 > second)
    tie = in_top & (((at_top == 1) & (own - 1 == second)) | (at_top > 2)) | (~in_top & (at_top > 1))
    alone = counts.sum(axis=1)[ratings.item] == 1
    return np.select([alone, agrees, tie], [-2, 1, -1], default=0)
