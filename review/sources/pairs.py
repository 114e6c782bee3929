"""Read a file of pairs: two answers to one question, with their names. Nothing is masked or stored here."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, cast

from review.basics.errors import InputError, NoRecords
from review.basics.record import Unreadable
from review.sources.assembling import REFUSALS, refusal
from review.sources.file_sets import file_set, opened_set
from review.sources.options import AUTO
from review.sources.readers import arena, preference
from review.sources.readers.fields import Record
from storage.records_log import Message

FORMATS = ("arena", "preference")
"""The formats whose records hold two answers."""
NAMES = {"chosen": "chosen_model", "rejected": "rejected_model"}
"""The fields that name the answers of a preference file; without them, the answers have the names of their places."""
LONGEST_NAME = 100


@dataclass(frozen=True, kw_only=True)
class NewPair:
    """Two answers to one question, as they came, unmasked.

    ``question`` are the messages up to the question, each answer the messages after it. ``origin`` says where the pair
    comes from, ``source_id`` is its id there, "" without one.
    """

    question: Sequence[Message]
    answer_a: Sequence[Message]
    answer_b: Sequence[Message]
    name_a: str
    name_b: str
    origin: str
    source_id: str = ""


@dataclass
class PairFile:
    """What a file holds: its format, the pairs, and the records that are none, each with its line and a sentence."""

    format: str
    read: int = 0
    pairs: list[NewPair] = field(default_factory=list)
    rejected: list[tuple[int, str]] = field(default_factory=list)


def read_pairs(file: Path | str, *, origin: str, format: str = AUTO) -> PairFile:
    """Return the pairs of a file of an arena or of preferences.

    Raises InputError for a file that cannot be read or has another format, NoRecords for one without records.
    """
    opened = opened_set(file_set(file), format=format, mapping={})
    found = PairFile(opened.detected.format)
    if found.format not in FORMATS:
        raise InputError(
            f"{origin}: found {found.format} ({opened.detected.reason}), expected pairs of answers: conversation_a and "
            "conversation_b, or chosen and rejected, or preferred_output and non_preferred_output."
        )
    for raw in opened.raws:
        found.read += 1
        try:
            if raw.record is None:
                raise raw.error or Unreadable("line", None, "a record")
            found.pairs.append(_pair(raw.record, found.format, origin))
        except REFUSALS as reason:
            error = refusal(reason)
            found.rejected.append((raw.line, f"{error.field}: expected {error.expected}"))
    if not found.read:
        raise NoRecords(f"{origin}: found no records, expected pairs of answers.")
    return found


def _pair(record: Record, format: str, origin: str) -> NewPair:
    return _of_arena(record, origin) if format == "arena" else _of_preference(record, origin)


def _of_arena(record: Record, origin: str) -> NewPair:
    one, other = arena.read(record)
    same = preference.shared(one["messages"], other["messages"])
    return checked(
        NewPair(
            question=one["messages"][:same],
            answer_a=one["messages"][same:],
            answer_b=other["messages"][same:],
            name_a=_name(record, "model_a", "a"),
            name_b=_name(record, "model_b", "b"),
            origin=origin,
            source_id=arena.pair_id(record),
        )
    )


def _of_preference(record: Record, origin: str) -> NewPair:
    question, chosen, rejected = cast("tuple[list[Message], ...]", preference.split(record))
    return checked(
        NewPair(
            question=question,
            answer_a=chosen,
            answer_b=rejected,
            name_a=_name(record, NAMES["chosen"], "chosen"),
            name_b=_name(record, NAMES["rejected"], "rejected"),
            origin=origin,
            source_id=str(record.get("id") or record.get("prompt_id") or ""),
        )
    )


def _name(record: Mapping[str, Any], key: str, otherwise: str) -> str:
    return str(record.get(key) or otherwise).strip()[:LONGEST_NAME]


def checked(pair: NewPair) -> NewPair:
    """Return a pair that people can compare. Raises Unreadable with the field that does not fit."""
    if not any(m["role"] == "user" and m.get("content") for m in pair.question):
        raise Unreadable("question", pair.question, "the same question before both answers")
    for at, answer in (("first answer", pair.answer_a), ("second answer", pair.answer_b)):
        if not any(m["role"] == "assistant" and (m.get("content") or m.get("tool_calls")) for m in answer):
            raise Unreadable(at, answer, "words of the assistant")
    if list(pair.answer_a) == list(pair.answer_b):
        raise Unreadable("second answer", pair.answer_b, "one that differs from the first")
    for at, name in (("first name", pair.name_a), ("second name", pair.name_b)):
        if not name.strip():
            raise Unreadable(at, name, "the name of an answer")
    return pair
