"""Scores that people gave in the tool that traced a conversation. They stay in its metadata: they are no labels yet."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from review.basics.words import counted

PLACES = ("scores", "annotations")
"""Where readers keep them in the metadata of a conversation."""
PEOPLE = ("ANNOTATION", "app", "human", "HUMAN")
"""What Langfuse, LangSmith and OpenInference call the source of a score by a person."""
_PLACES = frozenset(PLACES)
NAMES = ("rater", "judge")


def scores_in(metadata: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    """Yield the scores by people that a conversation has in its metadata."""
    for place in PLACES:
        for row in _rows(metadata.get(place)):
            if row.get("source") in PEOPLE or row.get("kind") in PEOPLE:
                yield row


def rater_of(row: Mapping[str, Any]) -> str:
    """Return the name of the person who gave a score, "" where it is not known."""
    names = [str(row[name]) for name in NAMES if row.get(name)]
    return next((name for name in names if name not in PEOPLE), "")


def raters_in(metadata: Mapping[str, Any]) -> Iterator[str]:
    """Yield the name of the person for each score by a person, "" where it is not known."""
    return iter(()) if _PLACES.isdisjoint(metadata) else (rater_of(row) for row in scores_in(metadata))


def sentence(found: Counter[str]) -> str:
    """Say how many scores by how many people an import has found, "" for none."""
    if not found:
        return ""
    people = counted(len(found) - ("" in found), "person", "people") if any(found) else "people without a name"
    one = found.total() == 1
    scores = f"{counted(found.total(), 'human score')} by {people}"
    return f"{scores} {'was' if one else 'were'} found. {'It does' if one else 'They do'} not count as labels yet."


def with_names(metadata: dict[str, Any], named: Callable[[str], str]) -> dict[str, Any]:
    """Return the metadata with ``named`` applied to the names of people and programs that gave scores."""
    if _PLACES.isdisjoint(metadata):
        return metadata
    changed = {
        place: [
            {key: named(value) if key in NAMES and isinstance(value, str) else value for key, value in row.items()}
            for row in rows
        ]
        for place in PLACES
        if (rows := _rows(metadata.get(place))) and len(rows) == len(metadata[place])
    }
    return {**metadata, **changed} if changed else metadata


def _rows(value: Any) -> list[Mapping[str, Any]]:
    return [row for row in value if isinstance(row, Mapping)] if isinstance(value, list) else []
