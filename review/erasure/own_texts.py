"""Which texts are a person's alone: what they said and were told, without what others have word for word."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

import orjson

from review.basics.errors import InputError
from review.basics.leaves import leaves
from review.basics.log_paths import LogPaths, log_of
from review.erasure.person import Person
from review.erasure.reviewer_id import tells
from review.erasure.rules import RULES
from review.erasure.tables import leaving_of, texts_about
from review.erasure.texts import AT_ONCE, LEAST, LEAST_NAME, PROBE, Finder, names_masked, unescaped, wanted_in
from review.erasure.words import single_words, word_pattern
from review.log.erasing import (
    contents_with,
    conversation_files,
    original_files,
    originals_of,
    rows_with_texts,
    told_files,
)
from review.privacy.originals import unsealed
from storage.records_log import Conversation
from storage.records_people import Rater
from storage.store import Store


def with_texts(store: Store, person: Person, *, before: Collection[str] = (), single: Collection[str] = ()) -> Person:
    """Return the person with the texts to look for everywhere; ``before`` and ``single`` were found earlier."""
    if person.reviewer:
        single_ones = tuple(sorted({*single_words(store, person.reviewer), *single}))
        texts = frozenset(_names_of(store, person.reviewer)) | frozenset(before)
        return replace(person, texts=texts, single=single_ones, word=word_pattern(store, single_ones))
    log = log_of(store.path)
    person = replace(person, leaving=leaving_of(store, person))
    said, masked = set[str](), set[str]()
    originals = dict(_originals(log, person))
    for content in _of_log(store, log, person):
        said.update(wanted_in(content.get("content", content)))
        if content.get("id") in originals and "content" in content:
            masked.update(names_masked(originals[content["id"]], _same_fields(originals, content)))
    for original in originals.values():
        said.update(wanted_in(original))
    for record, rule in RULES.items():
        if rule.copied:
            said |= _copied(store, person, record)
    words = {text for text in said if re.search(r"[^\W\d]", text) and re.search(r"\s", text)}
    given = {person.given} if "@" in person.given or len(person.given) >= LEAST else set()
    found = {text for text in words | masked | given if not _in_ids(text, person)}
    return replace(person, texts=frozenset(found - _shared(store, log, person, found) | set(before)))


def _names_of(store: Store, reviewer: str) -> set[str]:
    """Return the id, the full name and the login of a reviewer, as far as no single word is anybody's."""
    row = store.get(Rater, reviewer)
    told = {row.name: " " in row.name, row.subject: "@" in row.subject, row.id: tells(row.id)} if row else {}
    return {text for text, telling in told.items() if telling and len(text) >= LEAST_NAME}


def _copied(store: Store, person: Person, record: type) -> set[str]:
    """Return what people wrote about the person that is copied elsewhere, without what they wrote about others too."""
    about, others = texts_about(store, person, record)
    found = {text for value in about for text in wanted_in(value)}
    finder, also = Finder(found), ["\0".join(leaves(value)) for value in others]
    return found.difference(*(finder.those_in(also[n]) for n in finder.places(also))) if found else found


def _in_ids(text: str, person: Person) -> bool:
    """Whether a text stands in an id that stays: ids are what rows are found by."""
    return any(text in one for one in person.conversations | person.items)


def _of_log(store: Store, log: LogPaths, person: Person) -> Iterator[Mapping[str, Any]]:
    """Yield what the log says of the conversations, with their content decoded, and late rows."""
    leaving = leaving_of(store, person)
    for path in conversation_files(log):
        for row in rows_with_texts(path, leaving):
            content = {**orjson.loads(row["content"]), "error_message": row["error_message"]}
            yield {"id": row["id"], "content": {**content, "verdicts": orjson.loads(row["verdicts"])}}
    for path in told_files(log):
        for row in rows_with_texts(path, leaving):
            told = [orjson.loads(row[name]) for name in ("lists", "verdicts", "tags") if row[name]]
            yield {"told": told, "error_message": row["error_message"], "feedback": row["feedback"]}


def _originals(log: LogPaths, person: Person) -> Iterator[tuple[str, Mapping[str, Any]]]:
    """Yield the originals that can be read; those that are encrypted with a key that is not here are not."""
    for path in original_files(log):
        for name, encrypted, content in originals_of(path, person.conversations):
            try:
                yield name, unsealed(content, encrypted=encrypted)
            except InputError:
                continue


def _same_fields(originals: Mapping[str, Mapping[str, Any]], row: Mapping[str, Any]) -> dict[str, Any]:
    """Return the masked content with the fields of its original, in the same order."""
    return {name: row["content"].get(name) for name in originals[row["id"]]}


def _shared(store: Store, log: LogPaths, person: Person, texts: Collection[str]) -> set[str]:
    """Return those of the texts that stand in conversations of others, in the log or in the store."""
    shared: set[str] = set()
    if not texts:
        return shared
    finder = Finder(texts)
    for row in store.find(Conversation):
        if row.id not in person.conversations:
            said = "\0".join(leaves(asdict(row)))
            if finder.places([said]):
                shared |= finder.those_in(said)
    for files in (conversation_files(log), told_files(log), original_files(log)):
        left = sorted(set(texts) - shared)
        for start in range(0, len(left), AT_ONCE):
            shared |= _said_by_others(files, person.conversations, set(left[start : start + AT_ONCE]))
    return shared


def _said_by_others(files: Sequence[Path], conversations: Collection[str], texts: set[str]) -> set[str]:
    """Return those of the texts that stand in other conversations of some files."""
    found: set[str] = set()
    while left := texts - found:
        probes = sorted({orjson.dumps(text[:PROBE]).decode()[1:-1] for text in left})
        finder, new = Finder(left), set[str]()
        for content in contents_with(files, "|".join(map(re.escape, probes)), without=conversations):
            new |= finder.those_in(unescaped(content))
            if new:
                break
        if not new:
            break
        found |= new
    return found
