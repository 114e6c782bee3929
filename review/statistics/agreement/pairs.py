"""Who agrees with whom: the pair matrix, and pairs of raters so alike that one may have copied the other."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt
from scipy import sparse

from review.basics.labels import Ratings
from review.statistics.agreement.patterns import active_raters

ALL_PAIRS_UP_TO = 300
COPY_ITEMS = 10
COPY_LEVEL = 0.05
COPY_AGREEMENT = 0.9


@dataclass(frozen=True, kw_only=True, slots=True)
class RaterPair:
    """Two raters: the number of items both rated, the share they agree on and Cohen's kappa, None where undefined."""

    first: str
    second: str
    n: int
    percent_agreement: float | None
    cohen_kappa: float | None
    undefined: str | None

    def to_json(self) -> dict[str, Any]:
        """Return the pair's row of ``agreement --json``."""
        return {
            "raters": [self.first, self.second],
            "n": self.n,
            "percent_agreement": self.percent_agreement,
            "cohen_kappa": self.cohen_kappa,
            "undefined": self.undefined,
        }


class PairMatrix(NamedTuple):
    """Square tables over the raters in ``names``: items shared, items agreed on, kappa's chance agreement times n^2."""

    names: tuple[str, ...]
    shared: npt.NDArray[np.float64]
    agreed: npt.NDArray[np.float64]
    chance: npt.NDArray[np.float64]


def pair_matrix(ratings: Ratings) -> PairMatrix:
    """Count the items that every two raters share and agree on, raters sorted by name."""
    order = active_raters(ratings)
    place = np.zeros(len(ratings.raters), dtype=np.intp)
    place[order] = np.arange(len(order))
    shape = (len(order), len(ratings.items))
    # Sparse products cost one step per pair of ratings of an item; dense ones are quicker on a full table.
    full = len(ratings) > 0.1 * shape[0] * shape[1]

    def indicator(chosen: npt.NDArray[np.bool_]) -> Any:
        ones = np.ones(int(chosen.sum()), dtype=np.float32)
        table = sparse.csr_matrix((ones, (place[ratings.rater[chosen]], ratings.item[chosen])), shape=shape)
        return table.toarray() if full else table

    def product(left: Any, right: Any) -> npt.NDArray[np.float64]:
        out = left @ right.T
        return np.asarray(out if full else out.toarray(), dtype=float)

    rated = indicator(np.ones(len(ratings), dtype=bool))
    shared = product(rated, rated)
    agreed, chance = np.zeros_like(shared), np.zeros_like(shared)
    for value in range(len(ratings.scale.values)):
        given = indicator(ratings.value == value)
        agreed += product(given, given)
        margin = product(given, rated)  # how often the row's rater gave the value on items shared with the column's
        chance += margin * margin.T
    return PairMatrix(tuple(ratings.raters[r] for r in order), shared, agreed, chance)


def pair_list(matrix: PairMatrix) -> tuple[RaterPair, ...]:
    """Return every two raters in order of names; with more than 300 raters only those who share items."""
    first, second = np.triu_indices(len(matrix.names), 1)
    if len(matrix.names) > ALL_PAIRS_UP_TO:
        sharing = matrix.shared[first, second] > 0
        first, second = first[sharing], second[sharing]
    numbers = (table[first, second].tolist() for table in matrix[1:])
    rows = zip(first.tolist(), second.tolist(), *numbers, strict=True)
    return tuple(_pair(matrix.names[a], matrix.names[b], n, agreed, chance) for a, b, n, agreed, chance in rows)


def _pair(first: str, second: str, n: float, agreed: float, chance: float) -> RaterPair:
    if n == 0:
        return RaterPair(
            first=first,
            second=second,
            n=0,
            percent_agreement=None,
            cohen_kappa=None,
            undefined="never rated the same item",
        )
    p_o, p_e = agreed / n, chance / n**2
    if chance >= n**2:
        return RaterPair(
            first=first,
            second=second,
            n=int(n),
            percent_agreement=p_o,
            cohen_kappa=None,
            undefined="both gave the same value to every item",
        )
    return RaterPair(
        first=first, second=second, n=int(n), percent_agreement=p_o, cohen_kappa=(p_o - p_e) / (1 - p_e), undefined=None
    )


def copied(matrix: PairMatrix) -> tuple[RaterPair, ...]:
    """Return the pairs with identical labels that neither chance nor skill explains well.

    Their labels are identical on at least 10 shared items with more than one value, and on so many that two raters who
    agree as often as all other pairs do (90% when there are no others) would be identical with probability
    0.05 / pairs or less.
    """
    pairs = [p for p in pair_list(matrix) if p.n]
    compared = sum(p.n for p in pairs)
    agreed = sum(round((p.percent_agreement or 0) * p.n) for p in pairs)
    level = COPY_LEVEL / max(1, sum(p.n >= COPY_ITEMS for p in pairs))
    found = []
    for p in pairs:
        if p.n < COPY_ITEMS or p.percent_agreement != 1 or p.cohen_kappa is None:
            continue
        others = compared - p.n
        usual = (agreed - p.n) / others if others else COPY_AGREEMENT
        if usual**p.n <= level:
            found.append(p)
    return tuple(found)
