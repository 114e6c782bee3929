"""The nouns of approved examples and their frozen releases."""

from __future__ import annotations

from dataclasses import dataclass

from storage.records_base import Json


@dataclass(frozen=True, kw_only=True)
class GoldenExample:
    """One version of an approved example; the latest version of an ``example_id`` that is not retired is current.

    ``content`` holds question, prior turns, answer as reviewed, expected answer and behaviour, reference SQL, tags;
    ``votes`` the labels behind it with raters, rubric version and inclusion probability.
    """

    id: str
    example_id: str
    conversation_id: str
    item_id: str
    content: Json
    labels: Json
    votes: tuple[Json, ...]
    rubric_version: int
    approved_by: str
    at: str
    source: str = "historical"
    kind: str = "normal"
    scenario: str = ""
    split: str = "test"
    must_pass: bool = False
    rule: str = ""
    adjudication_id: str | None = None
    supersedes: str | None = None
    retired: bool = False
    note: str = ""


@dataclass(frozen=True, kw_only=True)
class Release:
    """A frozen set of golden examples: ``content_hash`` is over canonical JSON of its examples."""

    name: str
    content_hash: str
    size: int
    at: str
    by: str
    notes: str = ""


@dataclass(frozen=True)
class ReleaseExample:
    """One frozen example of a release, exactly as exported."""

    id: str
    release: str
    example_id: str
    content_hash: str
    content: Json


GOLDEN_KEYS: dict[type, tuple[str, ...]] = {
    GoldenExample: ("golden_examples", "id"),
    Release: ("releases", "name"),
    ReleaseExample: ("release_examples", "id"),
}
"""Table and primary key of each of these records."""
