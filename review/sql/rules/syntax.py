"""Only known parts of a query: every node of the syntax tree must be on a list, whatever the dialect adds."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from sqlglot import exp
from sqlglot.tokens import Token, TokenType

from review.sql.rules.lists import names_in
from review.sql.rules.other_dialects import foreign_clauses
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
_COLLATIONS = re.compile(
    r"c|posix|ucs_basic|default|binary|nocase|noaccent|rtrim|(?:[a-z]{2,3}|und)(?:[_-][a-z0-9]+)*(?:\.(?:utf-?8|[a-z0-9-]+))*",
    re.IGNORECASE,
)
"""Orders of texts that come with the engines: their own names, and those of languages such as de_DE or en-x-icu."""
IN_TABLES = ("sqlite", "clickhouse")
"""Dialects in which ``x IN name`` may read a table."""

FROM_FIRST = ("duckdb", "clickhouse", "hive", "spark", "spark2", "databricks")
"""Dialects in which a query may begin with FROM. The parser reads it in every dialect."""
BETWEEN_QUERIES = (TokenType.UNION, TokenType.EXCEPT, TokenType.INTERSECT, TokenType.SEMICOLON)
"""After these another query begins. ``* EXCEPT (...)`` leaves columns out."""


def check(statement: Statement, policy: Policy) -> Iterator[Mark]:
    """Look at the order of the clauses, then at every node."""
    if statement.dialect not in FROM_FIRST:
        for token in _from_first(statement.tokens):
            yield Mark("The query begins with FROM, which this engine does not read.", token.start, token.end + 1)
    yield from foreign_clauses(statement)
    for node in statement.nodes:
        name = type(node).__name__
        if name in REFUSED_PARTS:
            yield at(node, statement, f"This part {REFUSED_PARTS[name]}, which a query may not.")
        elif not _is_known(node):
            said = f"The part '{name}' is not on the list of what a query may consist of."
            yield at(node, statement, said)._replace(unknown=True)
        elif isinstance(node, exp.In) and statement.dialect in IN_TABLES and node.args.get("field") is not None:
            said = "IN takes a list or a subquery; a name there would be read as a table."
            yield at(node, statement, said)._replace(unknown=True)
        elif isinstance(node, exp.Collate) and not _COLLATIONS.fullmatch(node.expression.name):
            said = f"The collation '{node.expression.name}' is not a known one."
            yield at(node, statement, said)._replace(unknown=True)
        elif isinstance(node, exp.Cast) and _odd_type(node):
            said = f"A value is cast to '{node.to.sql()}', which is not a known type. Some look into the catalogue."
            yield at(node, statement, said)._replace(unknown=True)


def unknown_parts(statement: Statement) -> Iterator[exp.Expr]:
    """Yield the parts of a query that are not on the list."""
    return (node for node in statement.nodes if not _is_known(node))


def _is_known(node: exp.Expr) -> bool:
    if isinstance(node, exp.ColumnDef):
        # The columns of a function that makes rows: AS t (a int). Some types look into the catalogue.
        kind = node.args.get("kind")
        if not isinstance(kind, exp.DataType) or kind.this == exp.DType.USERDEFINED:
            return False
        return isinstance(node.parent, exp.TableAlias) and not node.args.get("constraints")
    return type(node).__name__ in names_in("parts") or isinstance(node, exp.Func)


def _from_first(tokens: Sequence[Token]) -> Iterator[Token]:
    """Yield the FROM of each query that begins with it. In EXTRACT and TRIM a FROM stands inside other brackets."""
    begun: list[list[TokenType]] = [[]]  # by depth of brackets: how the query begins, and a SELECT once it came
    for before, token in zip((None, *tokens), tokens):  # noqa: B905 - the last has nothing after it
        kind = token.token_type
        if kind == TokenType.L_PAREN:
            begun.append([])
            continue
        if kind == TokenType.R_PAREN and len(begun) > 1:
            begun.pop()
            continue
        seen = begun[-1]
        if kind in BETWEEN_QUERIES and (before is None or before.token_type != TokenType.STAR):
            seen.clear()
            continue
        if not seen and kind in (TokenType.ALL, TokenType.DISTINCT):
            continue
        if kind == TokenType.FROM and seen[:1] in ([], [TokenType.WITH]) and TokenType.SELECT not in seen:
            yield token
        if not seen or kind == TokenType.SELECT:
            seen.append(kind)


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
