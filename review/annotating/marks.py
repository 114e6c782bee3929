"""Marks: what a reviewer says is wrong in an answer, word by word, and what proves it.

Positions count code points of the answer as the reviewer's browser showed it. Words that are hidden later move them, so
:func:`placed` finds a mark by its quote.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from typing import Any, NotRequired, TypedDict

from review.annotating.not_fine import not_fine
from review.basics.errors import InputError, UnknownError
from review.basics.texts import plain_text
from review.privacy.hidden_spans import conversations, lost_its_places
from review.rubric.rubric import Rubric
from storage.queries.pairs import PAIR
from storage.records_base import Json
from storage.records_log import Conversation, Message
from storage.records_weeks import Item
from storage.store import Store

MAX_MARKS = 10
MAX_QUOTE = 2_000
MAX_PROOF = 2_000
MAX_SOURCE = 500


@dataclass(frozen=True, kw_only=True)
class MarkEntry:
    """One mark as a browser sends it: ``quote`` stands in the answer from ``start`` up to ``end``.

    ``proof`` are words that prove it. They stand in the retrieved ``passage`` (its place, from 0), or where ``source``
    says: an address or the name of a document. "" and None where nothing was given.
    """

    start: int
    end: int
    quote: str
    proof: str
    source: str
    passage: int | None


class MarkPayload(TypedDict):
    """A mark as people see it: ``start`` is None when its words do not stand in the answer any more."""

    start: int | None
    end: int | None
    quote: str
    proof: NotRequired[str]
    source: NotRequired[str]
    passage: NotRequired[int]


def read_marks(value: object) -> tuple[MarkEntry, ...]:
    """Return the marks of a submission, by place. Raises InputError that names the field."""
    if value is None:
        return ()
    if not isinstance(value, list):
        raise InputError(f"marks: found {type(value).__name__}, expected a list.")
    if len(value) > MAX_MARKS:
        raise InputError(f"marks: found {len(value):,}, expected at most {MAX_MARKS}. Remove some.")
    found = {(mark.start, mark.end): mark for k, one in enumerate(value) for mark in [_read(one, f"marks[{k}]")]}
    return tuple(found[place] for place in sorted(found))


def _read(one: object, where: str) -> MarkEntry:
    if not isinstance(one, Mapping):
        raise InputError(f"{where}: found {type(one).__name__}, expected an object.")
    start, end, passage = (_place(one.get(name), f"{where}.{name}") for name in ("start", "end", "passage"))
    quote = plain_text(one.get("quote"), f"{where}.quote", MAX_QUOTE)
    if start is None or end is None or start >= end:
        raise InputError(f"{where}: found {start} to {end}, expected a start before its end.")
    if end - start != len(quote):
        raise InputError(f"{where}: found {start} to {end}, expected the places of the {len(quote)} letters quoted.")
    return MarkEntry(
        start=start,
        end=end,
        quote=quote,
        proof=plain_text(one.get("proof"), f"{where}.proof", MAX_PROOF).strip(),
        source=plain_text(one.get("source"), f"{where}.source", MAX_SOURCE).strip(),
        passage=passage,
    )


def _place(value: object, where: str) -> int | None:
    if value is None:
        return None
    if isinstance(value, bool) or not isinstance(value, int) or not 0 <= value < 2**31:
        raise InputError(f"{where}: found {str(value)[:40]!r}, expected a place, counted from 0.")
    return value


def checked_marks(
    store: Store, item_id: str, marks: Sequence[MarkEntry], *, labels: Mapping[str, Any], rubric: Rubric
) -> tuple[Json, ...] | None:
    """Return the marks as they are stored, None without any.

    Where words are hidden, which moves the others, a mark is put to the nearest place of its quote.
    Raises InputError when the labels find nothing wrong with the answer, when a quote does not stand at its place, or
    when there is no such passage.
    """
    if not marks:
        return None
    if not may_mark(labels, rubric):
        raise InputError("marks: found marks on an answer whose labels say that it is fine, expected none.")
    item = store.get(Item, item_id)
    talk = conversations(store, [item.conversation_id]).get(item.conversation_id) if item else None
    if item is None or talk is None:
        raise UnknownError(f"item '{item_id}' has no conversation in the store.")
    if item.kind == PAIR:
        raise InputError("marks: found marks on a pair of answers, expected none.")
    turn, text = answer_of(item, talk.messages)
    moves = lost_its_places(talk)
    return tuple({"turn": turn, **_given(_at_its_place(mark, text, talk, moves=moves))} for mark in marks)


def _at_its_place(mark: MarkEntry, text: str, talk: Conversation, *, moves: bool) -> MarkEntry:
    """Return a mark whose quote stands at its place. Raises InputError for one that does not. Pure."""
    if mark.passage is not None and mark.passage >= len(talk.context):
        raise InputError(f"marks: found passage {mark.passage + 1}, but {len(talk.context)} were retrieved.")
    if text[mark.start : mark.end] == mark.quote:
        return mark
    start = _nearest(text, mark.quote, mark.start) if moves and mark.quote else None
    if start is None:
        raise InputError(
            f"marks: found {mark.quote[:60]!r}, which does not stand in the answer at {mark.start} to {mark.end}. "
            "Remove the mark and make it again."
        )
    return replace(mark, start=start, end=start + len(mark.quote))


def _given(mark: MarkEntry) -> Json:
    """Return the fields that hold something."""
    return {name: value for name, value in asdict(mark).items() if value not in ("", None)}


def may_mark(labels: Mapping[str, Any], rubric: Rubric) -> bool:
    """Return whether some label says that something is wrong; always in a rubric that cannot say so. Pure."""
    worse = {name: values for name, values in not_fine(rubric).items() if values}
    given = {name: [value] if isinstance(value, str) else list(value or ()) for name, value in labels.items()}
    return not worse or any(set(given.get(name, ())) & set(values) for name, values in worse.items())


def answer_of(item: Item, messages: Sequence[Message]) -> tuple[int, str]:
    """Return the place and text of the answer under review: the target turn, else the last answer; (-1, "") without."""
    spoken = [k for k, m in enumerate(messages) if m.get("role") == "assistant" and m.get("content")]
    turn = item.target_turn if item.target_turn is not None else (spoken[-1] if spoken else -1)
    return turn, str(messages[turn].get("content") or "") if 0 <= turn < len(messages) else ""


def placed(marks: Sequence[Json] | None, item: Item, conversation: Conversation) -> list[MarkPayload]:
    """Return stored marks with their places in the answer as it is shown now. Pure."""
    _, text = answer_of(item, conversation.messages)
    return [_placed(mark, text) for mark in marks or ()]


def _placed(mark: Json, text: str) -> MarkPayload:
    quote = str(mark["quote"])
    start = _nearest(text, quote, int(mark["start"]))
    found: MarkPayload = {"start": start, "end": None if start is None else start + len(quote), "quote": quote}
    if mark.get("proof"):
        found["proof"] = mark["proof"]
    if mark.get("source"):
        found["source"] = mark["source"]
    if mark.get("passage") is not None:
        found["passage"] = mark["passage"]
    return found


def _nearest(text: str, quote: str, start: int) -> int | None:
    """Return where a quote stands nearest to a place, None when it does not stand in the text."""
    before, after = text.rfind(quote, 0, start + len(quote)), text.find(quote, start)
    places = [at for at in (before, after) if at >= 0]
    return min(places, key=lambda at: abs(at - start)) if places else None


def source_words(mark: Mapping[str, Any]) -> str:
    """Return where the proof of a mark stands: "passage 2", an address or a document; "" without. Pure."""
    passage = mark.get("passage")
    return ", ".join(part for part in ("" if passage is None else f"passage {passage + 1}", mark.get("source")) if part)
