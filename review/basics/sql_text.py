"""SQL for people to read: broken into lines, and split into tokens to colour.

``pretty`` changes white space only. ``formatted`` lets the parser write the statement anew, which may change how a name
or function is spelt, so a reader of it can see the original too.
"""

from __future__ import annotations

import functools
import logging
import re
from collections.abc import Iterator

from sqlglot import ErrorLevel, transpile
from sqlglot.dialects.dialect import Dialect
from sqlglot.errors import SqlglotError
from sqlglot.tokens import Token, TokenType

# The parser logs texts that it reads only in part. They belong to people, and nobody needs them in a log.
logging.getLogger("sqlglot").setLevel(logging.ERROR)
SHORT, LONGEST = 72, 20_000
"""Statements of at most ``SHORT`` characters stay on one line; those over ``LONGEST`` are not parsed."""

_STRINGS = {t for t in TokenType if t.name.endswith("STRING") or t.name == "HEREDOC_STRING"}
_NAMES = {TokenType.VAR, TokenType.IDENTIFIER, TokenType.PARAMETER, TokenType.DATABASE, TokenType.TABLE}
_CLAUSES = {
    "SELECT", "FROM", "PREWHERE", "WHERE", "GROUP BY", "HAVING", "QUALIFY", "WINDOW", "ORDER BY", "LIMIT", "OFFSET",
    "UNION", "UNION ALL", "INTERSECT", "EXCEPT", "FORMAT", "SETTINGS", "VALUES", "SET", "WITH", "RETURNING",
}  # fmt: skip
_JOINERS = {
    "NATURAL", "GLOBAL", "ANY", "ALL", "ASOF", "LEFT", "RIGHT", "FULL", "INNER", "OUTER", "CROSS", "SEMI", "ANTI",
}  # fmt: skip
_COMMENT = re.compile(r"--[^\n]*|#[^\n]*|//[^\n]*|/\*.*?(?:\*/|\Z)|\{#.*?#\}", re.DOTALL)


@functools.lru_cache(maxsize=512)
def tokens(sql: str, dialect: str | None = None) -> list[list[str]]:
    """Split ``sql`` into ``[kind, text]`` pairs; the texts joined are ``sql`` again. Nobody may change them.

    Kinds are keyword, string, number, comment, name and other. Text that the dialect cannot read (a quote that never
    closes, prose) is one "other"; nothing is raised.
    """
    pairs: list[list[str]] = []
    position = 0
    for token in _scan(sql, dialect):
        pairs += _gap(sql[position : token.start])
        pairs.append([_kind(token, sql), sql[token.start : token.end + 1]])
        position = token.end + 1
    pairs += _gap(sql[position:]) if position else [["other", sql]]
    return [pair for pair in pairs if pair[1]]


@functools.lru_cache(maxsize=4096)
def formatted(sql: str, dialect: str | None = None) -> str:
    """Return one statement laid out by the parser; a short one, or one that it cannot read, as :func:`pretty` does."""
    text = sql.strip()
    if ("\n" not in text and len(text) <= SHORT) or len(text) > LONGEST:
        return pretty(text, dialect)
    try:
        made = transpile(text, read=dialect, write=dialect, pretty=True, unsupported_level=ErrorLevel.RAISE)
    except (SqlglotError, ValueError, RecursionError):
        return pretty(text, dialect)
    return made[0] if len(made) == 1 and made[0].strip() else pretty(text, dialect)


def pretty(sql: str, dialect: str | None = None) -> str:
    """Break a one-line statement before its clauses and indent subqueries; only white space changes.

    A statement that is short, already has lines, or cannot be read by the dialect is only stripped.
    """
    text = sql.strip()
    if "\n" in text or len(text) <= SHORT:
        return text
    pieces, position = [], 0
    for token, broken in _breaks(_scan(text, dialect)):
        gap = text[position : token.start]
        pieces.append(broken if broken and not gap.strip() else gap)
        pieces.append(text[token.start : token.end + 1])
        position = token.end + 1
    return "".join(pieces) + text[position:]


def _scan(sql: str, dialect: str | None) -> list[Token]:
    """The tokens in order, or none when the text cannot be read or a position is wrong."""
    try:
        listed = Dialect.get_or_raise(dialect).tokenize(sql)
    except (SqlglotError, ValueError, IndexError):
        return []
    edge = -1
    for token in listed:
        if not edge < token.start <= token.end < len(sql):
            return []
        edge = token.end
    return listed


def _kind(token: Token, sql: str) -> str:
    kind = token.token_type
    if kind == TokenType.NUMBER:
        return "number"
    if kind in _STRINGS:
        return "string"
    text = sql[token.start : token.end + 1]
    if kind in _NAMES or text[:1] in '"`[':
        return "name"
    return "keyword" if text[:1].isalpha() else "other"


def _gap(text: str) -> Iterator[list[str]]:
    """Comments and the white space around them: sqlglot attaches comments to tokens and does not list them."""
    position = 0
    for match in _COMMENT.finditer(text):
        yield ["other", text[position : match.start()]]
        yield ["comment", match.group()]
        position = match.end()
    yield ["other", text[position:]]


def _breaks(listed: list[Token]) -> Iterator[tuple[Token, str]]:
    """Each token with the line break to put before it, or "" to keep the space."""
    queries = [0]  # for every open bracket: the depth of the query inside it, or -1 where no line may break
    between = False
    for k, token in enumerate(listed):
        word = _word(token)
        depth, broken = queries[-1], ""
        if token.token_type == TokenType.L_PAREN:
            inside = _word(listed[k + 1]) in ("SELECT", "WITH") if k + 1 < len(listed) else False
            queries.append(max(queries) + 1 if inside else -1)
        elif token.token_type == TokenType.R_PAREN and len(queries) > 1:
            closed = queries.pop()
            broken = "\n" + "  " * (closed - 1) if closed > 0 else ""
        elif depth >= 0 and k > 0:
            broken = _break_before(listed, k, depth, between)
        if word in ("BETWEEN", "AND"):
            between = word == "BETWEEN"
        yield token, broken


def _break_before(listed: list[Token], k: int, depth: int, between: bool) -> str:
    word, before = _word(listed[k]), _word(listed[k - 1])
    if word in ("AND", "OR"):
        return "" if between and word == "AND" else "\n" + "  " * (depth + 1)
    if word in _JOINERS | {"JOIN"}:
        starts = before not in _JOINERS and _joins(listed, k)
        return "\n" + "  " * depth if starts else ""
    if word in _CLAUSES and before not in (".", ",", "BY", "DELETE", "AS"):
        return "\n" + "  " * depth
    return ""


def _joins(listed: list[Token], k: int) -> bool:
    """Whether the words from ``k`` on end in JOIN: LEFT JOIN does, the function LEFT(name, 1) does not."""
    while k < len(listed) and _word(listed[k]) in _JOINERS:
        k += 1
    return k < len(listed) and _word(listed[k]) == "JOIN"


def _word(token: Token) -> str:
    """The token as an upper-case word; "" for a quoted name or a string."""
    quoted = token.token_type in _STRINGS or token.token_type == TokenType.IDENTIFIER
    return "" if quoted else " ".join(token.text.upper().split())
