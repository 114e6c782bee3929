"""Limits inside a statement: a subquery that gives one of several level rows makes all that is built on it open."""

from __future__ import annotations

from collections.abc import Iterator

from sqlglot import exp
from sqlglot.tokens import Token, TokenType

from review.sql.execution.runner import Runner
from review.sql.execution.unlimited import without_limit
from review.sql.tree.statement import Statement, UnreadableSql, read_statement

MOST = 8
"""Inner limits that are looked at; more of them are not told."""


def open_inside(runner: Runner, statement: Statement) -> str:
    """Return in words why a statement may give other rows on the same data by a limit inside it, "" where it may not.

    A subquery that stands for itself is run without its limit: where the row at its end and the next have other sort
    keys, it always gives the same rows. One that refers to the query around it cannot be run alone.
    """
    limited = [
        node for node in statement.tree.find_all(exp.Query)
        if node is not statement.tree and _outermost(node, statement.tree) and node.args.get("limit") is not None
    ]  # fmt: skip
    if not limited:
        return ""
    texts = list(_bracketed(statement))
    if len(limited) > MOST or len(texts) < len(limited):
        return "A limit inside the reference leaves open which rows it takes."
    before = _common(statement)
    for text in texts:
        if not _always_the_same(runner, before + text):
            return "A limit inside the reference leaves open which of several level rows it takes."
    return ""


def _outermost(node: exp.Expr, tree: exp.Expr) -> bool:
    """Whether a query is not just the whole statement in brackets."""
    here = node.parent
    while isinstance(here, exp.Subquery):
        if here is tree:
            return False
        here = here.parent
    return True


def _bracketed(statement: Statement) -> Iterator[str]:
    """The texts in brackets that are queries with a limit of their own."""
    opened: list[Token] = []
    limits: list[bool] = []
    for token in statement.tokens:
        if token.token_type == TokenType.L_PAREN:
            opened.append(token)
            limits.append(False)
        elif token.token_type == TokenType.R_PAREN and opened:
            start, limited = opened.pop(), limits.pop()
            text = statement.text[start.end + 1 : token.start]
            if limited and text.lstrip("( \n\t")[:6].upper().startswith(("SELECT", "WITH", "FROM")):
                yield text
        elif token.token_type in (TokenType.LIMIT, TokenType.FETCH) and limits:
            limits[-1] = True


def _common(statement: Statement) -> str:
    """The text of WITH before a statement, in front of which a query inside it can be run, "" where there is none."""
    if statement.tree.args.get("with_") is None:
        return ""
    depth = 0
    for token in statement.tokens:
        depth += (token.token_type == TokenType.L_PAREN) - (token.token_type == TokenType.R_PAREN)
        if depth == 0 and token.token_type == TokenType.SELECT:
            return statement.text[: token.start]
    return ""


def _always_the_same(runner: Runner, text: str) -> bool:
    try:
        tree = read_statement(text, runner.engine.dialect).tree
    except UnreadableSql:
        return False
    limit = tree.args.get("limit")
    count = limit.expression.name if isinstance(limit, exp.Limit) and limit.expression is not None else "1"
    shown = runner.run(text)
    if not shown.done or not count.isdigit():
        return False
    if len(shown.rows) < int(count):
        return True
    unlimited = without_limit(text, runner.engine.dialect, shown.columns)
    every = runner.run(unlimited.text) if unlimited is not None else None
    if unlimited is None or every is None or not every.done or not unlimited.places:
        return False
    end = unlimited.skipped + int(count)
    if len(every.rows) <= end:
        return not every.truncated
    last, after = ([row[k] for k in unlimited.places] for row in (every.rows[end - 1], every.rows[end]))
    return last != after
