"""The id of an erased reviewer, which may say a name: an anonymous one takes its place wherever rows name the person.

Votes, agreement and the audit chain go on with the anonymous id. All of it is one transaction, whose entries list every
row with its digests before and after.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

import orjson

from review.audit.erased_rows import record_emptied
from review.erasure.person import Person
from review.erasure.texts import LEAST_NAME
from storage.queries.audit import all_rows
from storage.queries.erasing import Emptied, copy_under, drop_copied, empty_rows
from storage.records import KEYS
from storage.records_log import Conversation
from storage.records_people import AuditEntry, Rater, RoleRequest
from storage.rows import encode, fields
from storage.store import Store

PLACE = "reviewer id"
NAMING = frozenset(
    (
        *("by", "actor", "rater", "rater_id", "raters", "adjudicator", "approved_by", "opened_by", "created_by"),
        *("owner", "recipient", "to", "raised_by", "asked_by", "confirmed_by"),
    )
)
"""Columns, and fields of JSON in a column, that name people by their ids."""
ALSO: Mapping[type, frozenset[str]] = {AuditEntry: frozenset(("subject",)), RoleRequest: frozenset(("name",))}
"""Columns that name people among other things."""
Changes = dict[Any, dict[str, Any]]


def tells(reviewer: str) -> bool:
    """Whether an id is more than a word, so that it can be looked for in texts without meeting somebody else's word."""
    return len(reviewer) >= LEAST_NAME and re.search(r"[\W\d_]", reviewer) is not None


def rows_naming(store: Store, person: Person) -> int:
    """Return how many rows name an erased reviewer by the former id."""
    if not person.reviewer:
        return 0
    return sum(len(_naming(store, person, record)) for record in KEYS) + (store.get(Rater, person.reviewer) is not None)


def rename(store: Store, person: Person, by: str) -> int:
    """Put the anonymous id in the place of the former one; return how many rows named it."""
    if not person.reviewer:
        return 0
    with store.transaction():
        if store.get(Rater, person.reviewer) is None:
            return 0
        copy_under(store, Rater, person.reviewer, person.alias)
        n = sum(_rename_in(store, person, record, by=by) for record in KEYS if record not in (Rater, AuditEntry))
        row, relisted = drop_copied(store, Rater, person.reviewer, person.alias)
        table = KEYS[Rater][0]
        _record(store, person, table, [row], by=by, relisted={table: relisted})
        n += _rename_in(store, person, Rater, by=by) + _rename_in(store, person, AuditEntry, by=by)
    return n + 1


def _rename_in(store: Store, person: Person, record: type, *, by: str) -> int:
    rows = empty_rows(store, record, _naming(store, person, record))
    _record(store, person, KEYS[record][0], rows, by=by)
    return len(rows)


def _record(store: Store, person: Person, table: str, rows: Sequence[Emptied], *, by: str, **more: Any) -> None:
    record_emptied(store, by, person.request, place=PLACE, emptied={table: rows}, **more)


def _naming(store: Store, person: Person, record: type) -> Changes:
    """Return by key of a row the columns that name the reviewer, with the anonymous id, as stored."""
    if record is Conversation:  # what users and the product said names nobody by an id of ours
        return {}
    names = tuple(f.name for f in fields(record))
    key, plain = names.index(KEYS[record][1]), NAMING | ALSO.get(record, frozenset())
    old, new = person.reviewer, person.alias
    quoted = orjson.dumps(old).decode()
    found: Changes = {}
    for row in all_rows(store, record):
        given = {}
        for name, cell in zip(names, row, strict=True):
            if not isinstance(cell, str) or name == KEYS[record][1]:
                continue
            if cell == old and name in plain:
                given[name] = new
            elif quoted in cell and cell[:1] in "{[":
                after = _in_json(cell, name, old, new)
                if after != cell:
                    given[name] = after
        if given:
            found[row[key]] = given
    return found


def _in_json(cell: str, name: str, old: str, new: str) -> str:
    try:
        value = orjson.loads(cell)
    except orjson.JSONDecodeError:  # a text that begins like JSON
        return cell
    after = _renamed(value, name, old, new)
    return cell if after == value else str(encode(after))


def _renamed(value: Any, name: str, old: str, new: str) -> Any:
    """Return a value of JSON in which fields that name people say ``new`` for ``old``; ``name`` is its field."""
    if isinstance(value, dict):
        return {key: _renamed(inner, key, old, new) for key, inner in value.items()}
    if isinstance(value, list):
        return [_renamed(inner, name, old, new) for inner in value]
    return new if name in NAMING and value == old else value
