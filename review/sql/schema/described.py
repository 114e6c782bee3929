"""Schemas from JSON: the form of BIRD mini-dev, the tables.json of Spider and BIRD, and that of Defog."""

from __future__ import annotations

import codecs
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import orjson

from review.basics.errors import InputError
from review.sql.schema.schema import Schema, Table
from review.sql.text.dialects import folded

_EXPECTED = (
    "expected databases with tables and columns, as BIRD writes them ({database: {tables: {name: {columns: [...]}}}}), "
    "a tables.json of Spider or BIRD, or Defog's table_metadata"
)


def schemas_in_json(path: Path, dialect: str) -> dict[str, Schema]:
    """Return the schemas of a JSON file by the name of the database. Raises InputError for another form."""
    try:
        data = orjson.loads(path.read_bytes().removeprefix(codecs.BOM_UTF8))
    except orjson.JSONDecodeError as error:
        raise InputError(f"{path}: not readable as JSON ({error}).") from None
    try:
        found = dict(_databases(data, path.stem, dialect))
    except (KeyError, TypeError, AttributeError, IndexError) as error:
        raise InputError(f"{path}: found another form ({type(error).__name__}: {error}), {_EXPECTED}.") from None
    if not found:
        raise InputError(f"{path}: found no database, {_EXPECTED}.")
    return {
        name: Schema(dialect=dialect, tables=tuple(tables), source=str(path))
        for name, tables in found.items()
    }  # fmt: skip


def _databases(data: Any, name: str, dialect: str) -> Iterator[tuple[str, list[Table]]]:
    if isinstance(data, list):
        for database in data:
            yield str(database["db_id"]), list(_spider(database, dialect))
    elif "table_metadata" in data:
        yield name, [_defog(table, columns) for table, columns in data["table_metadata"].items()]
    elif isinstance(data.get("tables"), Mapping | list):
        yield str(data.get("name", name)), list(_bird(data["tables"], dialect))
    else:
        for database, content in data.items():
            yield str(database), list(_bird(content["tables"], dialect))


def _bird(tables: Any, dialect: str) -> Iterator[Table]:
    named = list(tables.items()) if isinstance(tables, Mapping) else [(t["name"], t) for t in tables]
    targets: dict[str, list[str]] = {}
    for _, table in named:
        for column in _rows(table):
            for link in column.get("foreign_keys") or []:
                targets.setdefault(folded(str(link["target_table"]), dialect), []).append(str(link["target_column"]))
    for name, table in named:
        rows = _rows(table)
        primary = frozenset(folded(c["name"], dialect) for c in rows if c.get("primary_key"))
        single = [frozenset({folded(c["name"], dialect)}) for c in rows if c.get("unique")]
        # What foreign keys point at is a key, whether the file says so or not.
        single += [frozenset({folded(c, dialect)}) for c in targets.get(folded(str(name), dialect), [])]
        keys = tuple(dict.fromkeys([*([primary] if primary else []), *single]))
        types = {str(c["name"]): str(c.get("type") or c.get("data_type") or "") for c in rows}
        yield Table(name=str(table.get("name", name)), columns=types, keys=keys, keys_known=bool(keys))


def _rows(table: Mapping[str, Any]) -> list[Any]:
    columns = table["columns"]
    return list(columns.values()) if isinstance(columns, Mapping) else list(columns)


def _spider(database: Mapping[str, Any], dialect: str) -> Iterator[Table]:
    columns, kinds = database["column_names_original"], database.get("column_types", [])
    primary = [k if isinstance(k, list) else [k] for k in database.get("primary_keys", [])]
    primary += [[target] for _, target in database.get("foreign_keys", [])]
    for number, name in enumerate(database["table_names_original"]):
        types = {
            str(column): str(kinds[at]) if at < len(kinds) else ""
            for at, (table, column) in enumerate(columns)
            if table == number
        }
        keys = tuple(
            frozenset(folded(str(columns[c][1]), dialect) for c in key)
            for key in primary
            if all(columns[c][0] == number for c in key)
        )
        yield Table(name=str(name), columns=types, keys=keys, keys_known=bool(keys))


def _defog(name: str, columns: Any) -> Table:
    types = {str(c["column_name"]): str(c.get("data_type", "")) for c in columns}
    database, _, bare = name.rpartition(".")
    return Table(name=bare, database=database, columns=types, keys_known=False)
