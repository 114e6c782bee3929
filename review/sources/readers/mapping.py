"""Rename fields and translate values of a source: ``--map field=dotted.path`` and ``--value field:raw=value``."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from review.basics.errors import InputError
from review.basics.words import meant
from review.sources.readers import plain
from review.sources.readers.fields import Record, as_json_text, parsed

_ABSENT = object()


def parse_mapping(options: Iterable[str], *, further: Iterable[str] = ()) -> dict[str, str]:
    """Read ``question=input.text`` options as a dict; raises InputError for an unknown field or a missing path.

    ``further`` are fields that may be named besides those of a plain log.
    """
    mapping = {}
    for option in options:
        field, equals, path = (part.strip() for part in option.partition("="))
        if not equals or not path:
            raise InputError(f"--map: found '{option}', expected FIELD=PATH such as question=input.text.")
        mapping[field] = path
    return check_mapping(mapping, further=further)


def check_mapping(mapping: Mapping[str, str], *, further: Iterable[str] = ()) -> dict[str, str]:
    """Return the mapping if all its fields exist; raises InputError otherwise."""
    known = plain.FIELDS | set(further)
    unknown = sorted(set(mapping) - known)
    if unknown:
        near = meant(unknown[0], known)
        raise InputError(f"--map: there is no field '{unknown[0]}'{near}; expected one of {', '.join(sorted(known))}.")
    return dict(mapping)


def parse_values(options: Iterable[str]) -> dict[str, dict[str, str]]:
    """Read ``feedback:good=up`` options as tables; raises InputError for an unknown field or a missing value."""
    tables: dict[str, dict[str, str]] = {}
    for option in options:
        field, colon, pair = option.partition(":")
        raw, equals, value = pair.partition("=")
        if not colon or not equals or not raw.strip():
            raise InputError(f"--value: found '{option}', expected FIELD:RAW=VALUE such as feedback:good=up.")
        tables.setdefault(field.strip(), {})[raw.strip()] = value.strip()
    unknown = sorted(set(tables) - plain.FIELDS)
    if unknown:
        raise InputError(
            f"--value: there is no field '{unknown[0]}'{meant(unknown[0], plain.FIELDS)}; expected one of "
            f"{', '.join(sorted(plain.FIELDS))}."
        )
    return tables


def _walk(node: Any, path: str) -> Any:
    if isinstance(node, Mapping) and path in node:
        return node[path]
    head, dot, rest = path.partition(".")
    node = parsed(node)
    if isinstance(node, Mapping):
        child = node.get(head, _ABSENT)
    elif isinstance(node, list | tuple) and head.isdigit() and int(head) < len(node):
        child = node[int(head)]
    else:
        return _ABSENT
    return child if not dot or child is _ABSENT else _walk(child, rest)


def picked(record: Record, mapping: Mapping[str, str]) -> dict[str, Any]:
    """Return the mapped fields that the record has.

    A path is dotted: a key that contains dots wins, numbers index lists, and JSON text is opened.
    """
    found = {field: _walk(record, path) for field, path in mapping.items()}
    return {field: value for field, value in found.items() if value is not _ABSENT}


def renamed(record: Record, mapping: Mapping[str, str]) -> dict[str, Any]:
    """Return the record with the mapped fields under our names; a renamed column loses its old name."""
    found = picked(record, mapping)
    moved = {mapping[field] for field in found}
    return {**{name: value for name, value in record.items() if name not in moved}, **found}


def translated(fields: dict[str, Any], tables: Mapping[str, Mapping[str, str]]) -> dict[str, Any]:
    """Replace values by the tables, in place, and return the fields; a value that is in no table stays."""
    for field, table in tables.items():
        raw = fields.get(field)
        if raw is not None and not isinstance(raw, list | dict):
            fields[field] = table.get(_raw_text(raw), raw)
    return fields


def _raw_text(raw: Any) -> str:
    return raw.strip() if isinstance(raw, str) else as_json_text(raw)
