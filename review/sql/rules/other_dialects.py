"""Clauses of other dialects. The parser reads them in every dialect, but the engine of this one does not."""

from __future__ import annotations

import functools
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from sqlglot import exp
from sqlglot.tokens import Token, TokenType

from review.sql.rules.rule import Mark, at
from review.sql.text.dialects import PROVEN
from review.sql.tree.statement import Statement

CLICKHOUSE, DUCKDB, POSTGRES, SQLITE = "clickhouse", "duckdb", "postgres", "sqlite"


Holds = Callable[[exp.Expr], bool]
Found = tuple[tuple[type[exp.Expr], ...], Holds]


@dataclass(frozen=True)
class Clause:
    """The proven dialects whose engine reads a clause, and how it is found: by a node of the tree or by its tokens.

    ``node`` gives kinds of nodes and what must hold of one. ``tokens`` are kinds or texts that follow one another; a
    set stands for one of several. A clause that another entry finds in a dialect counts as read there, so that nothing
    is said twice.
    """

    read_by: tuple[str, ...]
    node: Found | None = None
    tokens: tuple[TokenType | str | frozenset[TokenType | str], ...] = ()


def _has(kind: type[exp.Expr], *names: str, value: object = None) -> Found:
    """Nodes of a kind that have one of these arguments, of this value where one is given."""

    def holds(node: exp.Expr) -> bool:
        return any(node.args.get(name) if value is None else node.args.get(name) == value for name in names)

    return (kind,), holds


def _is(*kinds: type[exp.Expr]) -> Found:
    return kinds, lambda node: True


def _order_by_all(node: exp.Expr) -> bool:
    return isinstance(node.this, exp.Column | exp.Var) and node.this.sql().upper() == "ALL"


CLAUSES = {
    "LIMIT ... BY": Clause((CLICKHOUSE,), ((exp.Limit, exp.Offset), lambda node: bool(node.args.get("expressions")))),
    "WITH FILL": Clause((CLICKHOUSE,), _is(exp.WithFill)),
    "WITH TOTALS": Clause((CLICKHOUSE,), _has(exp.Group, "totals", value=True)),
    "QUALIFY": Clause((CLICKHOUSE, DUCKDB), _is(exp.Qualify)),
    "GROUP BY ALL": Clause((CLICKHOUSE, DUCKDB), _has(exp.Group, "all", value=True)),
    "ROLLUP, CUBE or GROUPING SETS": Clause(
        (CLICKHOUSE, DUCKDB, POSTGRES), _is(exp.Rollup, exp.Cube, exp.GroupingSets)
    ),
    "ORDER BY ALL": Clause((CLICKHOUSE, DUCKDB), ((exp.Ordered,), _order_by_all)),
    "DISTINCT ON": Clause((CLICKHOUSE, DUCKDB, POSTGRES), _has(exp.Distinct, "on")),
    "* with columns left out or replaced": Clause(
        (CLICKHOUSE, DUCKDB), _has(exp.Star, "except_", "except", "replace", "rename")
    ),
    "ASOF JOIN": Clause((CLICKHOUSE, DUCKDB), _has(exp.Join, "method", value="ASOF")),
    "SEMI JOIN": Clause((CLICKHOUSE, DUCKDB), _has(exp.Join, "kind", value="SEMI")),
    "ANTI JOIN": Clause((CLICKHOUSE, DUCKDB), _has(exp.Join, "kind", value="ANTI")),
    "PIVOT": Clause((DUCKDB,), _is(exp.Pivot)),
    "LATERAL": Clause((DUCKDB, POSTGRES), _is(exp.Lateral)),
    "FETCH FIRST": Clause((DUCKDB, POSTGRES), _is(exp.Fetch)),
    "ILIKE": Clause((CLICKHOUSE, DUCKDB, POSTGRES), _is(exp.ILike)),
    "SIMILAR TO": Clause((DUCKDB, POSTGRES), _is(exp.SimilarTo)),
    "GLOB": Clause((DUCKDB, SQLITE), _is(exp.Glob)),
    "LIMIT with an offset before a comma": Clause(
        (CLICKHOUSE, SQLITE), tokens=(TokenType.LIMIT, TokenType.NUMBER, TokenType.COMMA)
    ),
    "A comma with nothing after it": Clause(
        (CLICKHOUSE, DUCKDB), tokens=(TokenType.COMMA, frozenset({TokenType.FROM, TokenType.R_PAREN}))
    ),
    "A list in brackets": Clause(
        (CLICKHOUSE, DUCKDB),
        tokens=(
            frozenset({TokenType.SELECT, TokenType.COMMA, TokenType.L_PAREN, TokenType.EQ, TokenType.IN}),
            TokenType.L_BRACKET,
        ),
    ),
    "ARRAY[...]": Clause((DUCKDB, POSTGRES), tokens=("ARRAY", TokenType.L_BRACKET)),
    "A value in braces": Clause((DUCKDB,), tokens=(TokenType.L_BRACE,)),
    "A value in braces without a key": Clause(
        (CLICKHOUSE, POSTGRES, SQLITE),
        tokens=(
            TokenType.L_BRACE,
            frozenset(TokenType) - {TokenType.R_BRACE},
            frozenset(TokenType) - {TokenType.COLON},
        ),
    ),
    "A cast by ::": Clause((CLICKHOUSE, DUCKDB, POSTGRES), tokens=(TokenType.DCOLON,)),
    "==": Clause((CLICKHOUSE, DUCKDB, SQLITE), tokens=("==",)),
    "<=>": Clause((CLICKHOUSE,), tokens=("<=>",)),
    "DIV": Clause((CLICKHOUSE,), tokens=("DIV",)),
    "//": Clause((DUCKDB,), tokens=("//",)),
    "RLIKE": Clause((), tokens=("RLIKE",)),
    "REGEXP": Clause((CLICKHOUSE,), tokens=("REGEXP",)),
    "TRY_CAST": Clause((DUCKDB,), tokens=("TRY_CAST", TokenType.L_PAREN)),
    "IF with values": Clause((CLICKHOUSE, DUCKDB), tokens=("IF", TokenType.L_PAREN)),
    "IIF": Clause((SQLITE,), tokens=("IIF", TokenType.L_PAREN)),
    "A date or time written after its type": Clause(
        (CLICKHOUSE, DUCKDB, POSTGRES), tokens=(frozenset({TokenType.DATE, TokenType.TIMESTAMP}), TokenType.STRING)
    ),
    "INTERVAL": Clause(
        (CLICKHOUSE, DUCKDB, POSTGRES),
        tokens=(TokenType.INTERVAL, frozenset({TokenType.STRING, TokenType.NUMBER})),
    ),
}
"""What only some engines read, as tried on DuckDB 2.0, PostgreSQL 15, SQLite 3.40 and ClickHouse 26.9."""


def foreign_clauses(statement: Statement) -> Iterator[Mark]:
    """Find clauses that the engine of a proven dialect does not read."""
    if statement.dialect not in PROVEN:
        return
    for node in statement.nodes:
        for name, holds in _of_kind(statement.dialect, type(node)):
            if holds(node):
                yield at(node, statement, _said(name))
    for name, start, end in _runs(statement.tokens, _beginning(statement.dialect)):
        yield Mark(_said(name), start, end)


@functools.cache
def _foreign(dialect: str) -> dict[str, Clause]:
    return {name: clause for name, clause in CLAUSES.items() if dialect not in clause.read_by}


@functools.cache
def _kinds(dialect: str) -> dict[type, list[tuple[str, Holds]]]:
    """The clauses of the kinds of nodes that were met so far."""
    return {}


def _of_kind(dialect: str, kind: type) -> list[tuple[str, Holds]]:
    """The clauses that a node of this kind may be, each with what must hold of it."""
    known = _kinds(dialect)
    if kind not in known:
        known[kind] = [
            (name, clause.node[1])
            for name, clause in _foreign(dialect).items()
            if clause.node and issubclass(kind, clause.node[0])
        ]
    return known[kind]


@functools.cache
def _beginning(dialect: str) -> dict[TokenType | str, list[tuple[str, Clause]]]:
    """The clauses that are found by tokens, by the kind or text of their first one."""
    found: dict[TokenType | str, list[tuple[str, Clause]]] = {}
    for name, clause in _foreign(dialect).items():
        if clause.tokens:
            first = clause.tokens[0]
            for one in first if isinstance(first, frozenset) else (first,):
                found.setdefault(one, []).append((name, clause))
    return found


def _runs(
    tokens: Sequence[Token], beginning: Mapping[TokenType | str, list[tuple[str, Clause]]]
) -> Iterator[tuple[str, int, int]]:
    """Yield each clause whose tokens follow one another, from start up to end."""
    for k, token in enumerate(tokens):
        for name, clause in (*beginning.get(token.token_type, ()), *beginning.get(token.text.upper(), ())):
            run = tokens[k : k + len(clause.tokens)]
            if len(run) == len(clause.tokens) and all(map(_fits, run, clause.tokens)):
                yield name, run[0].start, run[-1].end + 1


def _fits(token: Token, wanted: TokenType | str | frozenset[TokenType | str]) -> bool:
    if isinstance(wanted, frozenset):
        return any(_fits(token, one) for one in wanted)
    if isinstance(wanted, TokenType):
        return token.token_type == wanted
    return token.token_type not in (TokenType.STRING, TokenType.IDENTIFIER) and token.text.upper() == wanted


def _said(name: str) -> str:
    return f"{name} belongs to other dialects; this engine does not read it."
