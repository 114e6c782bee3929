"""Which group a row belongs to, decided in Python: the answer that the SQL of every engine is compared with."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from review.sampling.strata import DEFAULT_GROUPS, REST, Condition, Group


def stratum_of(row: Mapping[str, Any], groups: Sequence[Group] = DEFAULT_GROUPS) -> str:
    """The name of the first group that fits a row, else ``rest``."""
    return next((g.name for g in groups if fits(g, row)), REST)


def fits(group: Group, row: Mapping[str, Any]) -> bool:
    """Whether all conditions of any of the group's alternatives hold."""
    return any(all(holds(c, row) for c in conditions) for conditions in group.alternatives)


def holds(condition: Condition, row: Mapping[str, Any]) -> bool:
    """Whether one row meets one condition."""
    cell, value = row.get(condition.field), condition.value
    text = "" if cell is None else str(cell)
    if condition.test in ("in", "first_in"):
        word = text.strip(" ").lower()
        return (word if condition.test == "in" else word.split(",")[0]) in value
    if condition.test == "any_word":
        return any(word in value for word in text.strip(" ").lower().split(" "))
    if condition.test in ("present", "absent"):
        return (text != "") == (condition.test == "present")
    try:
        number = float(text)
    except ValueError:
        return False
    return bool(number < value if condition.test == "below" else number >= value)
