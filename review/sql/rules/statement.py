"""One statement that only reads."""

from __future__ import annotations

from collections.abc import Iterator

from sqlglot import exp

from review.sql.rules.policy import Policy
from review.sql.rules.rule import Mark, Rule, at, whole
from review.sql.tree.statement import Statement

ROOTS = (exp.Select, exp.SetOperation, exp.Pivot)
READING = (exp.Values, exp.Describe, exp.Summarize, exp.Show)
"""Statements that only read, and are no queries of the tables."""


def check(statement: Statement, policy: Policy) -> Iterator[Mark]:
    """Look at the number of statements and at the root of the first."""
    if len(statement.trees) > 1:
        start = at(statement.trees[1], statement, "").start
        yield Mark(
            f"The text holds {len(statement.trees)} statements, expected one.", start, len(statement.text.rstrip())
        )
    root = statement.tree
    while isinstance(root, exp.Subquery):
        if any(root.args.get(k) for k in ("alias", "pivots", "joins", "laterals")):
            break
        root = root.this
    if not isinstance(root, ROOTS):
        first = statement.tokens[0].text.upper()[:40]
        said = f"The statement is not a query: it begins with {first}, expected SELECT or WITH."
        yield whole(statement, said)._replace(unknown=isinstance(root, READING))
    for select in statement.all(exp.Select):
        exists = statement.dialect == "postgres" and isinstance(select.parent, exp.Exists)
        if not select.expressions and not exists:
            yield whole(statement, "A SELECT gives out no columns.")


RULE = Rule(
    about="is one query: SELECT, or several joined by UNION, INTERSECT or EXCEPT",
    check=check,
    bad="SELECT 1; DROP TABLE customers",
    good="WITH c AS (SELECT name FROM customers) SELECT name FROM c;",
    for_running=True,
)
