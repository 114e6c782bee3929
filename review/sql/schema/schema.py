"""A schema: tables with their columns, types and keys, from whatever described them."""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from review.sql.text.dialects import folded

Key = frozenset[str]
UNSAID = ("public", "default", "main")
"""Databases that a name stands in where it names none, in PostgreSQL, ClickHouse, SQLite and DuckDB."""


@dataclass(frozen=True, kw_only=True)
class Table:
    """One table or view.

    ``columns`` are types by name, "" where the type is unknown. ``keys`` are sets of columns whose values do not
    repeat, in folded names. With ``keys_known`` there are no other keys; ClickHouse, for one, declares none. An
    ``open`` table may have columns that are not listed. ``definition`` is the query of a view, "" where its text is not
    known, None for a table.

    A table may show what stands in others, which it names with their database: ``kin`` are its partitions and the
    tables that it is a part of, ``shows`` are those that it reads when it is read, or is written from. Columns
    go by their names, but in an ``opaque`` table each may hold anything of them. ``made_from`` are the expressions of
    generated columns.
    """

    name: str
    columns: Mapping[str, str]
    database: str = ""
    keys: tuple[Key, ...] = ()
    keys_known: bool = True
    open: bool = False
    definition: str | None = None
    kin: tuple[str, ...] = ()
    shows: tuple[str, ...] = ()
    opaque: bool = False
    made_from: Mapping[str, str] = field(default_factory=dict)

    @property
    def full_name(self) -> str:
        """The name with its database in front, where it has one."""
        return f"{self.database}.{self.name}" if self.database else self.name

    @property
    def names(self) -> set[str]:
        """Every name by which a project may call it: alone, with its database, or with the one that goes unsaid."""
        unsaid = () if self.database else UNSAID
        return {self.name, self.full_name, *(f"{database}.{self.name}" for database in unsaid)}


@dataclass(frozen=True, kw_only=True)
class Schema:
    """The tables of one database.

    ``exact``: names are as the database has them, so that PostgreSQL finds ``"Orders"`` by its quoted name alone.
    ``databases`` are those whose tables may be written without the database in front. ``functions`` are those that
    somebody made in this database, in lower case: one may have the name of a built-in function and read anything.
    ``catalogue`` are all functions that the engine lists, in lower case, empty where it was not asked.
    ``kept`` is for what was found out about the schema once.
    """

    dialect: str
    tables: tuple[Table, ...]
    exact: bool = False
    databases: tuple[str, ...] = ("",)
    source: str = ""
    functions: frozenset[str] = frozenset()
    catalogue: frozenset[str] = frozenset()
    kept: dict[Any, Any] = field(default_factory=dict, repr=False, compare=False)
    _by_name: dict[str, list[Table]] = field(default_factory=dict, repr=False, compare=False)

    def __post_init__(self) -> None:
        for table in self.tables:
            self._by_name.setdefault(self.fold(table.name, quoted=True), []).append(table)

    def fold(self, name: str, *, quoted: bool = False) -> str:
        """Return the form under which this schema keeps a name."""
        return folded(name, self.dialect, quoted=quoted and self.exact)

    def table(self, name: str, database: str = "", *, quoted: bool = False) -> Table | None:
        """Return the table that a statement names, or None."""
        found = self._by_name.get(self.fold(name, quoted=quoted), [])
        if database:
            wanted = self.fold(database)
            return next((t for t in found if self.fold(t.database or "main", quoted=True) == wanted), None) or next(
                (t for t in found if not t.database and wanted in UNSAID), None
            )
        return next((t for place in self.databases for t in found if t.database == place), None)

    def nearest_table(self, name: str) -> str | None:
        """Return the name of the table that is spelled most like ``name``."""
        return nearest(name, (t.name for t in self.tables))

    def with_keys(self, keys: Mapping[str, Iterable[Iterable[str]]]) -> Schema:
        """Return the schema with declared keys added. A table with a declared key has no unknown ones."""
        added = {
            self.fold(name): tuple(frozenset(self.fold(c) for c in key) for key in some) for name, some in keys.items()
        }
        tables = tuple(
            replace(t, keys_known=True, keys=(*t.keys, *added[self.fold(t.name)]))
            if self.fold(t.name) in added else t
            for t in self.tables
        )  # fmt: skip
        return replace(self, tables=tables, kept={}, _by_name={})

    def __iter__(self) -> Iterator[Table]:
        return iter(self.tables)


def nearest(name: str, names: Iterable[str]) -> str | None:
    """Return the name that is spelled most like ``name``, or None when none is near."""
    by_fold: dict[str, str] = {}
    for other in names:
        by_fold.setdefault(other.lower(), other)
    found = difflib.get_close_matches(name.lower(), by_fold, n=1, cutoff=0.6)
    return by_fold[found[0]] if found else None
