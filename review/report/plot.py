"""Intervals as small drawings: one line for each figure, readable without colour and by a screen reader."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from review.statistics.quantity import Quantity

NICE = (0.05, 0.1, 0.2, 0.25, 0.3, 0.4, 0.5, 0.6, 0.8, 1.0)


@dataclass(frozen=True, kw_only=True)
class Plot:
    """One value with its interval on an axis; ``parts.html`` draws it.

    ``point`` and ``reach`` are positions on the axis in percent of its length, None where there is nothing to draw.
    ``title`` names the figure and ``text`` states it in words, for readers who cannot see the drawing.
    """

    title: str
    text: str
    point: float | None
    reach: tuple[float, float] | None


def upper_end(quantities: Iterable[Quantity]) -> float:
    """Return a round end of the axis that holds every value and interval; 1 when nothing is known."""
    top = max((max(q.value, *(q.ci or ())) if q.ci else q.value for q in quantities if q.value is not None), default=1)
    return next((n for n in NICE if n >= top - 1e-9), 1.0)


def lower_end(quantities: Iterable[Quantity]) -> float:
    """Return 0, or a round negative number when an interval reaches below 0."""
    low = min((min(q.value, *(q.ci or ())) if q.ci else q.value for q in quantities if q.value is not None), default=0)
    return 0.0 if low >= 0 else -next((n for n in NICE if n >= -low - 1e-9), 1.0)


def interval_plot(quantity: Quantity, *, title: str, text: str, low: float = 0.0, high: float = 1.0) -> Plot:
    """Place a value and its interval on an axis from ``low`` to ``high``. An undefined quantity is an empty axis."""
    point = reach = None
    if quantity.value is not None:
        point = _position(quantity.value, low, high)
        if quantity.ci is not None:
            reach = _position(quantity.ci[0], low, high), _position(quantity.ci[1], low, high)
    return Plot(title=title, text=text, point=point, reach=reach)


def _position(value: float, low: float, high: float) -> float:
    """Return the place of a value on the axis in percent; values beyond an end stand at that end."""
    return 100 * min(max((value - low) / (high - low), 0.0), 1.0)
