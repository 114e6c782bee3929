"""What a rule is: a function from a statement to the places that break it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import NamedTuple

from sqlglot import exp

from review.sql.rules.policy import Policy
from review.sql.tree.finding import Severity
from review.sql.tree.places import span
from review.sql.tree.statement import Statement


class Mark(NamedTuple):
    """One place that breaks a rule; ``severity`` differs from the rule's own where it is given.

    ``unknown`` says that the rule does not know what stands there, which may be right.
    """

    message: str
    start: int
    end: int
    severity: Severity | None = None
    unknown: bool = False


Check = Callable[[Statement, Policy], Iterator[Mark]]


@dataclass(frozen=True, kw_only=True)
class Rule:
    """One rule.

    ``about`` says what a statement must be, for help and documentation. A rule with ``by_default`` runs unless the
    project chooses its rules; one that is ``for_running`` always runs before a statement is executed. ``bad`` is a
    statement that breaks it and ``good`` one that does not, on the schema of the contract tests. All marks of an
    ``unknown`` rule are of things that it does not know.
    """

    about: str
    check: Check
    bad: str
    good: str
    severity: Severity = "error"
    by_default: bool = True
    for_running: bool = False
    dialect: str = "sqlite"
    unknown: bool = False


def at(node: exp.Expr, statement: Statement, message: str, severity: Severity | None = None) -> Mark:
    """Return the mark of a part of the syntax tree."""
    parts = node.parts if isinstance(node, exp.Table) and isinstance(node.this, exp.Identifier) else [node]
    start, end = span(parts[0], statement.text)[0], span(parts[-1], statement.text)[1]
    return Mark(message, start, end, severity)


def whole(statement: Statement, message: str, severity: Severity | None = None) -> Mark:
    """Return the mark of the whole statement, without the white space around it."""
    text = statement.text
    return Mark(message, len(text) - len(text.lstrip()), len(text.rstrip()), severity)
