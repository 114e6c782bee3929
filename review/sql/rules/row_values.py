"""A table is not a value: count(orders) does not count its rows everywhere."""

from __future__ import annotations

from collections.abc import Iterator

from review.sql.rules.columns import takes_rows
from review.sql.rules.policy import Policy
from review.sql.rules.rule import Mark, Rule, at
from review.sql.tree.statement import Statement


def check(statement: Statement, policy: Policy) -> Iterator[Mark]:
    """Look for the name of a table in the place of a column."""
    for frame in statement.names.frames:
        for use in frame.uses:
            if use.how == "row" and takes_rows(use, statement):
                works = statement.dialect in ("postgres", "duckdb")
                yield at(
                    use.node, statement, f"'{use.node.name}' is a table, not a column.", "warning" if works else None
                )


RULE = Rule(
    about="uses no table in the place of a column",
    check=check,
    bad="SELECT count(customers) FROM customers",
    good="SELECT count(*) FROM customers",
)
