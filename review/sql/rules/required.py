"""Tables and columns that the project or the example demands."""

from __future__ import annotations

from collections.abc import Iterator

from review.sql.rules.policy import Policy
from review.sql.rules.rule import Mark, Rule, whole
from review.sql.tree.reads import columns_read, is_read, tables_read
from review.sql.tree.statement import Statement


def check(statement: Statement, policy: Policy) -> Iterator[Mark]:
    """Compare what is read with what is demanded."""
    tables, columns = tables_read(statement), columns_read(statement)
    for name in policy.required_tables:
        if not is_read(name, tables):
            yield whole(statement, f"The query does not read the table '{name}', which is required.")
    for name in policy.required_columns:
        if not is_read(name, columns):
            yield whole(statement, f"The query does not use the column '{name}', which is required.")


RULE = Rule(
    about="reads the tables and columns of `required_tables` and `required_columns`",
    check=check,
    bad="SELECT name FROM customers",
    good="SELECT o.amount FROM orders AS o",
)
