"""One sentence about a version beside the first one, and which versions no other one beats. Pure."""

from __future__ import annotations

from review.basics.words import signed
from review.experiments.comparing.comparison import Comparison
from review.experiments.runs.accuracy import percent_with_interval
from review.statistics.quantity import Quantity

WORTH_SAYING = ("cost", "latency")
MARGIN = 0.02


def sentence(comparison: Comparison, place: int, *, margin: float = MARGIN) -> str:
    """Return how a version compares with the first: accuracy within the margin or not, then cost and latency."""
    name, first = comparison.versions[place], comparison.versions[0]
    parts = [_accuracy(comparison.difference("combined", place), margin)] if comparison.has("combined") else []
    for one in WORTH_SAYING:
        if comparison.has(one):
            parts += _relative(one, comparison.difference(one, place))
    return f"{name} against {first}: {', '.join(parts) or 'nothing is known of both'}."


def checks(comparison: Comparison) -> list[str]:
    """Return what people's checks say of each version's accuracy, and of each difference to the first version.

    Nothing where nobody checked an answer.
    """
    if not comparison.checked:
        return []
    lines = []
    for place, version in enumerate(comparison.versions):
        one = comparison.accuracy(place)
        if one.words:
            lines.append(f"{version}: {percent_with_interval(one.combined)}, {one.words}.")
    for place in range(1, len(comparison.runs)):
        change = comparison.corrected_difference(place)
        if change.value is not None and change.ci is not None:
            low, high = (signed(100 * end) for end in change.ci)
            lines.append(
                f"{comparison.versions[place]} against {comparison.versions[0]}, corrected by people: "
                f"{signed(100 * change.value)} points ({low} to {high})."
            )
    return lines


def _accuracy(difference: Quantity, margin: float) -> str:
    if difference.value is None:
        return "no case has a score of both"
    points = f"{signed(100 * difference.value)} points"
    if difference.ci is None:
        return points
    low, high = difference.ci
    span = f"{points}, {signed(100 * low)} to {signed(100 * high)}"
    size = f"{100 * margin:g} points"
    if low > 0:
        return f"better ({span})"
    if low > -margin:
        return f"not worse by more than {size} ({span})"
    if high < -margin:
        return f"worse by more than {size} ({span})"
    if high < 0:
        return f"worse ({span})"
    return f"it is not known whether it is worse by more than {size} ({span})"


def _relative(name: str, change: Quantity) -> list[str]:
    if change.value is None:
        return []
    verb = {"cost": ("costs", "more", "less"), "latency": ("takes", "longer", "less time")}[name]
    low, high = change.ci or (change.value, change.value)
    if low <= 0 <= high and change.ci is not None:
        return [f"{verb[0]} about as much ({signed(100 * low, '+.0f')}% to {signed(100 * high, '+.0f')}%)"]
    up = change.value > 0
    ends = sorted((abs(low), abs(high)))
    span = f" ({100 * ends[0]:.0f}% to {100 * ends[1]:.0f}%)" if change.ci is not None else ""
    return [f"{verb[0]} {100 * abs(change.value):.0f}% {verb[1] if up else verb[2]}{span}"]


def frontier(comparison: Comparison, price: str) -> tuple[bool, ...]:
    """Return of each version whether no other one is at least as accurate and cheaper, or faster.

    ``price`` is cost or latency. A version without one of the figures is never on the frontier.
    """
    points = [
        (comparison.figure("combined", k).value, comparison.figure(price, k).value) for k in range(len(comparison.runs))
    ]
    return tuple(
        accuracy is not None
        and paid is not None
        and not any(
            a is not None and p is not None and a >= accuracy and p <= paid and (a > accuracy or p < paid)
            for a, p in points
        )
        for accuracy, paid in points
    )
