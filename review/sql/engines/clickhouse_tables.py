"""The tables of ClickHouse from its system tables, with what each shows of others.

Tables of the engines Buffer, Distributed, Merge and Alias read others when they are read. A materialized view writes
into another table, of its own or of somebody else's.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import replace

from review.sql.engines.tables import tables_of
from review.sql.schema.schema import Table

QUERY = """SELECT c.database, c.table, c.name, c.type, c.default_expression,
    t.engine, if(t.engine LIKE '%View', t.as_select, NULL),
    if(t.engine = 'MaterializedView', t.create_table_query, if(t.engine LIKE '%MergeTree', '', t.engine_full))
    FROM system.columns AS c LEFT JOIN system.tables AS t ON t.database = c.database AND t.name = c.table
    WHERE c.database NOT IN ('system', 'INFORMATION_SCHEMA', 'information_schema')
    ORDER BY c.database, c.table, c.position"""
CATALOGUE = "SELECT lower(name) FROM system.functions UNION DISTINCT SELECT lower(name) FROM system.table_functions"
_TEXTS = re.compile(r"'((?:[^'\\]|\\.)*)'")
_NAME = r"(?:`(?:[^`\\]|\\.)+`|\w+)"
_TARGET = re.compile(rf"\sTO\s+({_NAME}(?:\.{_NAME})?)\s*\(")
_READING = ("Buffer", "Distributed", "Merge", "Alias", "Dictionary")
"""Engines whose tables read others when they are read."""


def tables_from(rows: Iterable[Sequence[str | None]], usual: str) -> list[Table]:
    """Return the tables of the rows of ``QUERY``; ``usual`` is the database that a name without one stands in."""
    columns: list[tuple[str, str, str, str, str | None]] = []
    views: dict[tuple[str, str], str] = {}
    told: dict[tuple[str, str], tuple[str, str]] = {}
    for database, table, column, kind, expression, engine, select, text in rows:
        at = (str(database), str(table))
        columns.append((*at, str(column), str(kind), expression))
        told[at] = (engine or "", text or "")
        if select is not None:
            views[at] = select
    # Every table is called by its database too, so none is a usual one here.
    tables = tables_of(columns, (), ((*at, select) for at, select in views.items()), usual="")
    found = {(table.database, table.name): table for table in tables}
    for at, (engine, text) in told.items():
        if engine in _READING:
            read = _read_by(engine, text, at[0], list(found), usual)
            # Where nothing tells what it reads, it is a view whose text is not known.
            found[at] = replace(found[at], shows=read) if read is not None else replace(found[at], definition="")
        elif engine == "MaterializedView" and (target := _TARGET.search(text.split(" AS SELECT ", 1)[0])):
            into = _place(target[1], at[0])
            found[at] = replace(found[at], kin=(".".join(into),))
            if into in found:
                found[into] = replace(found[into], shows=(*found[into].shows, found[at].full_name))
        elif at[1].startswith(".inner"):
            found[at] = replace(found[at], definition="")
    return list(found.values())


def _read_by(engine: str, text: str, own: str, every: Sequence[tuple[str, str]], usual: str) -> tuple[str, ...] | None:
    """The tables that a table reads, None where its engine does not say."""
    given = _TEXTS.findall(text.split(" ORDER BY ", 1)[0])
    if engine == "Alias" and len(given) == 1:
        return (".".join(_place(given[0], own)),)
    if engine in ("Buffer", "Alias") and len(given) >= 2:
        return (f"{given[0] or usual}.{given[1]}",)
    if engine == "Distributed" and len(given) >= 3:
        return (f"{given[1] or usual}.{given[2]}",)
    if engine == "Merge" and len(given) >= 2:
        try:
            names = re.compile(given[1].replace("\\\\", "\\"))
            databases = re.compile(given[0]) if "REGEXP(" in text else re.compile(re.escape(given[0]) + "$")
        except re.error:
            return None
        return tuple(f"{d}.{t}" for d, t in every if databases.match(d) and names.search(t))
    return None


def _place(name: str, own: str) -> tuple[str, str]:
    """The database and the table of a name as ClickHouse writes it."""
    parts = [part.strip("`") for part in re.findall(_NAME, name)]
    return (parts[0], parts[1]) if len(parts) == 2 else (own, parts[0])
