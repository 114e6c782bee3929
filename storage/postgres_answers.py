"""What a snapshot has been told already. Its state does not change, so no question goes to the server twice."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any


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
    """The answers of one snapshot, by statement and values."""

    def __init__(self) -> None:
        """Begin without an answer."""
        self._known: dict[tuple[Any, ...], Answer] = {}

    def __len__(self) -> int:
        """Return how many answers are known."""
        return len(self._known)

    def get(self, sql: str, values: Sequence[Any]) -> Answer | None:
        """Return the answer to a question that was asked before, else None."""
        known = self._known.get(_key(sql, values))
        return known and known.again()

    def keep(self, sql: str, values: Sequence[Any], cursor: Any) -> Answer:
        """Keep what a cursor of psycopg returned for a question, and return it."""
        answer = Answer([(column.name,) for column in cursor.description], cursor.fetchall())
        self._known[_key(sql, values)] = answer
        return answer.again()


def _key(sql: str, values: Sequence[Any]) -> tuple[Any, ...]:
    return sql, *(tuple(value) if isinstance(value, list) else value for value in values)
