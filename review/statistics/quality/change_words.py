"""The change of quality between weeks in plain sentences; a change inside its interval is not called a change."""

from __future__ import annotations

from collections.abc import Sequence

from review.basics.words import counted, signed, spoken
from review.statistics.quality.change import PAIRED, is_real
from review.statistics.quantity import Quantity


def change_words(found: Quantity, before: str, positive: str) -> str:
    """Describe the change against the week before; one inside its interval is not called a change."""
    if found.value is None or found.ci is None:
        return f"No comparison with {before}: {found.undefined}."
    low, high = (signed(100 * x) for x in found.ci)
    same = f"; {counted(found.n, 'conversation')} labelled in both weeks" if found.method == PAIRED else ""
    if not is_real(found):
        return f"No change shown against {before} ({low} to {high} points{same})."
    more = "more" if found.value > 0 else "fewer"
    points = f"{100 * abs(found.value):.1f} points"
    return f"{points} {more} '{spoken(positive)}' than in {before} ({low} to {high} points{same})."


def over_weeks_words(found: Quantity, weeks: Sequence[str], positive: str) -> str:
    """Describe the change over several weeks, the later half against the earlier half; "" where it is undefined."""
    if found.value is None or found.ci is None:
        return ""
    low, high = (signed(100 * x) for x in found.ci)
    halves = "later half against earlier"
    if not is_real(found):
        return f"Over {len(weeks)} weeks: no change shown ({low} to {high} points, {halves})."
    more = "more" if found.value > 0 else "fewer"
    amount = f"{100 * abs(found.value):.1f} points {more} '{spoken(positive)}'"
    return f"Over {len(weeks)} weeks: {amount} ({low} to {high}, {halves})."
