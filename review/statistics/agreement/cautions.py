"""What a reader of agreement figures should be told in words."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from review.statistics.agreement.pairs import Pair
from review.statistics.quantity import Quantity

FEW_ITEMS = 30
FEW_VARIED = 10  # with fewer, intervals of alpha held the truth in 77 to 93 of 100 simulated samples
HIGH_AGREEMENT = 0.8
LOW_ALPHA = 0.667  # the lowest conceivable limit of Krippendorff (2004, chapter 11)
PARADOX_GAP = 0.2


def cautions_of(
    *,
    headline: Mapping[str, Quantity],
    prevalence: Mapping[str, float],
    pairable: int,
    varied: int,
    degenerate: int,
    bootstrap: int,
    alike: Sequence[Pair],
) -> tuple[str, ...]:
    """Sentences about the prevalence paradox, perfect agreement, little data, lost replicates and copied columns.

    ``headline`` holds alpha, percent agreement and AC1 or AC2, in this order. ``varied`` counts the pairable items on
    which somebody gave a value other than the most frequent one: alpha and kappa rest on these.
    """
    alpha, percent, ac = headline.values()
    found = []
    if percent.value == 1:
        found.append(
            "Agreement is perfect: an interval says nothing here, so the rule-of-three bound is given instead. "
            "Check that reviewers worked independently."
        )
    elif prevalence_paradox(alpha, percent, ac):
        found.append(paradox_sentence(prevalence, percent))
    if pairable and alpha.value is None:
        found.append(f"Krippendorff's alpha is undefined: {alpha.undefined}.")
    if 0 < pairable < FEW_ITEMS:
        found.append(
            f"Only {pairable} items were rated by two or more people; the intervals are wide and, with so few, "
            "approximate."
        )
    if 0 < varied < FEW_VARIED and percent.value != 1:
        found.append(
            f"Only {varied} items carry anything but the most frequent value. Alpha and kappa rest on these few, so "
            "their intervals may be too narrow."
        )
    if degenerate:
        found.append(f"{degenerate} of {bootstrap} bootstrap replicates held no variation and were left out of alpha.")
    found += [
        f"{p.first} and {p.second} gave identical labels on all {p.n} items that they share: possibly copied."
        for p in alike
    ]
    return tuple(found)


def prevalence_paradox(alpha: Quantity, percent: Quantity, ac: Quantity) -> bool:
    """High agreement beside a low alpha, while AC1 or AC2 stays high (Feinstein & Cicchetti 1990)."""
    if percent.value is None or alpha.value is None or ac.value is None:
        return False
    return percent.value >= HIGH_AGREEMENT and alpha.value < LOW_ALPHA and ac.value - alpha.value >= PARADOX_GAP


def paradox_sentence(prevalence: Mapping[str, float], percent: Quantity) -> str:
    """The paradox in words, naming the value that dominates."""
    value, share = max(prevalence.items(), key=lambda pair: pair[1])
    return (
        f"Prevalence paradox: people agree on {100 * (percent.value or 0):.0f} % of items, yet alpha is low because "
        f"{100 * share:.0f} % of ratings are '{value}', so that much agreement is expected by chance. Read alpha "
        "beside the other two, and look at the items with the rare values."
    )
