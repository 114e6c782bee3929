"""Empty the tables of the store: what each row loses is decided from the row alone, then written with its entry."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict
from typing import Any

import orjson

from review.audit.erased_rows import record_emptied
from review.basics.leaves import leaves
from review.basics.log_paths import log_of
from review.erasure.person import Person
from review.erasure.rules import rule_of, searched_columns
from review.erasure.texts import Finder
from review.erasure.words import prose_changes
from review.golden.erased_examples import NOTE
from review.golden.tombstones import is_tombstone, tombstone
from review.log.erasing import Leaving, shared_values
from review.privacy.erased import blanked, erased_conversation
from storage.queries.audit import all_rows
from storage.queries.erasing import empty_rows
from storage.records import KEYS
from storage.records_experiments import ExperimentAnswer
from storage.records_failures import GoldenProposal
from storage.records_golden import GoldenExample, ReleaseExample
from storage.records_judges import JudgeCall
from storage.records_log import ERASED_HASH, Conversation
from storage.records_people import Invitation, Rater, RoleRequest, RubricVersion
from storage.rows import encode, fields
from storage.store import Store

Changes = dict[Any, dict[str, Any]]
"""By key of a row: the columns that change, and their new values as stored."""
AT_ONCE = 2_000
NOBODY = "erased reviewer"
"""Begins the name of an erased reviewer."""
UNREAD = (GoldenExample, ReleaseExample, GoldenProposal)
"""Records whose ``content`` is a golden example."""


def leaving_of(store: Store, person: Person) -> Leaving:
    """Return what of a person leaves the log, and the values that stay because others have them."""
    if person.leaving is not None:
        return person.leaving
    values = {text for row in store.find(RubricVersion) for text in leaves(row.document)}
    shared = shared_values(log_of(store.path), person.conversations)
    return Leaving(
        conversations=person.conversations, users=person.users, alias=person.alias, values=values, shared=shared
    )


def changes_in(store: Store, person: Person, record: type) -> Changes:
    """Return what the rows of a table lose; a table that was emptied already has none."""
    found = dict(_about(store, person, record))
    names = tuple(f.name for f in fields(record))
    columns = searched_columns(record, names)
    if columns and person.texts:
        finder, key = Finder(person.texts), names.index(KEYS[record][1])
        places = [names.index(column) for column in columns]
        for row in _quoting(store, record, finder, places):
            given = found.setdefault(row[key], {})
            for place in places:
                before = given.get(names[place], row[place])
                after = _unquoted(before, finder)
                if after != before:
                    given[names[place]] = after
    for key, given in prose_changes(store, person, record, found):
        found[key] = found.get(key, {}) | given
    return {key: given for key, given in found.items() if given}


def texts_about(store: Store, person: Person, record: type) -> tuple[list[Any], list[Any]]:
    """Return the values that are copied elsewhere, of the rows about the person and of all other rows."""
    key, names = KEYS[record][1], rule_of(record).copied
    changes = dict(_about(store, person, record))
    rows: list[Any] = store.find(record) if changes else []
    about, others = list[Any](), list[Any]()
    for row in rows:
        given = changes.get(getattr(row, key))
        (others if given is None else about).extend(getattr(row, name) for name in names)
    return about, others


def _about(store: Store, person: Person, record: type) -> Iterator[tuple[Any, dict[str, Any]]]:
    """Yield (key, columns that change) of the rows that are about the person."""
    rule, key = rule_of(record), KEYS[record][1]
    names = person.names()
    if "answers" in rule.by.values():
        names["answers"] = frozenset(a.id for a in store.find(ExperimentAnswer, case_id=sorted(person.examples)))
    leaving = leaving_of(store, person) if record is Conversation else None
    for column, kind in rule.by.items():
        where: Any = {column: sorted(names[kind])}
        rows: list[Any] = store.find(record, **where) if names[kind] else []
        for row in rows:
            new = _conversation(row, leaving) if leaving else {n: _emptied(row, n) for n in rule.texts}
            given = {n: v for n, v in new.items() if v != encode(getattr(row, n))}
            if given:
                yield getattr(row, key), given


def _conversation(row: Any, leaving: Leaving) -> dict[str, Any]:
    """Return the columns of a conversation as the log keeps its row too."""
    if row.content_hash == ERASED_HASH and row.user_id not in leaving.users:
        return {}
    left = asdict(erased_conversation(row, leaving.values))
    left["user_id"] = leaving.alias if row.user_id in leaving.users else row.user_id
    left |= {name: leaving.category(name, left[name]) for name in ("error_type", "language")}
    return {name: encode(value) for name, value in left.items()}


def _emptied(row: Any, name: str) -> Any:
    """Return what is left of one column of a row about the person, as stored."""
    value = getattr(row, name)
    if isinstance(row, UNREAD) and name == "content":
        return encode(value if is_tombstone(value) else tombstone(value))
    if isinstance(row, Rater | RoleRequest) and name != "name":  # a login that is gone
        return ""
    if isinstance(row, Rater | Invitation):
        reviewer = row.id if isinstance(row, Rater) else row.rater_id
        return f"{NOBODY} {reviewer.rpartition('-')[2][:4]}"
    if isinstance(row, JudgeCall | ExperimentAnswer):  # replies and answers that are reused must have a content
        return encode({})
    return encode(value) if not value or value == NOTE else encode(blanked(value))


def _quoting(store: Store, record: type, finder: Finder, places: Sequence[int]) -> Iterator[Sequence[Any]]:
    """Yield the rows in whose columns one of the texts stands."""
    batch: list[Sequence[Any]] = []
    for row in all_rows(store, record):
        batch.append(row)
        if len(batch) == AT_ONCE:
            yield from _hits(batch, finder, places)
            batch = []
    yield from _hits(batch, finder, places)


def _hits(batch: Sequence[Sequence[Any]], finder: Finder, places: Sequence[int]) -> Iterator[Sequence[Any]]:
    said = ["\0".join(_plain(row[p]) for p in places if isinstance(row[p], str)) for row in batch]
    return (batch[n] for n in finder.places(said))


def _plain(cell: str) -> str:
    value = _json(cell)
    return cell if value is None else "\0".join(leaves(value))


def _json(cell: str) -> Any:
    if cell[:1] not in "{[":
        return None
    try:
        return orjson.loads(cell)
    except orjson.JSONDecodeError:
        return None


def _unquoted(cell: Any, finder: Finder) -> Any:
    """Return a stored cell without the texts."""
    if not isinstance(cell, str):
        return cell
    value = _json(cell)
    if value is None:
        return finder.without(cell)
    after = finder.without(value)
    return cell if after == value else encode(after)


def empty_table(store: Store, person: Person, record: type, *, by: str) -> int:
    """Empty the rows of a table, with the entry that lists them; return how many."""
    with store.transaction():
        changes: Mapping[Any, Mapping[str, Any]] = changes_in(store, person, record)
        rows = empty_rows(store, record, changes)
        table = KEYS[record][0]
        record_emptied(store, by, person.request, place=table, emptied={table: rows})
    return len(rows)


def count_in(store: Store, person: Person, record: type) -> int:
    """Return how many rows of a table still hold something of the person."""
    return len(changes_in(store, person, record))
