"""Semantic rules: what one example demands of its statement, and which demands are not met."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from review.sql.schema.schema import Schema
from review.sql.semantic.times import check_time
from review.sql.tree.finding import Finding, Severity
from review.sql.tree.reads import columns_read, is_read, tables_read
from review.sql.tree.statement import Statement, UnreadableSql, read_statement


@dataclass(frozen=True, kw_only=True)
class Demands:
    """What one example demands.

    ``required_*`` and ``forbidden_*`` name tables and columns (``column`` or ``table.column``). ``words`` are patterns
    of the question, each with tables of which one must be read: {"promotion": ("promotions",)}. ``as_of`` is the day on
    which the question was asked; without it only times with a year are judged.
    """

    question: str = ""
    required_tables: tuple[str, ...] = ()
    required_columns: tuple[str, ...] = ()
    forbidden_tables: tuple[str, ...] = ()
    forbidden_columns: tuple[str, ...] = ()
    words: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    as_of: date | None = None


@dataclass(frozen=True)
class Met:
    """Whether a statement meets its demands, by the findings and by how many demands were judged.

    A demand of which it cannot be told whether it is met is a note among the findings, and is not judged.
    """

    findings: tuple[Finding, ...] = ()
    judged: int = 0

    @property
    def score(self) -> float | None:
        """1 when every demand is met, 0 when one is not, None when none was judged."""
        if not self.judged:
            return None
        return 0.0 if any(f.severity == "error" for f in self.findings) else 1.0

    def to_json(self) -> dict[str, Any]:
        """Return score and findings."""
        return {"score": self.score, "findings": [f.to_json() for f in self.findings]}


def check_demands(statement: Statement, demands: Demands) -> Met:
    """Compare a statement with what its example demands."""
    found = [one for rule in (_required, _forbidden, _words, _time) for one in rule(statement, demands)]
    judged = sum(one is None or one.severity == "error" for one in found)
    return Met(tuple(one for one in found if one is not None), judged)


def demands_met(sql: str, demands: Demands, *, dialect: str, schema: Schema | None) -> Met:
    """Compare a query with what its example demands; one that cannot be read has neither score nor findings."""
    try:
        return check_demands(read_statement(sql, dialect, schema), demands)
    except UnreadableSql:
        return Met()


def met_beside(found: Met, references: Iterable[Met]) -> Met:
    """Return what a query meets beside its references: what they do not meet either, its question does not demand."""
    excused = {f.message for one in references for f in one.findings}
    left = tuple(f for f in found.findings if f.message not in excused)
    dropped = sum(f.severity == "error" for f in found.findings) - sum(f.severity == "error" for f in left)
    return Met(left, found.judged - dropped)


Checked = Iterator[Finding | None]
"""One entry per demand: the finding, or None when it is met."""


def _required(statement: Statement, demands: Demands) -> Checked:
    tables, columns = tables_read(statement), columns_read(statement)
    for name in demands.required_tables:
        yield (
            None
            if is_read(name, tables)
            else _whole("required", f"The example requires the table '{name}'.", statement)
        )
    for name in demands.required_columns:
        found = is_read(name, columns)
        yield None if found else _whole("required", f"The example requires the column '{name}'.", statement)


def _forbidden(statement: Statement, demands: Demands) -> Checked:
    tables, columns = tables_read(statement), columns_read(statement)
    for name in demands.forbidden_tables:
        read = is_read(name, tables)
        yield _whole("forbidden", f"The example excludes the table '{name}'.", statement) if read else None
    for name in demands.forbidden_columns:
        read = is_read(name, columns)
        yield _whole("forbidden", f"The example excludes the column '{name}'.", statement) if read else None


def _words(statement: Statement, demands: Demands) -> Checked:
    tables = tables_read(statement)
    for pattern, wanted in demands.words.items():
        match = re.search(rf"\b(?:{pattern})", demands.question, re.IGNORECASE)
        if match:
            met = any(is_read(name, tables) for name in wanted)
            said = f"The question says '{match[0]}', so the query must read {' or '.join(wanted)}."
            yield None if met else _whole("words", said, statement)


def _time(statement: Statement, demands: Demands) -> Checked:
    """Dates of the statement that do not fit the time which the question names."""
    for found in check_time(statement, demands.question, demands.as_of):
        yield None if found is None else _whole("time", found[0], statement, found[1])


def _whole(rule: str, message: str, statement: Statement, severity: Severity = "error") -> Finding:
    text = statement.text
    return Finding(
        rule=rule, message=message, start=len(text) - len(text.lstrip()), end=len(text.rstrip()), severity=severity
    )
