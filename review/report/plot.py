"""Intervals as small drawings: one line of SVG for each figure, readable without colour and by a screen reader."""

from __future__ import annotations

from collections.abc import Iterable
from html import escape

from review.statistics.quantity import Quantity

NICE = (0.05, 0.1, 0.2, 0.25, 0.3, 0.4, 0.5, 0.6, 0.8, 1.0)
HEIGHT = 14


def upper_end(quantities: Iterable[Quantity]) -> float:
    """A round end of the axis that holds every value and interval; 1 when nothing is known."""
    top = max((max(q.value, *(q.ci or ())) if q.ci else q.value for q in quantities if q.value is not None), default=1)
    return next((n for n in NICE if n >= top - 1e-9), 1.0)


def lower_end(quantities: Iterable[Quantity]) -> float:
    """0, or a round negative number where an interval reaches below."""
    low = min((min(q.value, *(q.ci or ())) if q.ci else q.value for q in quantities if q.value is not None), default=0)
    return 0.0 if low >= 0 else -next((n for n in NICE if n >= -low - 1e-9), 1.0)


def interval_plot(
    quantity: Quantity, *, title: str, text: str, low: float = 0.0, high: float = 1.0, identity: str
) -> str:
    """One value with its interval on an axis from ``low`` to ``high``, as SVG that stretches to its place.

    ``title`` names the figure and ``text`` says it in words, for those who do not see it; ``identity`` is unique in
    the page. Positions are percentages, so that nothing is distorted. An undefined quantity is an empty axis.
    """
    marks = [f'<line class="axis" x1="0" x2="100%" y1="{HEIGHT - 1}" y2="{HEIGHT - 1}"/>']
    marks += [
        f'<line class="tick" x1="{at:.2f}%" x2="{at:.2f}%" y1="{HEIGHT - 4}" y2="{HEIGHT - 1}"/>'
        for at in (0, 25, 50, 75, 100)
    ]
    if quantity.value is not None:
        middle = HEIGHT / 2 - 2
        if quantity.ci is not None:
            left, right = (_position(x, low, high) for x in quantity.ci)
            marks.append(f'<line class="reach" x1="{left:.2f}%" x2="{right:.2f}%" y1="{middle}" y2="{middle}"/>')
        marks.append(f'<circle class="point" cx="{_position(quantity.value, low, high):.2f}%" cy="{middle}" r="4.5"/>')
    name = escape(identity, quote=True)
    return (
        f'<svg class="plot" role="img" height="{HEIGHT}" aria-labelledby="{name}-t {name}-d">'
        f'<title id="{name}-t">{escape(title)}</title><desc id="{name}-d">{escape(text)}</desc>{"".join(marks)}</svg>'
    )


def _position(value: float, low: float, high: float) -> float:
    """Where a value stands on the axis, in per cent; beyond its ends at the end."""
    return 100 * min(max((value - low) / (high - low), 0.0), 1.0)
