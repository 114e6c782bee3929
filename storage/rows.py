"""Records as rows of their table and back: the columns, the statement that inserts a record, and the JSON of fields."""

from __future__ import annotations

import dataclasses
import types
import typing
from collections.abc import Callable, Sequence
from functools import cache
from typing import Any, TypeVar

import orjson

from storage.records import KEYS

R = TypeVar("R")


@cache
def fields(record: Any) -> tuple[Any, ...]:
    """Return the fields of a record class."""
    return dataclasses.fields(record)


@cache
def columns(record: Any) -> str:
    """Return the columns of a record class, quoted, for a statement."""
    return ", ".join(f'"{f.name}"' for f in fields(record))


@cache
def insert_sql(record: Any) -> str:
    """Return the statement that inserts a record unless its primary key exists, and gives the row back if it is new."""
    table, key = KEYS[record]
    marks = ", ".join("?" for _ in fields(record))
    given = f'INSERT INTO "{table}" ({columns(record)}) VALUES ({marks})'  # noqa: S608 - names come from our dataclasses
    return f'{given} ON CONFLICT ("{key}") DO NOTHING RETURNING {columns(record)}'


AS_IT_IS = frozenset({str, int, float, type(None), bytes})


def encode(value: Any) -> Any:
    """Return the value of a field as it is stored: JSON text for a dict, list or tuple."""
    if value.__class__ in AS_IT_IS:  # most fields of thousands of rows
        return value
    if isinstance(value, bool):
        return int(value)
    if isinstance(value, dict | list | tuple):
        return orjson.dumps(value).decode()
    return value


def decode(record: type[R], row: Sequence[Any]) -> R:
    """Return the record of a row that has all columns in the order of the fields."""
    kind: Any = record
    made: R = reader(kind)(row)
    return made


@cache
def reader(record: Any, names: tuple[str, ...] = ()) -> Callable[[Sequence[Any]], Any]:
    """Return the function that makes a record of a row with all columns: those in ``names``, else as the fields stand.

    Other columns are left out: a newer version may have added them while this one still runs.

    Records run no code of their own when they are made, so they are filled directly: of thousands of rows that takes
    half the time.
    """
    readers = _decoders(record)
    found = names or tuple(readers)
    if not readers.keys() <= set(found):
        raise ValueError(f"{record.__name__} has the columns {', '.join(readers)}; found {', '.join(found)}")
    columns_read = [(place, name, readers[name]) for place, name in enumerate(found) if readers.get(name)]
    order, fields_in_order = [found.index(name) for name in readers], tuple(readers)
    as_is = order == list(range(len(found)))
    make = object.__new__

    def read(row: Sequence[Any]) -> Any:
        made = make(record)
        cells = made.__dict__
        cells.update(zip(fields_in_order, row if as_is else [row[place] for place in order], strict=True))
        for place, name, read_cell in columns_read:
            if row[place] is not None:
                cells[name] = read_cell(row[place])
        return made

    return read


@cache
def _decoders(record: Any) -> dict[str, Any]:
    hints = typing.get_type_hints(record)
    return {f.name: _decoder(hints[f.name]) for f in fields(record)}


def _decoder(hint: Any) -> Any:
    """Return the function that reads a stored value of this type, None when it is stored as it is."""
    if isinstance(hint, types.UnionType):
        hint = next(a for a in typing.get_args(hint) if a is not type(None))
    origin = typing.get_origin(hint) or hint
    if origin is tuple:
        return lambda text: tuple(orjson.loads(text))
    if origin is dict or typing.is_typeddict(origin):
        return orjson.loads
    return bool if origin is bool else None
