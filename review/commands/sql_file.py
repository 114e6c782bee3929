"""A file that ends in .sql as a table of its statements: each has its number and line as id."""

from __future__ import annotations

import bisect
from collections.abc import Collection, Iterator, Mapping, Sequence

from sqlglot.tokens import TokenType

from review.basics.errors import InputError
from review.basics.input_file import input_file
from review.basics.tables import Row, Table, read_table
from review.sql.text.dialects import tokens_of

MOST_BYTES = 20_000_000


def read_sql_or_table(
    file: str,
    dialect: str,
    *,
    required: Collection[str] = ("id", "sql"),
    optional: Sequence[str] = (),
    names: Mapping[str, str] | None = None,
) -> Table:
    """Read a table of statements, or a .sql file in a dialect.

    Raises InputError for what neither is, and for a .sql file where columns other than id and sql are required.
    """
    given = input_file(file)
    if given.suffix != ".sql":
        return read_table(file, required=tuple(required), optional=optional, names=names)
    if missing := [name for name in required if name not in ("id", "sql")]:
        raise InputError(
            f"{given.name}: found statements, expected a table (CSV, JSON, JSONL or Parquet) with the column "
            f"'{missing[0]}' beside them."
        )
    content = given.head(MOST_BYTES + 1)
    if len(content) > MOST_BYTES:
        raise InputError(f"{given.name}: found more than {MOST_BYTES:,} bytes, expected less. Split the file.")
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = content[: error.start].count(b"\n") + 1
        raise InputError(f"{given.name}, line {line}: found bytes that are no UTF-8, expected UTF-8.") from None
    breaks = [at for at, character in enumerate(text) if character == "\n"]
    rows = []
    for number, (start, end) in enumerate(_statements(text, dialect), 1):
        line = bisect.bisect_left(breaks, start) + 1
        rows.append(Row(given.name, line, {"id": f"{number} (line {line})", "sql": text[start:end]}))
    if not rows:
        raise InputError(f"{given.name}: found no statement, expected at least one.")
    return Table(file=given.name, columns=("id", "sql"), rows=tuple(rows), format="sql")


def _statements(text: str, dialect: str) -> Iterator[tuple[int, int]]:
    """Yield where statements begin and end, without the semicolon; a text that has no tokens is one statement."""
    tokens = tokens_of(text, dialect)
    if tokens is None:
        yield len(text) - len(text.lstrip()), len(text.rstrip())
        return
    start = -1
    end = 0
    for token in tokens:
        if token.token_type == TokenType.SEMICOLON:
            if start >= 0:
                yield start, end
            start = -1
            continue
        start, end = (token.start if start < 0 else start), token.end + 1
    if start >= 0:
        yield start, end
