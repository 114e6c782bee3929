"""Which attributes of a span answer which question, found once for all spans whose attributes have the same names.

The conventions know a hundred names and a span has a handful, so asking for each name takes most of the time of reading
a span. Products write few kinds of spans: what their names mean is kept for the last kinds that were seen.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, NamedTuple

from review.sources.readers.fields import Fields

KINDS_KEPT = 512
"""Of so many kinds of spans the meaning is kept."""
LONGEST = 4_096
"""Characters of all names of a span, beyond which its meaning is not kept: the memory stays bounded."""

Rows = tuple[tuple[tuple[str, str], ...], ...]
"""The elements of a flattened list in order: for each the rest of a name, and the name."""


class Meaning(NamedTuple):
    """What the names of a span's attributes mean.

    ``answers`` has for each question the names that are there, the most telling first. ``lists`` has the elements of
    each flattened list, ``prefix.<i>.suffix``, by its prefix. ``families`` has the names that begin alike.
    """

    answers: tuple[tuple[str, tuple[str, ...]], ...]
    lists: Mapping[str, Rows]
    families: Mapping[str, tuple[str, ...]]


class Said(NamedTuple):
    """The attributes of a span, with what they answer by question."""

    attributes: Mapping[str, Any]
    answers: Mapping[str, Any]
    lists: Mapping[str, Rows]

    def rows(self, prefix: str) -> list[Any]:
        """Return the elements of a flattened list: each an object by the rest of its names, or the one value."""
        rows = self.lists.get(prefix)
        return rows_of(self.attributes, rows) if rows else []


class Names:
    """The names of conventions: those that answer each question, the prefixes of flattened lists, and of families."""

    def __init__(
        self, questions: Mapping[str, Sequence[str]], *, lists: Sequence[str] = (), families: Sequence[str] = ()
    ) -> None:
        self._questions, self._lists, self._families = questions, lists, families
        self._kept: dict[tuple[str, ...], Meaning] = {}

    def said(self, attributes: Mapping[str, Any], meaning: Meaning | None = None) -> Said:
        """Return what attributes say; ``meaning`` is that of their names, where it is known already."""
        meaning = meaning or self.meaning(attributes)
        return Said(attributes, _answers(attributes, meaning), meaning.lists)

    def meaning(self, attributes: Mapping[str, Any]) -> Meaning:
        """Return what the names of some attributes mean."""
        names = tuple(attributes)
        found = self._kept.get(names)
        if found is None:
            found = self._meaning(names)
            if sum(map(len, names)) <= LONGEST:
                if len(self._kept) >= KINDS_KEPT:
                    self._kept.clear()
                self._kept[names] = found
        return found

    def _meaning(self, names: tuple[str, ...]) -> Meaning:
        there = set(names)
        known = ((asked, tuple(name for name in some if name in there)) for asked, some in self._questions.items())
        lists = ((prefix, rows_in(names, prefix)) for prefix in self._lists)
        alike = ((begin, tuple(name for name in names if name.startswith(begin))) for begin in self._families)
        return Meaning(
            tuple(pair for pair in known if pair[1]),
            {prefix: rows for prefix, rows in lists if rows},
            {begin: some for begin, some in alike if some},
        )


def _answers(attributes: Mapping[str, Any], meaning: Meaning) -> Fields:
    """Return what attributes say, by question: of each the first name that is there with a value."""
    found: Fields = {}
    for question, names in meaning.answers:
        for name in names:
            value = attributes[name]
            if value or value == 0:  # a zero and False answer; None and what is empty do not
                found[question] = value
                break
    return found


def rows_of(attributes: Mapping[str, Any], rows: Rows) -> list[Any]:
    """Return the elements of a flattened list."""
    return [
        attributes[row[0][1]] if len(row) == 1 and not row[0][0] else {rest: attributes[name] for rest, name in row}
        for row in rows
    ]


def listed(attributes: Mapping[str, Any], prefix: str) -> list[Any]:
    """Return the list that flattened names hold, ``prefix.<i>.suffix``, by the numbers of the indices."""
    return rows_of(attributes, rows_in(attributes, prefix))


def rows_in(names: Iterable[str], prefix: str) -> Rows:
    """Return where the elements of a flattened list stand among some names."""
    begin = f"{prefix}."
    rows: dict[int, dict[str, str]] = {}
    for name in names:
        if name.startswith(begin):
            index, _, rest = name[len(begin) :].partition(".")
            if index.isdecimal():
                # Of two names for one place, such as 1 and 01, the later one counts.
                rows.setdefault(int(index), {})[rest] = name
    return tuple(tuple(row.items()) for _, row in sorted(rows.items()))
