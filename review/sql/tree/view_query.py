"""The query of a view as a statement of its own."""

from __future__ import annotations

import sqlglot
from sqlglot import exp
from sqlglot.errors import SqlglotError

from review.sql.schema.schema import Schema, Table
from review.sql.text.dialects import dialect_named
from review.sql.tree.statement import Statement, UnreadableSql, read_statement


def view_query(view: Table, schema: Schema) -> tuple[Statement, bool] | None:
    """Return the query of a view, as its database writes it with or without CREATE VIEW, and whether it names columns.

    None when it cannot be read.
    """
    try:
        tree = sqlglot.parse_one(view.definition or "", read=dialect_named(schema.dialect))
        query = tree.expression if isinstance(tree, exp.Create) else tree
        text = query.sql(dialect=dialect_named(schema.dialect))
        renamed = isinstance(tree, exp.Create) and isinstance(tree.this, exp.Schema)
        return read_statement(text, schema.dialect, schema), renamed
    except (SqlglotError, UnreadableSql, RecursionError, ValueError, AttributeError):
        return None
