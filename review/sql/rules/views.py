"""What views show of the tables and columns that a project excludes, under whatever name.

A view is followed by its definition, views of views too. What its text does not make plain counts as shown, and a view
whose text cannot be read is not to be read while anything is excluded.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import sqlglot
from sqlglot import exp
from sqlglot.errors import SqlglotError

from review.sql.rules.functions import is_allowed
from review.sql.rules.policy import Policy
from review.sql.rules.tables import ROWS_FROM, table_function
from review.sql.schema.schema import Schema, Table
from review.sql.text.dialects import dialect_named
from review.sql.tree.reads import is_read, table_names
from review.sql.tree.statement import Statement, UnreadableSql, read_statement

DEEPEST = 20
"""Views that may stand on each other."""
Reads = Callable[[Statement, str], bool]
"""Whether a statement reads a column of a name."""


@dataclass
class Shown:
    """What one view shows: excluded tables, and its columns by the excluded column that each shows.

    ``unclear`` says that its text cannot be read, ``cut`` that views stand too deep below it to be followed.
    """

    tables: set[str] = field(default_factory=set)
    columns: dict[str, set[str]] = field(default_factory=dict)
    unclear: bool = False
    cut: bool = False


def shown_by(
    view: Table,
    schema: Schema,
    policy: Policy,
    reads: Reads,
    *,
    depth: int = 0,
    met: dict[Any, Shown] | None = None,
) -> Shown:
    """Return what a view shows of what the policy excludes; nothing for a table.

    The answer is kept with the schema, unless it was cut: asked for alone, a view below may well be followed. ``met``
    keeps those for as long as one view is asked for. ``reads`` is the rule for one statement.
    """
    if view.definition is None or not (policy.forbidden_tables or policy.forbidden_columns):
        return Shown()
    key = (view.full_name, policy.forbidden_tables, policy.forbidden_columns)
    met = {} if met is None else met
    kept: Shown | None = schema.kept.get(key) or met.get(key)
    if kept is not None:
        return kept
    met[key] = Shown(unclear=True, cut=True)  # for views that stand on themselves
    found = met[key] if depth > DEEPEST else _read(view, schema, policy, reads, depth=depth, met=met)
    (met if found.cut else schema.kept)[key] = found
    return found


def _read(view: Table, schema: Schema, policy: Policy, reads: Reads, *, depth: int, met: dict[Any, Shown]) -> Shown:
    statement = _select_of(view, schema)
    if statement is None:
        return Shown(unclear=True)
    shown = Shown(unclear=_calls_unknown(statement, policy))
    below: dict[str, set[str]] = {}
    for node, table in statement.names.tables:
        names = table_names(node, table)
        shown.tables |= {name for name in policy.forbidden_tables if is_read(name, names)}
        if table is None:
            shown.unclear = True  # what nobody described may be a view of anything
            continue
        inner = shown_by(table, schema, policy, reads, depth=depth + 1, met=met)
        shown.tables |= inner.tables
        shown.unclear, shown.cut = shown.unclear or inner.unclear, shown.cut or inner.cut
        for name, columns in inner.columns.items():
            below.setdefault(name, set()).update(f"{table.full_name}.{column}" for column in columns)
    for name in policy.forbidden_columns:
        excluded = {name, *below.get(name, ())}
        if any(reads(statement, one) for one in excluded):
            shown.columns[name] = _outputs(view, statement, {one.lower() for one in excluded})
    return shown


def _select_of(view: Table, schema: Schema) -> Statement | None:
    """The query of a view, as its database writes it with or without CREATE VIEW; None when it cannot be read."""
    try:
        tree = sqlglot.parse_one(view.definition or "", read=dialect_named(schema.dialect))
        query = tree.expression if isinstance(tree, exp.Create) else tree
        return read_statement(query.sql(dialect=dialect_named(schema.dialect)), schema.dialect, schema)
    except (SqlglotError, UnreadableSql, RecursionError, ValueError, AttributeError):
        return None


def _calls_unknown(statement: Statement, policy: Policy) -> bool:
    """Whether a query calls what may read a table in its place: a macro, a function of somebody's own."""
    tables = (node.this for node in statement.all(exp.Table) if not isinstance(node.this, exp.Identifier))
    rows = ROWS_FROM.get(statement.dialect, set()) | policy.table_functions
    if any(table_function(node, statement) not in rows for node in tables):
        return True
    called = (node.name for node in statement.all(exp.Anonymous))
    return any(
        not is_allowed(name, statement.dialect, policy.functions) and name.lower() not in rows for name in called
    )


def _outputs(view: Table, statement: Statement, excluded: set[str]) -> set[str]:
    """The columns of a view that may show an excluded column: all but those that are plainly another column."""
    select = statement.tree
    names = list(view.columns)
    frame = next((f for f in statement.names.frames if f.select is select), None)
    if frame is None or not isinstance(select, exp.Select) or len(select.expressions) != len(names):
        return set(names)
    found = set()
    for name, projection in zip(names, select.expressions, strict=True):
        inner = projection.unalias()
        use = frame.use_of(inner) if isinstance(inner, exp.Column) else None
        origin = use.origin if use is not None and use.how == "found" else None
        if isinstance(inner, exp.Literal):
            continue
        if origin is None or origin.table is None or _any_of(origin.table, origin.column, excluded):
            found.add(name)
    return found


def _any_of(table: Table, column: str, excluded: set[str]) -> bool:
    names = {column, *(f"{name}.{column}" for name in table.names)}
    return any(name.lower() in excluded for name in names)
