"""Which labels stay comparable when a rubric changes, dimension by dimension. Pure: rubrics and counts in, rows out.

Labels under different versions are never mixed in one figure. This says what somebody gives up or keeps: whether the
earlier labels could still be read beside new ones.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal, NamedTuple

from review.rubric.rubric import Dimension, Rubric

Verdict = Literal["same", "care", "lost", "new"]
WORDS: dict[Verdict, str] = {
    "same": "comparable",
    "care": "comparable with care",
    "lost": "not comparable",
    "new": "no earlier labels",
}

Counts = Mapping[str, Mapping[str, int]]
"""How many labels there are, by dimension and value."""


class Comparability(NamedTuple):
    """One dimension: the verdict, why, and how many of the labels counted have a place in the new rubric or none."""

    dimension: str
    verdict: Verdict
    why: str
    kept: int
    lost: int


def comparability(before: Rubric, after: Rubric, counts: Counts) -> list[Comparability]:
    """Return what becomes of the labels of each dimension: first those of the new rubric in order, then those removed.

    A label stays comparable if its dimension asks the same of the same choices. With new choices, another order,
    other guidance or another condition it is comparable with care. It is not when its value, its dimension or the
    scale is gone. Titles, keys and the positive value change no label.
    """
    old = {d.name: d for d in before.dimensions}
    rows = [
        _compared(old[d.name], d, counts.get(d.name, {})) if d.name in old else Comparability(d.name, "new", "", 0, 0)
        for d in after.dimensions
    ]
    gone = [d for d in before.dimensions if d.name not in after.names]
    return [
        *rows,
        *(
            Comparability(d.name, "lost", "the dimension is removed", 0, sum(counts.get(d.name, {}).values()))
            for d in gone
        ),
    ]


def _compared(old: Dimension, new: Dimension, counts: Mapping[str, int]) -> Comparability:
    total = sum(counts.values())
    if old.scale.kind != new.scale.kind:
        why = f"the scale was {old.scale.kind} and becomes {new.scale.kind}"
        return Comparability(new.name, "lost", why, 0, total)
    values, became = old.scale.values, new.scale.values
    removed = [v for v in values if v not in became] if became else []
    if not values and became:
        removed = [v for v in counts if v not in became]
    lost = sum(counts.get(v, 0) for v in removed)
    reasons = _reasons(old, new, removed)
    if removed and lost == total and total:
        return Comparability(new.name, "lost", "; ".join(reasons), 0, total)
    return Comparability(new.name, "care" if reasons else "same", "; ".join(reasons), total - lost, lost)


def _reasons(old: Dimension, new: Dimension, removed: list[str]) -> list[str]:
    """Return why the labels of a dimension of the same scale are not plainly comparable."""
    values, became = old.scale.values, new.scale.values
    added = [v for v in became if v not in values]
    kept = [v for v in values if v in became]
    found = [f"without {', '.join(removed)}"] if removed else []
    if added:
        found.append(f"{', '.join(added)} could not be chosen before")
    if new.scale.kind == "ordinal" and kept != [v for v in became if v in values]:
        found.append("the values stand in another order")
    if old.guidance != new.guidance or any(
        old.value_guidance.get(v, "") != new.value_guidance.get(v, "") for v in kept
    ):
        found.append("people are told something else")
    if old.shown_when != new.shown_when:
        found.append("the condition for asking it changed")
    if old.required != new.required:
        found.append("it must be answered" if new.required else "it may be left open")
    return found
