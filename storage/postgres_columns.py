"""What the records say about the columns of their tables: which hold JSON, and which can be NULL."""

from __future__ import annotations

import types
import typing

from storage.records import KEYS


def _may_be_null(hint: object) -> bool:
    return isinstance(hint, types.UnionType) and type(None) in typing.get_args(hint)


def _is_json(hint: object) -> bool:
    kinds = [a for a in typing.get_args(hint) if a is not type(None)] if isinstance(hint, types.UnionType) else [hint]
    return any((typing.get_origin(kind) or kind) in (tuple, dict) or typing.is_typeddict(kind) for kind in kinds)


_HINTS = {KEYS[record][0]: typing.get_type_hints(record) for record in KEYS}

NULLABLE: frozenset[str] = frozenset(
    name for hints in _HINTS.values() for name, hint in hints.items() if _may_be_null(hint)
)
"""Names of columns that can be NULL in some table."""

JSON: dict[str, frozenset[str]] = {
    table: frozenset(name for name, hint in hints.items() if _is_json(hint)) for table, hints in _HINTS.items()
}
"""The columns that hold JSON, by table."""
