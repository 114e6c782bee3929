"""Whether the judges of one conversation contradict each other."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any


def verdict_text(cell: Any) -> str:
    """Return a verdict cell as canonical text, the members of a set joined by ``|``; "" when it is empty.

    ``cell`` is a value, a list of values, or a table with a ``value``.
    """
    # numpy comes with it, and most logs have one judge: processes that mask start twice as fast without.
    from review.basics.labels import canonical_text

    if isinstance(cell, dict):
        cell = cell.get("value")
    if isinstance(cell, list):
        return "|".join(sorted(canonical_text(part) for part in cell))
    return "" if cell is None else canonical_text(cell)


def judges_disagree(verdicts: Mapping[str, Any]) -> bool | None:
    """Whether two judges of one conversation gave different values in some dimension; None when none can be compared.

    ``verdicts`` maps judge to dimension to a value or {value, ...}. A missing verdict contradicts no other.
    """
    if len(verdicts) < 2:
        return None
    values_by: dict[str, list[str]] = {}
    for dimensions in verdicts.values():
        for dimension, cell in (dimensions if isinstance(dimensions, Mapping) else {}).items():
            if value := verdict_text(cell):
                values_by.setdefault(dimension, []).append("|".join(sorted(value.split("|"))))
    several = [values for values in values_by.values() if len(values) > 1]
    return any(len(set(values)) > 1 for values in several) if several else None
