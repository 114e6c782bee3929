"""What a page calls the dimensions of the rubric and their values: words in place of the names that data has."""

from __future__ import annotations

from collections.abc import Callable

from review.basics.words import spoken
from review.rubric.rubric import Rubric, current_rubric
from storage.store import Store

Titles = Callable[[str], str]


def titles_of(rubric: Rubric) -> Titles:
    """Return what gives a dimension its title, and "dimension: value" its title and words.

    A dimension that the rubric does not have any more is called by its name.
    """
    known = {d.name: d.title for d in rubric.dimensions}

    def title(name: str) -> str:
        dimension, colon, value = name.partition(": ")
        return f"{known.get(dimension) or spoken(dimension)}{colon}{spoken(value)}"

    return title


def titles(store: Store) -> Titles:
    """Return the titles under the rubric in force."""
    return titles_of(current_rubric(store))
