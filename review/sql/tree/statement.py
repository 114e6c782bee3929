"""A statement, read once for all rules."""

from __future__ import annotations

import functools
import logging
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any, TypeVar

from sqlglot import exp
from sqlglot.dialects.dialect import Dialect
from sqlglot.errors import ParseError, SqlglotError
from sqlglot.tokens import Token

from review.sql.schema.schema import Schema
from review.sql.text.dialects import dialect_named
from review.sql.tree.frames import Names
from review.sql.tree.names import names_of

T = TypeVar("T", bound=exp.Expr)
LONGEST = 100_000
"""Characters of a statement that is read; a longer one is not checked."""
DEEPEST = 150
"""Brackets inside each other; deeper ones would exhaust the parser."""
# The parser logs texts that it reads only in part. They belong to people, and the findings say the same.
logging.getLogger("sqlglot").setLevel(logging.ERROR)


class UnreadableSql(Exception):
    """A text that cannot be read as SQL of its dialect, with the place where reading stopped."""

    def __init__(self, message: str, start: int, end: int) -> None:
        super().__init__(message)
        self.start, self.end = start, end


@dataclass(kw_only=True)
class Statement:
    """The text of one answer and its trees: ``trees`` holds one per statement, ``tree`` is the first.

    ``names`` says where tables and columns come from. ``beside`` is what came with the SQL: question, answer, result.
    """

    text: str
    dialect: str
    schema: Schema | None
    tokens: list[Token]
    trees: list[exp.Expr]
    names: Names
    beside: dict[str, Any] = field(default_factory=dict)

    @property
    def tree(self) -> exp.Expr:
        """The first statement."""
        return self.trees[0]

    @functools.cached_property
    def nodes(self) -> list[exp.Expr]:
        """All nodes of all trees. Rules look at them in turn, so the trees are walked once."""
        return [node for tree in self.trees for node in tree.walk()]

    def all(self, *kinds: type[T]) -> Iterator[T]:
        """Yield the nodes of some kinds, in the order of the trees."""
        return (node for node in self.nodes if isinstance(node, kinds))


def read_statement(
    text: str, dialect: str, schema: Schema | None = None, *, beside: dict[str, Any] | None = None
) -> Statement:
    """Read a text as SQL. Raises UnreadableSql when that is not possible within the limits."""
    if not text.strip():
        raise UnreadableSql("There is no SQL.", 0, len(text))
    if len(text) > LONGEST:
        raise UnreadableSql(f"The text has {len(text):,} characters; at most {LONGEST:,} are read.", 0, len(text))
    parser = Dialect.get_or_raise(dialect_named(dialect))
    try:
        tokens = parser.tokenize(text)
        _check_depth(tokens, text)
        trees = [t for t in parser.parser().parse(tokens, text) if t is not None and not isinstance(t, exp.Semicolon)]
        if not trees:
            raise UnreadableSql("There is no statement, only comments.", 0, len(text))
        alone = len(trees) == 1 and isinstance(trees[0], exp.Query | exp.Pivot | exp.Values)
        names = names_of(trees[0], schema, dialect) if alone else Names()
    except ParseError as error:
        raise _stopped(error, text) from None
    except SqlglotError as error:
        raise UnreadableSql(f"Not readable as {dialect}: {_plain(str(error))}", 0, len(text)) from None
    except RecursionError:
        raise UnreadableSql("The statement is too deeply nested to be read.", 0, len(text)) from None
    except (ValueError, IndexError, KeyError, AttributeError, TypeError) as error:
        # The parser stumbles over some broken texts instead of refusing them.
        raise UnreadableSql(f"Not readable as {dialect} ({type(error).__name__}).", 0, len(text)) from None
    return Statement(
        text=text, dialect=dialect, schema=schema, tokens=tokens, trees=trees, names=names, beside=beside or {}
    )


def _check_depth(tokens: list[Token], text: str) -> None:
    depth = 0
    for token in tokens:
        written = token.text
        if written in ("(", "[", "{"):
            depth += 1
            if depth > DEEPEST:
                raise UnreadableSql(f"More than {DEEPEST} brackets stand inside each other.", token.start, len(text))
        elif written in (")", "]", "}"):
            depth -= 1


def _stopped(error: ParseError, text: str) -> UnreadableSql:
    first = error.errors[0] if error.errors else {}
    line, column = first.get("line"), first.get("col")
    said = _plain(str(first.get("description") or error))
    if line is None or column is None:
        return UnreadableSql(f"Not readable as SQL: {said}.", 0, len(text))
    start = sum(len(row) + 1 for row in text.split("\n")[: line - 1]) + column
    end = min(max(start, 1), len(text))
    begin = max(0, end - max(1, len(str(first.get("highlight") or "x"))))
    return UnreadableSql(f"Not readable as SQL at line {line}, column {column}: {said}.", begin, end)


def _plain(text: str) -> str:
    line = text.split("\n", 1)[0].split(" Line ", 1)[0].strip().rstrip(".")
    return line[:200]
