"""Cells that cannot be read cost their field, not the row: which fields, and what an import says of them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from typing import NamedTuple

from review.basics.words import counted
from review.sources.cells import NUMBERS

LOSABLE = frozenset((*NUMBERS, "status", "feedback", "tags"))
"""Fields without which a conversation is still the same."""
SHOWN = 6
EXAMPLE = {"status": "error", "repaired": "true", "low_confidence": "true"}
"""Field -> a value that a word of the source may be translated to."""


class Unread(NamedTuple):
    """A cell that cost its field: what was found, masked, and what was expected."""

    field: str
    found: str
    expected: str


def sentences(unread: Mapping[Unread, int]) -> list[str]:
    """Say for each field how many cells could not be read, which they were, and how to translate them."""
    by_field: dict[str, Counter[str]] = {}
    expected: dict[str, str] = {}
    for one, n in unread.items():
        by_field.setdefault(one.field, Counter())[one.found] += n
        expected.setdefault(one.field, one.expected)
    said = []
    for field, found in by_field.items():
        shown = ", ".join(f"'{text}' ({n:,})" for text, n in found.most_common(SHOWN))
        more = f" and {len(found) - SHOWN:,} more" if len(found) > SHOWN else ""
        example = EXAMPLE.get(field)
        hint = (
            f" If some mean {example}, undo this import and import again with a translation of the value, such as "
            f"{field}:{next(iter(found))}={example}."
            if example
            else ""
        )
        said.append(
            f"{counted(found.total(), 'record')} with a {field} that cannot be read: {shown}{more}; expected "
            f"{expected[field].partition(';')[0]}. They came in without it.{hint}"
        )
    return said


def unread_fields(unread: Mapping[Unread, int]) -> dict[str, int]:
    """Return how many cells of each field could not be read."""
    found: Counter[str] = Counter()
    for one, n in unread.items():
        found[one.field] += n
    return dict(found)
