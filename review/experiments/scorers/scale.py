"""A label as a score: 0 at the declared (bad) value of its dimension, 1 at the other end, steps between."""

from __future__ import annotations

from review.basics.labels import Value
from review.rubric.rubric import Dimension


def on_scale(dimension: Dimension, value: Value | None) -> float | None:
    """Return the score of a label; None for no label, a set, or a dimension without a positive value."""
    values, bad = dimension.scale.values, dimension.positive
    if value is None or bad is None or value not in values:
        return None
    if dimension.scale.kind != "ordinal" or bad not in (values[0], values[-1]):
        return float(value != bad)
    steps = values.index(str(value)) / (len(values) - 1)
    return steps if bad == values[0] else 1 - steps
