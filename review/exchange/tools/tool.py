"""What an export of a tool is: how its records are recognised, and the ratings of people or judges in them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

Record = Mapping[str, Any]

ITEM_KEYS = (
    *("conversation_id", "conversationId", "conv_id", "trace_id", "traceId", "item", "item_id", "source_id"),
    *("external_id", "id", "uuid"),
)
"""What tools and teams call the id of a conversation, the surest first."""


@dataclass(frozen=True, kw_only=True)
class Rating:
    """One rating by a person or a judge. ``name`` is what the tool calls the question or metric.

    ``label`` is a value, a list of values, or None where none was given (``error`` says why). ``by`` is "" where the
    export names nobody: then ``author_known`` tells whether it is at least sure that it was a person, or a judge.
    ``also`` is another id of the item, for a store that does not know the first.
    """

    item: str
    by: str
    name: str
    label: Any
    at: str = ""
    comment: str = ""
    seconds: float | None = None
    version: str = ""
    score: float | None = None
    error: str = ""
    author_known: bool = True
    also: str = ""


def rated(item: str, by: str, name: str, label: Any, **more: Any) -> Rating:
    """Return a rating; ``more`` are its other fields."""
    return Rating(item=item, by=by, name=name, label=label, **more)


VERDICT = "verdict of a judge: import the file as verdicts to have it"
LABEL = "label of a person: import the file as labels to have it"
NO_VALUE = "rating without a value"
"""Why a rating of a record is not taken."""


def nothing(_: Record) -> Iterable[str]:
    """Leave nothing out."""
    return ()


def no_texts(_: Record) -> Record:
    """Find no text: what people read stands elsewhere, as in a trace."""
    return {}


@dataclass(frozen=True, kw_only=True)
class Tool:
    """One export. ``ratings`` gives the ratings of a record; its second argument is the name of the file.

    ``left_out`` gives, for each rating of a record that ``ratings`` leaves out, the cause. ``texts`` is the part of a
    record that holds what people read, without what they said.

    ``about`` is the export in a few words, ``sign`` what ``recognise`` looks for. ``caution`` is said at each import:
    what the export cannot tell. ``sample`` holds a rating of item c-1: the tests read the sample of every tool.
    """

    about: str
    sign: str
    recognise: Callable[[Record], bool]
    ratings: Callable[[Record, str], Iterable[Rating]]
    sample: Record
    caution: str = ""
    left_out: Callable[[Record], Iterable[str]] = nothing
    texts: Callable[[Record], Record] = no_texts


def item_of(*places: Mapping[str, Any] | None, otherwise: Any = None) -> str:
    """Return the id of the conversation in the first place that has one, else ``otherwise`` as text."""
    for place in places:
        for key in ITEM_KEYS if isinstance(place, Mapping) else ():
            value = place.get(key) if place else None
            if isinstance(value, str | int) and not isinstance(value, bool) and value != "":
                return str(value)
    return "" if otherwise is None else str(otherwise)


def inner(record: Any, key: str) -> Mapping[str, Any]:
    """Return the object under a key, empty without one."""
    found = record.get(key) if isinstance(record, Mapping) else None
    return found if isinstance(found, Mapping) else {}


def objects(value: Any) -> list[Mapping[str, Any]]:
    """Return the objects of a list."""
    return [one for one in value if isinstance(one, Mapping)] if isinstance(value, list | tuple) else []


def text(value: Any) -> str:
    """Return a text or a number as text, "" for anything else."""
    plain = isinstance(value, str | int | float) and not isinstance(value, bool)
    return str(value) if plain else ""


def number(value: Any) -> float | None:
    """Return a number, also from text; None for anything else."""
    if isinstance(value, bool) or not isinstance(value, str | int | float):
        return None
    try:
        found = float(value)
    except ValueError:
        return None
    return found if found == found and abs(found) != float("inf") else None


def passed(value: Any) -> str | None:
    """Return "pass" or "fail" for true or false, None for anything else."""
    return ("pass" if value else "fail") if isinstance(value, bool) else None


def stem(file: str) -> str:
    """Return the name of a file without its folders and endings."""
    name = Path(file).name
    while Path(name).suffix:
        name = Path(name).stem
    return name
