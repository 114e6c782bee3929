"""Clauses of other dialects. The parser reads them in every dialect, but the engine of this one does not."""

from __future__ import annotations

from collections.abc import Iterator

from sqlglot import exp
from sqlglot.tokens import TokenType

from review.sql.rules.rule import Mark, at
from review.sql.text.dialects import PROVEN
from review.sql.tree.statement import Statement

READ_BY = {
    "LIMIT ... BY": ("clickhouse",),
    "WITH FILL": ("clickhouse",),
    "WITH TOTALS": ("clickhouse",),
    "QUALIFY": ("clickhouse", "duckdb"),
    "GROUP BY ALL": ("clickhouse", "duckdb"),
    "LIMIT with an offset before a comma": ("clickhouse", "sqlite"),
    "DISTINCT ON": ("clickhouse", "duckdb", "postgres"),
}
"""Each clause with the proven dialects that read it, as tried on DuckDB 2.0, PostgreSQL 15, SQLite 3.40 and ClickHouse
26.9."""


def foreign_clauses(statement: Statement) -> Iterator[Mark]:
    """Find clauses that the engine of a proven dialect does not read."""
    if statement.dialect not in PROVEN:
        return
    found = [(name, at(node, statement, _said(name))) for tree in statement.trees for name, node in _in_tree(tree)]
    yield from (mark for name, mark in [*found, *_in_tokens(statement)] if statement.dialect not in READ_BY[name])


def _in_tree(tree: exp.Expr) -> Iterator[tuple[str, exp.Expr]]:
    for node in tree.walk():
        if isinstance(node, exp.Limit | exp.Offset) and node.args.get("expressions"):
            yield "LIMIT ... BY", node
        elif isinstance(node, exp.WithFill):
            yield "WITH FILL", node.parent or node
        elif isinstance(node, exp.Group):
            for name in ("totals", "all"):
                if node.args.get(name) is True:
                    yield ("WITH TOTALS" if name == "totals" else "GROUP BY ALL"), node
        elif isinstance(node, exp.Qualify):
            yield "QUALIFY", node
        elif isinstance(node, exp.Distinct) and node.args.get("on"):
            yield "DISTINCT ON", node


def _in_tokens(statement: Statement) -> Iterator[tuple[str, Mark]]:
    """LIMIT 3, 5 gives the tree of LIMIT 5 OFFSET 3, so the comma is looked for in the text."""
    name = "LIMIT with an offset before a comma"
    for limit, _, comma in zip(statement.tokens, statement.tokens[1:], statement.tokens[2:], strict=False):
        if limit.token_type == TokenType.LIMIT and comma.token_type == TokenType.COMMA:
            yield name, Mark(_said(name), limit.start, comma.end + 1)


def _said(name: str) -> str:
    return f"{name} belongs to other dialects; this engine does not read it."
