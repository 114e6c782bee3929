"""What views and copies show of the tables and columns that a project excludes, under whatever name.

A view is followed by its definition, views of views too, and a copy to what it is a copy of. What its text does not
make plain counts as shown, and a view whose text cannot be followed is not to be read while anything is excluded.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from sqlglot import exp

from review.sql.rules.copies import by_expressions, of_names
from review.sql.rules.functions import is_allowed, own_functions
from review.sql.rules.policy import Policy
from review.sql.rules.syntax import unknown_parts
from review.sql.rules.tables import ROWS_FROM, table_function
from review.sql.rules.view_columns import shown_columns
from review.sql.schema.schema import Schema, Table
from review.sql.tree.reads import is_read, table_names
from review.sql.tree.statement import Statement
from review.sql.tree.view_query import view_query

DEEPEST = 20
"""Views that may stand on each other."""
Reads = Callable[[Statement, str], bool]
"""Whether a statement reads a column of a name."""


@dataclass
class Shown:
    """What one table or view shows of others: excluded tables, and its columns by the excluded column each shows.

    ``unclear`` says that it cannot be followed. ``cut`` says that this holds only where it was asked: views stand too
    deep below it, or on themselves.
    """

    tables: set[str] = field(default_factory=set)
    columns: dict[str, set[str]] = field(default_factory=dict)
    unclear: bool = False
    cut: bool = False

    def add(self, other: Shown) -> None:
        """Add what another table shows, but for its columns."""
        self.tables |= other.tables
        self.unclear, self.cut = self.unclear or other.unclear, self.cut or other.cut


class Asked(NamedTuple):
    """What following a view needs at each step.

    ``reads`` tells whether a statement reads a column, ``met`` holds what the tables seen so far show.
    """

    schema: Schema
    policy: Policy
    reads: Reads
    met: dict[Any, Shown]


def shown_by(table: Table, schema: Schema, policy: Policy, reads: Reads) -> Shown:
    """Return what a table or view shows of what the policy excludes in others, or in its own columns.

    The answer is kept with the schema, unless it was cut: asked for alone, a view below may well be followed.
    ``reads`` is the rule for one statement.
    """
    if not (policy.forbidden_tables or policy.forbidden_columns):
        return Shown()
    return _followed(table, Asked(schema, policy, reads, {}), 0)


def _followed(table: Table, asked: Asked, depth: int) -> Shown:
    if table.definition is None and not (table.shows or table.kin or table.made_from):
        return Shown()
    policy, kept = asked.policy, asked.schema.kept
    key = (table.full_name, policy.forbidden_tables, policy.forbidden_columns, policy.functions, policy.table_functions)
    known: Shown | None = kept.get(key) or asked.met.get(key)
    if known is not None:
        return known
    asked.met[key] = Shown(unclear=True, cut=True)  # for views that stand on themselves
    found = asked.met[key] if depth > DEEPEST else _read(table, asked, depth)
    (asked.met if found.cut else kept)[key] = found
    return found


def _read(table: Table, asked: Asked, depth: int) -> Shown:
    shown = Shown() if table.definition is None else _by_definition(table, asked, depth)
    for name in table.kin:
        of_names(table, _names_of(name, asked.schema)[1], asked.policy, shown.tables, shown.columns)
    for name in table.shows:
        _beneath(table, name, shown, asked, depth)
    by_expressions(table, asked.schema, asked.policy, shown.columns)
    return shown


def _beneath(table: Table, name: str, shown: Shown, asked: Asked, depth: int) -> None:
    """Add what a table shows of one that it reads, or is written from."""
    under, names = _names_of(name, asked.schema)
    of_names(table, names, asked.policy, shown.tables, shown.columns)
    if under is None:
        return
    inner = _followed(under, asked, depth + 1)
    shown.add(inner)
    columns = {column.lower(): column for column in table.columns}
    for excluded, some in inner.columns.items():
        same = set(columns.values()) if table.opaque else {columns[c.lower()] for c in some if c.lower() in columns}
        if same:
            shown.columns.setdefault(excluded, set()).update(same)


def _names_of(name: str, schema: Schema) -> tuple[Table | None, set[str]]:
    """The table of a name, None where the schema lacks it, and every name by which a project may call it."""
    database, _, bare = name.rpartition(".")
    table = schema.table(bare, database, quoted=True)
    return table, {name.lower(), *(one.lower() for one in (table.names if table else ()))}


def _by_definition(view: Table, asked: Asked, depth: int) -> Shown:
    schema, policy = asked.schema, asked.policy
    read = view_query(view, schema)
    if read is None:
        return Shown(unclear=True)
    statement, renamed = read
    shown = Shown(unclear=_calls_unknown(statement, policy) or any(True for _ in unknown_parts(statement)))
    below: dict[str, set[str]] = {}
    for node, table in statement.names.tables:
        names = table_names(node, table)
        shown.tables |= {name for name in policy.forbidden_tables if is_read(name, names)}
        if table is None:
            shown.unclear = True  # what nobody described may be a view of anything
            continue
        inner = _followed(table, asked, depth + 1)
        shown.add(inner)
        for name, columns in inner.columns.items():
            below.setdefault(name, set()).update(f"{table.full_name}.{column}" for column in columns)
    for name in policy.forbidden_columns:
        excluded = {name, *below.get(name, ())}
        if any(asked.reads(statement, one) for one in excluded):
            found = shown_columns(view, statement, {one.lower() for one in excluded}, renamed=renamed)
            if found is None:
                shown.unclear = True
            else:
                shown.columns[name] = found
    return shown


def _calls_unknown(statement: Statement, policy: Policy) -> bool:
    """Whether a query calls what may read a table in its place: a macro, a function of somebody's own."""
    tables = (node.this for node in statement.all(exp.Table) if not isinstance(node.this, exp.Identifier))
    rows = ROWS_FROM.get(statement.dialect, set()) | policy.table_functions
    if any(table_function(node, statement) not in rows for node in tables):
        return True
    if any(True for _ in own_functions(statement, policy)):
        return True
    called = (node.name for node in statement.all(exp.Anonymous))
    return any(
        not is_allowed(name, statement.dialect, policy.functions) and name.lower() not in rows for name in called
    )
