"""The tables and columns that a statement reads, under every name by which a project may call them."""

from __future__ import annotations

from collections.abc import Collection

from sqlglot import exp

from review.sql.schema.schema import Table
from review.sql.tree.frames import Use
from review.sql.tree.statement import Statement


def tables_read(statement: Statement) -> set[str]:
    """Return the tables, with and without their database, in lower case."""
    return {name for node, table in statement.names.tables for name in table_names(node, table)}


def table_names(node: exp.Table, table: Table | None) -> set[str]:
    """Return the names of one table in lower case."""
    names = {node.name, ".".join(part.name for part in node.parts)}
    if table is not None:
        names |= table.names
    return {name.lower() for name in names}


def columns_read(statement: Statement) -> set[str]:
    """Return the columns, with and without their table, in lower case; a star reads all columns of its tables."""
    found = {name for frame in statement.names.frames for use in frame.uses for name in column_names(use)}
    for frame in statement.names.frames:
        if any(p.is_star for p in frame.select.expressions):
            tables = [s.table for s in frame.sources if s.table is not None]
            found |= {c.lower() for t in tables for c in t.columns}
            found |= {f"{t.name}.{c}".lower() for t in tables for c in t.columns}
        for source in frame.sources:
            if source.join is not None and source.table is not None:
                using = {getattr(c, "name", "") for c in source.join.args.get("using") or []}
                found |= {c.lower() for c in using} | {f"{source.table.name}.{c}".lower() for c in using}
    return found


def column_names(use: Use) -> set[str]:
    """Return the names of one column in lower case."""
    names = {use.node.name}
    if use.origin.table is not None:
        names |= {use.origin.column, *(f"{name}.{use.origin.column}" for name in use.origin.table.names)}
    elif use.node.table:
        names.add(f"{use.node.table}.{use.node.name}")
    return {name.lower() for name in names}


def is_read(name: str, names: Collection[str]) -> bool:
    """Return whether a name of the project is among the names read."""
    return name.lower() in names
