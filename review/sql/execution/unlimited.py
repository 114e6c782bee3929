"""The text of a statement without its limit and with its sort keys as columns, made of the original text alone."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from sqlglot import exp
from sqlglot.tokens import Token, TokenType

from review.sql.results.ordering import order_of
from review.sql.tree.statement import Statement, UnreadableSql, read_statement

_ENDS = (TokenType.LIMIT, TokenType.FETCH, TokenType.OFFSET, TokenType.SEMICOLON)
_OPENING = (TokenType.L_PAREN, TokenType.L_BRACKET, TokenType.L_BRACE)
_CLOSING = (TokenType.R_PAREN, TokenType.R_BRACKET, TokenType.R_BRACE)


class Unlimited(NamedTuple):
    """A text without its limit, where its sort keys stand among its columns, and how many rows its limit skipped."""

    text: str
    places: list[int]
    skipped: int = 0


def leaves_open(statement: Statement, columns: Sequence[str]) -> bool:
    """Return whether a query may give other rows, or another order, on the same data, by its own last clauses.

    A limit cuts somewhere among rows that may be level, and where the sort keys are not among its ``columns`` nobody
    sees which rows are level.
    """
    tree = statement.tree
    if any(tree.args.get(part) is not None for part in ("limit", "offset", "limit_by")):
        return True
    return tree.args.get("order") is not None and order_of(statement.text, statement.dialect, columns).columns is None


def without_limit(sql: str, dialect: str, columns: Sequence[str]) -> Unlimited | None:
    """Return the text without its limit and with further columns for its sort keys.

    None for a statement of another form, and where nothing is to be learned: no limit cuts, and the result shows its
    sort keys.
    """
    try:
        statement = read_statement(sql, dialect)
    except UnreadableSql:
        return None
    tree, offset = statement.tree, statement.tree.args.get("offset")
    if not isinstance(tree, exp.Select | exp.SetOperation) or not leaves_open(statement, columns):
        return None
    skipped = _whole(offset)
    if skipped is None or _cuts_otherwise(tree):
        return None
    names = _names(tree, columns)
    order = tree.args.get("order")
    places: list[int] = []
    added: dict[int, exp.Expr] = {}
    for at, ordered in enumerate(order.expressions if order is not None else []):
        shown = _shown(ordered.this, names, tree)
        places.append(len(names) + len(added) if shown is None else shown)
        if shown is None:
            added[at] = exp.alias_(ordered.this.copy(), f"sort_key_{at}")
    if added and (isinstance(tree, exp.SetOperation) or tree.args.get("distinct") is not None):
        return None
    wanted = tree.copy()
    wanted.set("limit", None)
    wanted.set("offset", None)
    if added:
        wanted.set("expressions", [*wanted.expressions, *added.values()])
    for text in _edited(statement, list(added)):
        if _reads_as(text, dialect, wanted):
            return Unlimited(text, places, skipped)
    return None


def _cuts_otherwise(tree: exp.Expr) -> bool:
    """Whether a statement ends in more than a limit: LIMIT 1 BY x, FETCH FIRST 1 ROW WITH TIES, FORMAT."""
    limit = tree.args.get("limit")
    options = limit.args.get("limit_options") if limit is not None else None
    ties = options is not None and any(options.args.get(part) for part in ("with_ties", "percent"))
    return (
        ties
        or bool(limit is not None and limit.expressions)
        or any(tree.args.get(part) is not None for part in ("limit_by", "format", "settings"))
    )


def _whole(offset: exp.Expr | None) -> int | None:
    """The number of rows that OFFSET skips, None where it is no number that is written."""
    if offset is None:
        return 0
    number = offset.expression if isinstance(offset, exp.Offset) else offset
    return int(number.name) if isinstance(number, exp.Literal) and number.name.isdigit() else None


def _names(tree: exp.Expr, columns: Sequence[str]) -> list[str]:
    """The names under which ORDER BY may call the columns: aliases, of a star and of UNION those of the result."""
    shown = tree.expressions if isinstance(tree, exp.Select) else []
    if not shown or any(one.is_star for one in shown):
        folded = [column.lower() for column in columns]
        return [name if folded.count(name) == 1 else "" for name in folded]
    return [one.alias.lower() if isinstance(one, exp.Alias) else "" for one in shown]


def _shown(key: exp.Expr, names: Sequence[str], tree: exp.Expr) -> int | None:
    """The column that a sort key names by its place, by its alias or as it is written there, None for another key."""
    if isinstance(key, exp.Literal) and key.name.isdigit() and 0 < int(key.name) <= len(names):
        return int(key.name) - 1
    if isinstance(key, exp.Column) and not key.table and key.name.lower() in names:
        return names.index(key.name.lower())
    columns = tree.expressions if isinstance(tree, exp.Select) else []
    written = [column.unalias() for column in columns]
    return written.index(key) if key in written and not any(column.is_star for column in columns) else None


def _edited(statement: Statement, added: Sequence[int]) -> Iterator[str]:
    """Yield the original text with its limit cut off and its sort keys put before each FROM that may be the outer one.

    Without a FROM they stand before ORDER BY.
    """
    outer, depth = [], 0
    for token in statement.tokens:
        depth -= token.token_type == TokenType.R_PAREN
        if depth == 0:
            outer.append(token)
        depth += token.token_type == TokenType.L_PAREN
    text = statement.text
    start = next((t for t in outer if t.token_type == TokenType.ORDER_BY), None)
    after = start.start if start is not None else -1
    cut = next((t.start for t in outer if t.start > after and t.token_type in _ENDS), len(text))
    if not added:
        yield text[:cut].rstrip()
    if start is None:
        return
    keys = _pieces(text, [t for t in statement.tokens if start.end < t.start < cut])
    if any(at >= len(keys) for at in added):
        return
    columns = "".join(f", {keys[at]} AS sort_key_{at}" for at in added)
    for token in (*(t for t in outer if t.token_type == TokenType.FROM and t.start < start.start), start):
        yield f"{text[: token.start].rstrip(' ')}{columns} {text[token.start : cut]}".rstrip()


def _pieces(text: str, tokens: Sequence[Token]) -> list[str]:
    """The sort keys between commas, each without its direction."""
    parts: list[list[Token]] = [[]]
    depth = 0
    for token in tokens:
        depth += (token.token_type in _OPENING) - (token.token_type in _CLOSING)
        if token.token_type == TokenType.COMMA and depth == 0:
            parts.append([])
        else:
            parts[-1].append(token)
    found = []
    for part in parts:
        while part and part[-1].text.upper() in ("ASC", "DESC", "NULLS", "FIRST", "LAST"):
            part.pop()
        found.append(text[part[0].start : part[-1].end + 1] if part else "")
    return found


def _reads_as(text: str, dialect: str, wanted: exp.Expr) -> bool:
    try:
        return bool(read_statement(text, dialect).tree == wanted)
    except UnreadableSql:
        return False
