"""What changed between two versions of an example, field by field, in words that people read."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, NamedTuple

from review.basics.canonical import canonical
from storage.records_golden import GoldenExample

TITLES = {
    "question": "question",
    "prior_turns": "turns before the question",
    "context": "passages",
    "answer": "reviewed answer",
    "expected_answer": "expected answer",
    "expected_behaviour": "expected behaviour",
    "reference_sql": "reference SQL",
    "expected_result": "expected result",
    "as_of": "today's date of the query",
    "snapshot": "data snapshot",
    "required": "required fields",
    "expected_tools": "expected tools",
    "tags": "tags",
    "labels": "labels",
    "votes": "votes",
    "kind": "kind",
    "scenario": "scenario",
    "split": "half",
    "must_pass": "must pass",
    "rule": "how it was settled",
    "adjudicator": "who settled it",
    "rubric_version": "rubric version",
    "retired": "retired",
}
"""The fields that a person can read about, in the order in which they read them -> what each is called."""
_SKIPPED = ("votes", "origin", "adjudicator")
"""Fields whose values say who voted; the change is named, its values are shown elsewhere."""


class FieldChange(NamedTuple):
    """One field that differs: what it is called, and its text before and after ("" where it is not shown)."""

    title: str
    before: str
    after: str


def field_changes(before: Mapping[str, Any], after: Mapping[str, Any]) -> list[FieldChange]:
    """Return the fields in which two examples differ, in the order of ``TITLES``. Pure."""
    return [
        FieldChange(title, "", "")
        if name in _SKIPPED
        else FieldChange(title, as_words(before.get(name)), as_words(after.get(name)))
        for name, title in TITLES.items()
        if canonical(before.get(name)) != canonical(after.get(name))
    ]


def readable(example: GoldenExample) -> dict[str, Any]:
    """Return the fields of a version that a person can read about. Pure."""
    own = {name: getattr(example, name) for name in TITLES if hasattr(example, name)}
    return {**example.content, **own}


def as_words(value: Any) -> str:
    """Return a value of an example as text: nothing for nothing, yes or no, lists with commas. Pure."""
    if value is None or value == "":
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, Mapping):
        return "\n".join(f"{name}: {as_words(one)}" for name, one in value.items())
    if isinstance(value, list | tuple):
        return _list_as_words(value)
    return str(value)


def _list_as_words(values: Iterable[Any]) -> str:
    rows = list(values)
    plain = all(isinstance(one, str) and "\n" not in one and len(one) < 60 for one in rows)
    return (", " if plain else "\n").join(as_words(one) for one in rows)
