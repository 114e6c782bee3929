"""Propose a mapping for records of an unknown shape, from the names of their columns, from types and from content.

A proposal is for a person to correct. It never takes effect by itself.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from statistics import median
from typing import Any

from review.basics.date_forms import date_column
from review.sources.field_names import meant
from review.sources.paths import places
from review.sources.readers.fields import Record, as_json_text, is_list_of_objects
from review.sources.value_words import TRANSLATED, proposed_values

SAMPLES = 3
SAMPLE_LENGTH = 80
LONG = 25
"""Characters from which the usual value of a column is a text that somebody wrote."""
FEW = 8
"""The most different values of a column that is a choice among few."""
LEAST = 0.35
"""The certainty from which a field is proposed."""


@dataclass(frozen=True, kw_only=True)
class Proposed:
    """One row of a proposed mapping: the field, the path that may fill it, values found there, and why in words.

    ``values`` are the words there that need a translation, with the proposed one.
    """

    field: str
    path: str
    samples: tuple[str, ...]
    why: str
    values: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, kw_only=True)
class Content:
    """What the values at one place look like, in the records looked at.

    ``length`` is the usual number of characters, ``distinct`` how many values differ, ``spaces`` the share of values
    with a blank, ``numbers``, ``dates`` and ``messages`` whether all are; ``nested`` whether any is a list or object,
    ``lists_of_texts`` whether all are such lists, ``is_status`` whether all are words for ok or error.
    """

    path: str
    records: int
    filled: int
    distinct: int
    length: float
    spaces: float
    numbers: bool
    dates: bool
    messages: bool
    nested: bool
    lists_of_texts: bool = False
    is_status: bool = False
    samples: tuple[str, ...] = field(default=())
    texts: tuple[str, ...] = field(default=())

    @property
    def unique(self) -> bool:
        """Whether each record has a value of its own."""
        return self.filled == self.records and self.distinct == self.records

    @property
    def words(self) -> str:
        """Say what the values are."""
        if self.messages:
            return "lists of messages"
        if self.nested:
            return "lists or objects"
        if not self.filled:
            return "empty in these records"
        if self.dates:
            return "dates"
        if self.unique and self.records > 1 and self.length <= LONG and not self.numbers:
            return f"{self.distinct:,} different short values"
        if self.distinct <= FEW and self.filled > self.distinct:
            return f"{self.distinct} different value{'s' * (self.distinct != 1)} in {self.filled:,} records"
        return "numbers" if self.numbers else f"texts of about {self.length:.0f} characters"


def proposed(records: Sequence[Record]) -> list[Proposed]:
    """Return a row for each field that some place in the records seems to hold, the surest first; each place once."""
    contents = [_content(path, values, len(records)) for path, values in places(records).items()]
    scores = {
        (name, one.path): certainty
        for one in contents
        for name, certainty in _certainties(one).items()
        if certainty >= LEAST
    }
    by_path = {one.path: one for one in contents}
    rows, used = list[Proposed](), set[str]()
    for (name, path), _ in sorted(scores.items(), key=lambda pair: -pair[1]):
        overlapping = any(path.startswith(f"{other}.") or other.startswith(f"{path}.") for other in used)
        if path not in used and not overlapping and name not in {row.field for row in rows}:
            used.add(path)
            rows.append(_row(name, by_path[path], named=name in meant(path)))
    return _with_texts(rows, contents, used)


def _row(name: str, content: Content, *, named: bool) -> Proposed:
    why = f"by its name; {content.words}" if named else content.words
    meant_by = proposed_values(name, content.texts) if name in TRANSLATED else {}
    values = tuple((raw, value) for raw, value in meant_by.items() if raw not in TRANSLATED[name])
    return Proposed(field=name, path=content.path, samples=content.samples, why=why, values=values)


def _with_texts(rows: list[Proposed], contents: Sequence[Content], used: set[str]) -> list[Proposed]:
    """Add question and answer where no name gave them away: the long texts that are left, in order."""
    taken = {row.field for row in rows}
    if "messages" in taken:
        return [row for row in rows if row.field not in ("question", "answer")]
    longest = [one for one in contents if one.path not in used and one.length >= LONG and _is_prose(one)]
    for name in ("question", "answer"):
        if name not in taken and longest:
            rows.append(_row(name, longest.pop(0), named=False))
    order = ("id", "created_at", "question", "answer")
    return sorted(rows, key=lambda row: order.index(row.field) if row.field in order else len(order))


def _is_prose(one: Content) -> bool:
    return one.spaces > 0.5 and not (one.dates or one.numbers or one.nested)


def _content(path: str, values: Sequence[Any], records: int) -> Content:
    texts = [value.strip() if isinstance(value, str) else as_json_text(value) for value in values]
    flat = [v for v in values if not isinstance(v, list | tuple | Mapping)]
    column = date_column(flat)
    return Content(
        path=path,
        records=records,
        filled=len(values),
        distinct=len(set(texts)),
        length=median(len(text) for text in texts) if texts else 0.0,
        spaces=sum(" " in text for text in texts) / len(texts) if texts else 0.0,
        numbers=bool(texts) and all(_is_number(text) for text in texts),
        dates=bool(flat) and len(flat) == len(values) and not column.unread and bool(column.fits),
        nested=len(flat) < len(values),
        lists_of_texts=all(isinstance(v, list) and all(isinstance(one, str) for one in v) for v in values),
        is_status=bool(texts) and set(texts) <= set(proposed_values("status", texts)),
        messages=bool(values) and all(is_list_of_objects(v, ("role", "content")) for v in values),
        samples=tuple(dict.fromkeys(text[:SAMPLE_LENGTH] for text in texts))[:SAMPLES],
        texts=tuple(dict.fromkeys(texts)),
    )


def _is_number(text: str) -> bool:
    try:
        float(text.replace(",", "."))
    except ValueError:
        return False
    return True


def _certainties(one: Content) -> dict[str, float]:
    """Return from 0 to 1 how sure each field is: what the name says, as far as the values bear it out."""
    named = {name: certainty * _borne_out(name, one) for name, certainty in meant(one.path).items()}
    return {**_by_content(one), **{name: value for name, value in named.items() if value}}


def _by_content(one: Content) -> dict[str, float]:
    """Return the fields that the values alone suggest."""
    if one.messages:
        return {"messages": 0.9}
    if one.dates and not one.numbers:
        return {"created_at": 0.45}
    if one.unique and one.records > 2 and one.length <= LONG and not one.spaces and not one.dates:
        return {"id": 0.4}
    return {}


def _borne_out(name: str, one: Content) -> float:
    """Return how far the values fit the field that the name means: 0 rules it out."""
    if not one.filled:
        return 0.4
    if name == "created_at":
        return 1.0 if one.dates else 0.0
    if one.dates and not one.numbers:
        return 0.0
    if name == "messages":
        return 1.0 if one.messages else 0.0
    if one.nested:
        return 1.0 if name == "context" or (name == "tags" and one.lists_of_texts) else 0.0
    if name == "id":
        repeats = 1 - one.distinct / one.filled
        return 0.0 if repeats > 0.2 or one.length > 3 * LONG or one.filled < one.records * 0.8 else 1.0 - repeats
    if name in ("question", "answer"):
        return 0.0 if one.numbers or one.messages else 0.9 if one.spaces >= 0.3 or one.length >= LONG else 0.6
    if name == "status":
        return 1.0 if one.is_status else 0.0
    if name in ("feedback", "scenario", "language", "model", "prompt_version", "variant"):
        return 1.0 if one.distinct <= max(FEW, one.filled * 0.5) and one.length <= 2 * LONG else 0.3
    if name in ("latency_ms", "tokens_in", "tokens_out", "cost", "confidence"):
        return 1.0 if one.numbers else 0.0
    return 1.0
