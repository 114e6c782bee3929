"""Only known parts of a query: every node of the syntax tree must be on a list, whatever the dialect adds."""

from __future__ import annotations

from collections.abc import Iterator

from sqlglot import exp

from review.sql.rules.lists import names_in
from review.sql.rules.policy import Policy
from review.sql.rules.rule import Mark, Rule, at
from review.sql.tree.statement import Statement

REFUSED_PARTS = {
    "Into": "writes its result into a table",
    "Lock": "locks rows",
    "Insert": "writes rows",
    "Update": "changes rows",
    "Delete": "deletes rows",
    "Merge": "changes rows",
    "Create": "creates something",
    "Drop": "removes something",
    "Command": "is a command of the engine, not a query",
    "Parameter": "needs a value from outside",
    "Placeholder": "needs a value from outside",
    "Hint": "gives the engine a hint",
}
IN_TABLES = ("sqlite", "clickhouse")
"""Dialects in which ``x IN name`` may read a table."""


def check(statement: Statement, policy: Policy) -> Iterator[Mark]:
    """Look at every node."""
    for tree in statement.trees:
        for node in tree.walk():
            name = type(node).__name__
            if name in REFUSED_PARTS:
                yield at(node, statement, f"This part {REFUSED_PARTS[name]}, which a query may not.")
            elif name not in names_in("parts") and not isinstance(node, exp.Func):
                yield at(node, statement, f"The part '{name}' is not on the list of what a query may consist of.")
            elif isinstance(node, exp.In) and statement.dialect in IN_TABLES and node.args.get("field") is not None:
                yield at(node, statement, "IN takes a list or a subquery; a name there would be read as a table.")
            elif isinstance(node, exp.Cast) and _odd_type(node):
                yield at(node, statement, f"A value is cast to '{node.to.sql()}', which looks into the catalogue.")


def _odd_type(node: exp.Cast) -> bool:
    """Whether a cast leads to a type such as regclass, which resolves names in the catalogue."""
    return not isinstance(node.to, exp.DataType) or node.to.this == exp.DType.USERDEFINED


RULE = Rule(
    about="consists only of known parts of a query: no writing, locking, commands or parameters",
    check=check,
    bad="SELECT name INTO copied FROM customers",
    good="SELECT name, rank() OVER (ORDER BY id) FROM customers",
    dialect="postgres",
    for_running=True,
)
