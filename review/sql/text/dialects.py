"""The dialects that are proven by tests, and how each of them writes names, strings and comments."""

from __future__ import annotations

import functools
import string
from typing import TYPE_CHECKING

from review.basics.errors import InputError

if TYPE_CHECKING:
    from sqlglot.tokens import Token

PROVEN = ("clickhouse", "postgres", "sqlite", "duckdb")
"""Dialects whose escapes, functions and limits the tests hold; any other is parsed and called "not proven"."""
CASE_SENSITIVE = ("clickhouse",)
_SMALL = {ord(capital): ord(capital.lower()) for capital in string.ascii_uppercase}
"""The proven dialects take only these letters for each other: "Ä" and "ä" are two names."""
_MORE_NAMES = {"postgresql": "postgres", "psql": "postgres", "sqlite3": "sqlite", "chdb": "clickhouse"}


def dialect_named(name: str) -> str:
    """Return sqlglot's name of a dialect. Raises InputError with the proven ones for a name that it does not know."""
    known = _MORE_NAMES.get(name.strip().lower(), name.strip().lower())
    if not known or not _is_known(known):
        raise InputError(
            f"SQL dialect: found {name!r}, expected one of {', '.join(PROVEN)}, or another that sqlglot reads, "
            "such as mysql, bigquery, snowflake or tsql."
        )
    return known


@functools.cache
def _is_known(name: str) -> bool:
    # The child processes of the engines need names and schemas, and start twice as fast without the parser.
    from sqlglot.dialects.dialect import Dialect

    try:
        Dialect.get_or_raise(name)
    except ValueError:
        return False
    return True


def tokens_of(text: str, dialect: str) -> list[Token] | None:
    """Return the tokens of a text, None where it cannot be read."""
    from sqlglot.dialects.dialect import Dialect
    from sqlglot.errors import SqlglotError

    try:
        return list(Dialect.get_or_raise(dialect_named(dialect)).tokenize(text))
    except (SqlglotError, ValueError):
        return None


def folded(name: str, dialect: str, *, quoted: bool = False) -> str:
    """Return the form under which a dialect finds a name."""
    if dialect in CASE_SENSITIVE or (quoted and dialect == "postgres"):
        return name
    return name.translate(_SMALL) if dialect in PROVEN else name.lower()
