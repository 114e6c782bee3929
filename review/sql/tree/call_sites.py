"""Calls of functions in the text of a statement, with the brackets, the window and the query that each belongs to."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from sqlglot.tokens import Token, TokenType

OPENING = (TokenType.L_PAREN, TokenType.L_BRACKET, TokenType.L_BRACE)
CLOSING = (TokenType.R_PAREN, TokenType.R_BRACKET, TokenType.R_BRACE)


class Call(NamedTuple):
    """A call by numbers of tokens: its ``name``, its brackets, and those of its window.

    ``window`` is None for a call without OVER, and (-1, -1) where its window is not found.
    """

    name: int
    opened: int
    closed: int
    window: tuple[int, int] | None = None


def pairs_of(tokens: Sequence[Token]) -> dict[int, int]:
    """Return for each opening bracket the one that closes it."""
    found, open_ones = {}, []
    for at, token in enumerate(tokens):
        if token.token_type in OPENING:
            open_ones.append(at)
        elif token.token_type in CLOSING and open_ones:
            found[open_ones.pop()] = at
    return found


def calls(tokens: Sequence[Token], pairs: dict[int, int]) -> Iterator[Call]:
    """Yield each name before a bracket, as a call."""
    for at, end in pairs.items():
        word = at > 0 and (tokens[at - 1].text[:1].isalpha() or tokens[at - 1].text[:1] == "_")
        if tokens[at].token_type == TokenType.L_PAREN and word:
            yield Call(at - 1, at, end, _window(tokens, pairs, end + 1))


def select_of(tokens: Sequence[Token], at: int) -> int | None:
    """Return the SELECT that a token belongs to, None where none is: brackets before the token are passed over."""
    depth = 0
    for here in range(at, -1, -1):
        kind = tokens[here].token_type
        if kind in CLOSING and here != at:
            depth += 1
        elif kind in OPENING and depth:
            depth -= 1
        elif kind == TokenType.SELECT and not depth:
            return here
    return None


def at_level(tokens: Sequence[Token], start: int, end: int) -> Iterator[int]:
    """Yield the tokens from one to before another that stand in no further brackets."""
    depth = 0
    for at in range(start, end):
        depth -= tokens[at].token_type in CLOSING
        if depth < 0:
            return
        if depth == 0:
            yield at
        depth += tokens[at].token_type in OPENING


def pieces(tokens: Sequence[Token], start: int, end: int) -> list[tuple[int, int]]:
    """Return the parts between commas, each as its first token and the one after its last."""
    cuts = [at for at in at_level(tokens, start, end) if tokens[at].token_type == TokenType.COMMA]
    return [(a, b) for a, b in zip([start, *(at + 1 for at in cuts)], [*cuts, end], strict=True) if b > a]


def arguments(tokens: Sequence[Token], call: Call) -> list[tuple[int, int]]:
    """Return the arguments of a call as ``pieces``; the last ends at its ORDER BY."""
    inside = at_level(tokens, call.opened + 1, call.closed)
    end = next((at for at in inside if tokens[at].token_type == TokenType.ORDER_BY), call.closed)
    return pieces(tokens, call.opened + 1, end)


def _window(tokens: Sequence[Token], pairs: dict[int, int], at: int) -> tuple[int, int] | None:
    while at < len(tokens):
        word = tokens[at].text.upper()
        opened = at + 1
        if word in ("FILTER", "WITHIN GROUP") and opened in pairs:
            at = pairs[opened] + 1
        elif word in ("IGNORE", "RESPECT", "NULLS", "IGNORE NULLS", "RESPECT NULLS"):
            at += 1
        elif word == "OVER":
            return (opened, pairs[opened]) if opened in pairs else _named(tokens, pairs, opened)
        else:
            return None
    return None


def _named(tokens: Sequence[Token], pairs: dict[int, int], at: int) -> tuple[int, int]:
    """The brackets of WINDOW name AS (...)."""
    name = tokens[at].text.lower() if at < len(tokens) else ""
    for here, end in pairs.items():
        before = tokens[max(here - 2, 0) : here]
        if len(before) == 2 and before[0].text.lower() == name and before[1].token_type == TokenType.ALIAS:
            return here, end
    return -1, -1
