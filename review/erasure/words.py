"""The single word that an erased reviewer was known by, in what colleagues wrote: "ana is right", "ask @ana".

Any text may hold the word of somebody else, so it is looked for as a whole word, and only where colleagues write in
their own words. A word that the conversations or the rubric use themselves, such as "mark", is an ordinary one: there
only a mention with @ is surely the person.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict
from typing import Any

from review.basics.leaves import leaves
from review.basics.words import counted
from review.erasure.person import Person
from review.erasure.reviewer_id import tells
from review.erasure.rules import rule_of
from storage.queries.audit import all_rows
from storage.records import KEYS
from storage.records_judges import JudgeResult
from storage.records_log import Conversation
from storage.records_people import Rater, RubricVersion
from storage.records_review import Verdict
from storage.rows import fields
from storage.store import Store

PROSE = frozenset(("comment", "note", "notes", "reason", "rationale", "sentence", "text"))
"""Columns in which people write in their own words."""
OF_JUDGES = (Verdict, JudgeResult)
LEAST_WORD = 3
"""Letters of the shortest word that can be told from ordinary ones."""


def prose_of(record: type) -> list[str]:
    """Return the columns of a record in which colleagues write."""
    if record in OF_JUDGES or not rule_of(record).quotes:
        return []
    return [field.name for field in fields(record) if field.name in PROSE]


def word_pattern(store: Store, words: Sequence[str]) -> re.Pattern[str] | None:
    """Return what finds some single words in prose, None without any; ordinary ones are found after an @ alone."""
    if not words:
        return None
    ordinary = {word for word in words if len(word) < LEAST_WORD} | _said(store, words)
    each = [f"{'@' if word in ordinary else '@?'}{re.escape(word)}" for word in words]
    return re.compile(_whole(each), re.IGNORECASE)


def _whole(words: Iterable[str]) -> str:
    """Return the pattern that finds each of some patterns as a whole word."""
    return rf"(?<!\w)(?:{'|'.join(words)})(?!\w)"


def single_words(store: Store, reviewer: str) -> tuple[str, ...]:
    """Return the id and the name of a reviewer where they are single words."""
    row = store.get(Rater, reviewer)
    names = {reviewer} | ({row.name} if row and not re.search(r"[\s@]", row.name.strip()) else set())
    return tuple(sorted({name.strip().casefold() for name in names if name.strip() and not tells(name)}))


def _said(store: Store, words: Sequence[str]) -> set[str]:
    """Return the words that stand in small letters in the rubric or in a conversation of the store."""
    small = {word: re.compile(_whole([re.escape(word.lower())])) for word in words}
    said: set[str] = set()
    rows: list[Any] = [row.document for row in store.find(RubricVersion)]
    rows += [asdict(row) for row in store.find(Conversation)]
    for text in (text for row in rows for text in leaves(row)):
        said |= {word for word, pattern in small.items() if word not in said and pattern.search(text)}
    return said


def prose_changes(
    store: Store, person: Person, record: type, found: Mapping[Any, Mapping[str, Any]]
) -> Iterator[tuple[Any, dict[str, str]]]:
    """Yield (key, columns that change) of the rows in which colleagues named a reviewer by a single word.

    ``found`` are changes of these rows that are known already.
    """
    columns = prose_of(record)
    if not columns or person.word is None:
        return
    names = [field.name for field in fields(record)]
    key, places = names.index(KEYS[record][1]), [names.index(column) for column in columns]
    for row in all_rows(store, record):
        known = found.get(row[key], {})
        said = {names[p]: known.get(names[p], row[p]) for p in places if isinstance(row[p], str)}
        given = {n: new for n, text in said.items() if (new := person.word.sub(person.alias, text)) != text}
        if given:
            yield row[key], given


def read_for_a_word(store: Store, person: Person) -> Iterator[str]:
    """Yield what a proof about a reviewer says of single words: where they were looked for, and where they may be."""
    words = person.single
    if not words or person.word is None:
        return
    yield (
        f"the former {'id or name' if len(words) > 1 else 'id'} was a single word. {person.alias} has taken its place "
        "in every row that names the reviewer, and, where it stood as a whole word, in the comments, notes and reasons "
        "of colleagues. Conversations, what judges wrote, and files outside the store were not searched for it."
    )
    ordinary = [word for word in words if not person.word.fullmatch(word)]
    if ordinary:
        left = _left(store, ordinary)
        where = "; ".join(f"{table}: {counted(n, 'row')}" for table, n in left.items())
        yield (
            "It is also an ordinary word of your conversations, or too short to tell, so that comments, notes and "
            "reasons lost it only after an @. "
            + (f"Read those that still have it: {where}." if left else "None of them has it any more.")
        )


def _left(store: Store, words: Sequence[str]) -> dict[str, int]:
    """Return by table how many rows have one of some words in prose."""
    found: dict[str, int] = {}
    pattern = re.compile(_whole(map(re.escape, words)), re.IGNORECASE)
    for record, (table, _) in KEYS.items():
        names = [field.name for field in fields(record)]
        places = [names.index(column) for column in prose_of(record)]
        rows = all_rows(store, record) if places else ()
        n = sum(any(pattern.search(str(row[p] or "")) for p in places) for row in rows)
        if n:
            found[table] = n
    return found
