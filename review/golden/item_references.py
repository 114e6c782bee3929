"""The reference of an item's query: what an adjudicator wrote, golden examples of the same question, or the log.

A golden example that keeps the item's own query as its reference says nothing: people called that very query right.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import date
from typing import NamedTuple

from review.golden.content import Asked, asked
from review.golden.examples import current_examples
from review.privacy.hidden_spans import conversations
from review.sql.semantic.windows import windows_in
from storage.queries.items import adjudications_of_week
from storage.records_golden import GoldenExample
from storage.records_log import Conversation
from storage.records_weeks import Item
from storage.store import Store

IN_LOG = "reference_sql"
"""The field of a conversation's metadata that holds the reference of its query."""
_LONG_AGO = date(1990, 1, 3)


class Reference(NamedTuple):
    """One or several statements, and in words where they come from."""

    sql: str
    source: str


def references_of(store: Store, items: Sequence[Item]) -> dict[str, Reference]:
    """Return the reference of each item that has a query and a reference, by item."""
    talks = conversations(store, [i.conversation_id for i in items])
    decided = {a.item_id: a.reference_sql for w in {i.week for i in items} for a in adjudications_of_week(store, w)}
    examples = [e for e in current_examples(store) if str(e.content["reference_sql"] or "").strip()]
    by_item: dict[str, list[GoldenExample]] = {}
    by_question: dict[str, list[GoldenExample]] = {}
    for e in examples:
        by_item.setdefault(e.item_id, []).append(e)
        if not any(turn["role"] == "user" for turn in e.content["prior_turns"]):
            by_question.setdefault(same_words(e.content["question"]), []).append(e)
    found = {}
    for item in items:
        talk = talks.get(item.conversation_id)
        part = asked(talk, item) if talk else None
        if talk is None or part is None or not (part.sql or "").strip():
            continue
        reference = (
            _written(decided.get(item.id, ""))
            or _golden([e for e in by_item.get(item.id, ()) if not _is_own(e, part)])
            or _golden(_alike(part, talk, item, by_question))
            or _logged(talk)
        )
        if reference is not None:
            found[item.id] = reference
    return found


def same_words(question: str) -> str:
    """Return a question as it is compared: without case, spaces at the ends, and punctuation at its end."""
    return " ".join(unicodedata.normalize("NFKC", question).casefold().split()).rstrip(" ?.!")


def _is_own(example: GoldenExample, part: Asked) -> bool:
    return str(example.content["reference_sql"]).split() == (part.sql or "").split()


def _alike(
    part: Asked, talk: Conversation, item: Item, by_question: Mapping[str, Collection[GoldenExample]]
) -> list[GoldenExample]:
    """Return the examples of other items with the same question, where it means the same time."""
    if any(turn["role"] == "user" for turn in part.prior_turns):
        return []
    day = _day(talk.created_at or "")
    return [
        e
        for e in by_question.get(same_words(part.question), ())
        if e.item_id != item.id and _same_time(part.question, day, _day(e.content["as_of"]))
    ]


def _same_time(question: str, day: date | None, as_of: date | None) -> bool:
    """Whether a question names no time that depends on today, or the same time on both days."""
    there = windows_in(question, day or _LONG_AGO)
    if there == windows_in(question, date(2001, 6, 15)):
        return True
    return day is not None and as_of is not None and there == windows_in(question, as_of)


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text[:10])
    except ValueError:
        return None


def _written(sql: str) -> Reference | None:
    return Reference(sql.strip(), "written by an adjudicator") if sql.strip() else None


def _golden(examples: Iterable[GoldenExample]) -> Reference | None:
    listed = list(examples)
    statements = dict.fromkeys(str(e.content["reference_sql"]).strip().rstrip(";") for e in listed)
    names = ", ".join(e.example_id for e in listed[:3]) + (" and others" if len(listed) > 3 else "")
    return Reference(";\n".join(statements), f"golden example {names}") if listed else None


def _logged(talk: Conversation) -> Reference | None:
    sql = talk.metadata.get(IN_LOG) if talk.metadata else None
    return Reference(sql.strip(), "from the log") if isinstance(sql, str) and sql.strip() else None
