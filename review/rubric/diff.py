"""Describe what changed between two rubrics. Pure: rubrics in, sentences out."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from review.rubric.rubric import Dimension, Rubric

NOTHING = "nothing"


@dataclass(frozen=True)
class Change:
    """One change: the dimension ("" for the whole rubric), what changed, before, after."""

    dimension: str
    what: str
    before: str
    after: str

    @property
    def sentence(self) -> str:
        """Return the change in one line, for terminals and lists."""
        place = f"{self.dimension}: " if self.dimension else ""
        if not self.before:
            return f"{place}{self.what}: {self.after}"
        return f"{place}{self.what}: {self.after or NOTHING}, was {self.before}"


def rubric_diff(before: Rubric, after: Rubric) -> list[Change]:
    """Return every difference between two rubrics, dimension by dimension in the new order. Equal rubrics have none.

    Versions are not compared. A renamed dimension counts as one removed and one added: its labels do not carry over.
    """
    old, new = {d.name: d for d in before.dimensions}, {d.name: d for d in after.dimensions}
    changes = [Change(n, "dimension removed", _outline(old[n]), "") for n in old if n not in new]
    for name, dimension in new.items():
        if name in old:
            changes += _dimension_changes(old[name], dimension)
        else:
            changes.append(Change(name, "dimension added", "", _outline(dimension)))
    if [n for n in old if n in new] != [n for n in new if n in old]:
        changes.append(Change("", "order of dimensions", ", ".join(old), ", ".join(new)))
    if before.reveal != after.reveal:
        changes.append(Change("", "verdicts after submission", _shown(before.reveal), _shown(after.reveal)))
    if before.discussion_names != after.discussion_names:
        said = (_shown(before.discussion_names), _shown(after.discussion_names))
        changes.append(Change("", "names in discussions", *said))
    return changes


def _shown(reveal: bool) -> str:
    return "shown" if reveal else "hidden"


def _outline(dimension: Dimension) -> str:
    values = f" ({', '.join(dimension.scale.values)})" if dimension.scale.values else ""
    return f"{dimension.scale.kind}{values}"


def _dimension_changes(old: Dimension, new: Dimension) -> Iterator[Change]:
    yield from _value_changes(new.name, old.scale.values, new.scale.values)
    rows = (
        ("title", old.title, new.title),
        ("scale", old.scale.kind, new.scale.kind),
        ("guidance", old.guidance, new.guidance),
        ("answer", _asked(old), _asked(new)),
        ("positive value", old.positive, new.positive),
    )
    yield from (_change(new.name, what, before, after) for what, before, after in rows if before != after)
    if old.shown_when != new.shown_when:
        yield _change(new.name, "asked when", _condition(old), _condition(new))
    yield from _key_changes(old, new)
    for value in dict.fromkeys([*old.value_guidance, *new.value_guidance]):
        before, after = old.value_guidance.get(value), new.value_guidance.get(value)
        if before != after:
            yield _change(new.name, f"guidance of '{value}'", before, after)


def _change(name: str, what: str, before: str | None, after: str | None) -> Change:
    return Change(name, what, before or NOTHING, after or NOTHING)


def _value_changes(name: str, old: Sequence[str], new: Sequence[str]) -> Iterator[Change]:
    added, removed = [v for v in new if v not in old], [v for v in old if v not in new]
    if removed:
        yield Change(name, "values removed", ", ".join(removed), "")
    if added:
        yield Change(name, "values added", "", ", ".join(added))
    kept = [v for v in old if v in new]
    moved = kept != [v for v in new if v in old]
    # In an ordered scale the place of a new value gives it its meaning. Only a value added at the end needs no row.
    if moved or (added and [*kept, *added] != list(new)):
        what = "order of values" if not added and not removed else "values in order"
        yield Change(name, what, ", ".join(old), ", ".join(new))


def _key_changes(old: Dimension, new: Dimension) -> Iterator[Change]:
    """Yield the keys that changed for values of both rubrics: reviewers know them by heart."""
    keys_before, keys_after = (dict(zip(d.scale.values, d.keys, strict=True)) for d in (old, new))
    moved = [v for v in keys_after if v in keys_before and keys_before[v] != keys_after[v]]
    if moved:
        before, after = (", ".join(f"{keys[v] or 'none'} {v}" for v in moved) for keys in (keys_before, keys_after))
        yield Change(new.name, "keys", before, after)


def _asked(dimension: Dimension) -> str:
    return "required" if dimension.required else "optional"


def _condition(dimension: Dimension) -> str:
    return " and ".join(f"{other} is {' or '.join(allowed)}" for other, allowed in dimension.shown_when.items())
