"""The values after which a reviewer may still have something to say: reasons, a comment or a corrected answer."""

from __future__ import annotations

from review.rubric.rubric import Dimension, Rubric


def not_fine(rubric: Rubric) -> dict[str, list[str]]:
    """Return, by dimension, the values that say that something is wrong with the answer.

    In the first dimension with a positive value, which asks about the answer as a whole, these are on an ordinal scale
    all values but the best, the end farther from the positive one. Elsewhere they are the positive value alone.
    """
    main = next((d.name for d in rubric.dimensions if d.positive is not None), None)
    return {d.name: _all_but_best(d) if d.name == main else _positive(d) for d in rubric.dimensions}


def _positive(dimension: Dimension) -> list[str]:
    return [] if dimension.positive is None else [dimension.positive]


def _all_but_best(dimension: Dimension) -> list[str]:
    values = list(dimension.scale.values)
    if dimension.scale.kind != "ordinal" or dimension.positive not in values:
        return _positive(dimension)
    return values[:-1] if values.index(dimension.positive) < len(values) / 2 else values[1:]
