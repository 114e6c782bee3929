"""Warnings beside agreement figures, as sentences."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from review.basics.words import counted
from review.statistics.agreement.pairs import RaterPair
from review.statistics.quantity import Quantity

FEW_ITEMS = 30
FEW_VARIED = 10
"""With fewer, bootstrap intervals of alpha held the truth in 77 to 93 of 100 simulated samples."""
HIGH_AGREEMENT = 0.8
LOW_ALPHA = 0.667
"""The lowest limit that Krippendorff (2004, chapter 11) accepts."""
PARADOX_GAP = 0.2


def cautions_of(
    *,
    headline: Mapping[str, Quantity],
    prevalence: Mapping[str, float],
    pairable: int,
    varied: int,
    rare: bool,
    degenerate: int,
    bootstrap: int,
    alike: Sequence[RaterPair],
) -> tuple[str, ...]:
    """Return warnings about one-sided values, perfect agreement, little data, lost replicates and copied labels.

    ``headline`` holds alpha, percent agreement and AC1 or AC2, in this order. ``varied`` counts the pairable items on
    which somebody gave a value other than the most frequent one: alpha and kappa depend on these. ``rare`` tells that
    their intervals allow for it (rare.py).
    """
    alpha, percent, ac = headline.values()
    found = []
    if percent.value == 1:
        found.append(
            "Agreement is perfect. The data show no spread, so the lower limits say how much disagreement may have "
            "gone unseen. Check that reviewers worked independently."
        )
    elif prevalence_paradox(alpha, percent, ac):
        found.append(paradox_sentence(prevalence, percent))
    if pairable and alpha.value is None:
        found.append(f"Agreement beyond chance (alpha) is undefined: {alpha.undefined}.")
    if 0 < pairable < FEW_ITEMS:
        found.append(
            f"Only {counted(pairable, 'item')} {_were(pairable)} rated by two or more people: the intervals are wide "
            "and only approximate."
        )
    if 0 < varied < FEW_VARIED and percent.value != 1:
        found.append(
            f"Only {counted(varied, 'item')} {'has' if varied == 1 else 'have'} a value other than the most frequent "
            "one. Agreement beyond chance (alpha, kappa) depends on these few, so its interval "
            + ("is wide." if rare else "may be too narrow.")
        )
    if degenerate:
        found.append(
            f"{degenerate} of {bootstrap} bootstrap replicates contain no variation and are left out of agreement "
            "beyond chance (alpha)."
        )
    found += [
        f"{p.first} and {p.second} gave identical labels on all {p.n} items they share: possibly copied." for p in alike
    ]
    return tuple(found)


def _were(n: int) -> str:
    return "was" if n == 1 else "were"


def prevalence_paradox(alpha: Quantity, percent: Quantity, ac: Quantity) -> bool:
    """Tell whether agreement is high and alpha low, while AC1 or AC2 stays high (Feinstein & Cicchetti 1990)."""
    if percent.value is None or alpha.value is None or ac.value is None:
        return False
    return percent.value >= HIGH_AGREEMENT and alpha.value < LOW_ALPHA and ac.value - alpha.value >= PARADOX_GAP


def paradox_sentence(prevalence: Mapping[str, float], percent: Quantity) -> str:
    """Describe the paradox, naming the value that dominates."""
    value, share = max(prevalence.items(), key=lambda pair: pair[1])
    return (
        f"People agree on {100 * (percent.value or 0):.0f}% of items, but agreement beyond chance (alpha) is low: "
        f"{100 * share:.0f}% of ratings are '{value}', so most of that agreement is expected by chance (the prevalence "
        "paradox). Read the three figures together, and look at the items with rare values."
    )
