"""Nothing hidden: characters nobody sees, comments that engines read differently, letters that look like others."""

from __future__ import annotations

from collections.abc import Iterator

from review.sql.rules.policy import Policy
from review.sql.rules.rule import Mark, Rule
from review.sql.text.scan import doubts
from review.sql.tree.statement import Statement


def check(statement: Statement, policy: Policy) -> Iterator[Mark]:
    """Compare two readings of the text."""
    for doubt in doubts(statement.text, statement.dialect, statement.tokens):
        yield Mark(*doubt)


RULE = Rule(
    about="hides nothing in comments, invisible characters or letters that look alike",
    check=check,
    bad="SELECT name FROM customers /* /* */ -- */",
    good="SELECT name FROM customers -- all of them",
    for_running=True,
    unknown=True,
)
