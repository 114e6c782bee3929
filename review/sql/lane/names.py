"""Tables and columns that a project names in its settings, against those that its schemas have.

A name with a typing error would never apply: an excluded column would be let through, a demanded table never be found.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping

from review.basics.errors import InputError
from review.sql.rules.policy import Policy
from review.sql.schema.schema import Schema, nearest
from review.sql.schema.types import family


def check_names(
    policy: Policy, words: Mapping[str, tuple[str, ...]], keys: Iterable[str], schemas: Collection[Schema]
) -> None:
    """Refuse settings that name a table or column which none of the schemas has.

    ``words`` are patterns of questions with the tables they demand, ``keys`` the tables whose keys are declared. Where
    a schema does not list all columns, columns are not checked. Raises InputError with the nearest name.
    """
    every = [table for schema in schemas for table in schema.tables]
    if not every:
        return
    tables = {name for table in every for name in table.names}
    columns = {c for t in every for c in t.columns} | {f"{n}.{c}" for t in every for n in t.names for c in t.columns}
    holders = {
        name for t in every for c, kind in t.columns.items() if family(kind) in ("document", "array")
        for name in (c, *(f"{n}.{c}" for n in t.names))
    }  # fmt: skip
    for pattern, names in words.items():
        for name in names:
            _known(f"sql.words.{pattern!r}", name, tables)
    for setting in ("required_tables", "forbidden_tables", "tables"):
        for name in sorted(getattr(policy, setting) or ()):
            _known(f"sql.{setting}", name, tables)
    for name in keys:
        _known("sql.keys", name, tables)
    for setting in () if any(table.open for table in every) else ("required_columns", "forbidden_columns"):
        for name in getattr(policy, setting):
            _known(f"sql.{setting}", _whole(name, columns, holders), columns)


def _whole(name: str, columns: Collection[str], holders: Collection[str]) -> str:
    """The column that holds what a name with dots names, as ``address`` holds ``address.city``; else the name."""
    if name.lower() in {column.lower() for column in columns}:
        return name
    holder = name.rpartition(".")[0]
    return holder if holder.lower() in {one.lower() for one in holders} else name


def _known(where: str, name: str, names: Collection[str]) -> None:
    low = name.lower().replace('"', "")
    if not any(low == one.lower() for one in names):
        near = nearest(low, names) or nearest(low.rpartition(".")[2], names)
        hint = f" Nearest: '{near}'." if near else ""
        raise InputError(f"spotcheck.toml, {where}: found '{name}', which the database does not have.{hint}")
