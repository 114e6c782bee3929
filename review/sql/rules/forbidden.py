"""Tables and columns that the project or the example excludes."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from sqlglot import exp

from review.sql.rules.policy import Policy
from review.sql.rules.rule import Mark, Rule, at
from review.sql.tree.reads import column_names, is_read, table_names
from review.sql.tree.statement import Statement


def check(statement: Statement, policy: Policy) -> Iterator[Mark]:
    """Look at every table and column; a star gives out every column of its tables."""
    for name in policy.forbidden_tables:
        for node, table in statement.names.tables:
            if is_read(name, table_names(node, table)):
                yield at(node, statement, f"The table '{name}' may not be read.")
    for name in policy.forbidden_columns:
        for frame in statement.names.frames:
            for use in frame.uses:
                if is_read(name, column_names(use)):
                    yield at(use.node, statement, f"The column '{name}' may not be used.")
            for projection in frame.select.expressions:
                if isinstance(projection.unalias(), exp.Count) or not projection.is_star:
                    continue
                for source in frame.sources:
                    if source.table is not None and _holds(name, source.table.name, source.table.columns):
                        yield at(projection, statement, f"The column '{name}' may not be used, and * includes it.")


def _holds(name: str, table: str, columns: Iterable[str]) -> bool:
    owner, _, column = name.lower().rpartition(".")
    return owner in ("", table.lower()) and column in {c.lower() for c in columns}


RULE = Rule(
    about="stays away from the tables and columns of `forbidden_tables` and `forbidden_columns`",
    check=check,
    bad="SELECT card FROM customers",
    good="SELECT name FROM customers",
    for_running=True,
)
