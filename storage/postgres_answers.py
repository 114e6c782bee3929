"""What a transaction has been told already, so that no question goes to the server twice.

The state of a snapshot does not change. One that writes holds the lock of the database, so only it can change what it
was told: a write to a table ends what is known of that table.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import Any

_WRITES = re.compile(r'\s*(?:INSERT INTO|UPDATE|DELETE FROM)\s+"(\w+)"', re.IGNORECASE)
_READS = re.compile(r"\s*(?:SELECT|WITH)\b", re.IGNORECASE)


class Answer:
    """The rows of a question, which may be read several times, each time by a reader of its own."""

    def __init__(self, description: Sequence[tuple[str]], rows: Sequence[tuple[Any, ...]]) -> None:
        """Take the names of the columns and all rows."""
        self.description, self._rows = description, rows
        self._left = iter(rows)

    def again(self) -> Answer:
        """Return the same answer for another reader."""
        return Answer(self.description, self._rows)

    def fetchone(self) -> tuple[Any, ...] | None:
        """Return the next row, None after the last one."""
        return next(self._left, None)

    def fetchall(self) -> list[tuple[Any, ...]]:
        """Return all rows that are left."""
        return list(self._left)

    def __iter__(self) -> Iterator[tuple[Any, ...]]:
        """Yield the rows that are left."""
        return self._left


class Answers:
    """The answers of one transaction, by statement and values."""

    def __init__(self) -> None:
        """Begin without an answer."""
        self._known: dict[tuple[Any, ...], Answer] = {}

    def get(self, sql: str, values: Sequence[Any]) -> Answer | None:
        """Return the answer to a question that was asked before, else None."""
        known = self._known.get(_key(sql, values))
        return known and known.again()

    def keep(self, sql: str, values: Sequence[Any], cursor: Any) -> Answer:
        """Keep what a cursor of psycopg returned for a question, and return it."""
        answer = Answer([(column.name,) for column in cursor.description], cursor.fetchall())
        self._known[_key(sql, values)] = answer
        return answer.again()

    def note(self, sql: str) -> None:
        """Forget what a statement that runs now may change."""
        if not self._known or _READS.match(sql):
            return
        written = _WRITES.match(sql)
        about = f'"{written[1]}"' if written else ""
        self._known = {key: answer for key, answer in self._known.items() if about not in key[0]}


def _key(sql: str, values: Sequence[Any]) -> tuple[Any, ...]:
    return sql, *(tuple(value) if isinstance(value, list) else value for value in values)
