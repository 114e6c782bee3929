"""Columns are named: a star changes its meaning with the table."""

from __future__ import annotations

from collections.abc import Iterator

from sqlglot import exp

from review.sql.rules.policy import Policy
from review.sql.rules.rule import Mark, Rule, at
from review.sql.tree.statement import Statement


def check(statement: Statement, policy: Policy) -> Iterator[Mark]:
    """Look at what every SELECT gives out; EXISTS (SELECT * ...) is fine."""
    for select in statement.all(exp.Select):
        if isinstance(select.parent, exp.Exists):
            continue
        for projection in select.expressions:
            inner = projection.unalias()
            wide = inner.is_star or isinstance(inner, exp.Columns) or _called(inner) in ("untuple", "columns")
            if wide and not isinstance(inner, exp.Count):
                yield at(projection, statement, "The query selects *, expected the columns by name.")


def _called(node: exp.Expr) -> str:
    return node.name.lower() if isinstance(node, exp.Anonymous) else ""


RULE = Rule(
    about="names its columns instead of selecting *",
    check=check,
    bad="SELECT * FROM customers",
    good="SELECT name FROM customers WHERE EXISTS (SELECT * FROM orders)",
    by_default=False,
)
