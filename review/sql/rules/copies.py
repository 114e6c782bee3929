"""What a table shows of others without being a view, and of its own columns: partitions, copies, generated columns."""

from __future__ import annotations

from collections.abc import Collection

from sqlglot.tokens import TokenType

from review.sql.rules.policy import Policy
from review.sql.schema.schema import Schema, Table
from review.sql.text.dialects import tokens_of

Columns = dict[str, set[str]]
"""Columns of one table by the excluded column that each shows."""


def of_names(table: Table, names: Collection[str], policy: Policy, tables: set[str], columns: Columns) -> None:
    """Add what a table shows of another one that goes by ``names``, in lower case: its rows, column by column."""
    own = {column.lower(): column for column in table.columns}
    tables |= {name for name in policy.forbidden_tables if name.lower() in names}
    for name in policy.forbidden_columns:
        owner, _, bare = name.lower().rpartition(".")
        if owner in names or (not owner and table.opaque):
            found = set(table.columns) if table.opaque else {own[bare]} if bare in own else set()
            if found:
                columns.setdefault(name, set()).update(found)


def by_expressions(table: Table, schema: Schema, policy: Policy, columns: Columns) -> None:
    """Add the generated columns of a table whose expressions name an excluded column, or one that shows it."""
    if not table.made_from:
        return
    named = {column: _names_in(text, schema.dialect) for column, text in table.made_from.items()}
    owners = {"", *(name.lower() for name in table.names)}
    for name in policy.forbidden_columns:
        owner, _, bare = name.lower().rpartition(".")
        hidden = {column.lower() for column in columns.get(name, ())}
        hidden |= {bare} if owner in owners else set()
        found: set[str] = set()
        while more := {c for c, names in named.items() if c not in found and _meets(names, hidden)}:
            found |= more
            hidden |= {column.lower() for column in more}
        if found:
            columns.setdefault(name, set()).update(found)


def _meets(names: frozenset[str] | None, hidden: set[str]) -> bool:
    return bool(hidden) and (names is None or not hidden.isdisjoint(names))


def _names_in(expression: str, dialect: str) -> frozenset[str] | None:
    """Every word of an expression in lower case, but for texts; None where it cannot be read."""
    tokens = tokens_of(expression, dialect)
    return (
        None
        if tokens is None
        else frozenset(token.text.lower() for token in tokens if token.token_type != TokenType.STRING)
    )
