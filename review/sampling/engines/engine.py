"""What an engine is: a protocol for reading production conversations where they are stored, and how a source is opened.

An engine only reads. It lists its columns, gives the SQL that reads a column as text, number or instant, and runs
queries that are built as expressions. Credentials come from the environment only.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, NamedTuple, Protocol, runtime_checkable

from sqlglot import exp


class Span(NamedTuple):
    """A span of time that the rows must lie in, half open, by a column: rows without a time there are kept."""

    column: str
    start: datetime
    end: datetime


class Engine(Protocol):
    """An open source of conversations.

    ``source`` names it in the ledger, without credentials. ``dialect`` is sqlglot's name for its SQL. With an
    ``open_schema`` there may be columns that ``columns`` does not list. A ``path`` leads into a nested column. Numbers
    are finite, and instants compare with ``moment``; a value that cannot be read is NULL.
    """

    source: str
    dialect: str
    open_schema: bool

    def columns(self) -> Mapping[str, str]:
        """Return the columns with their types in the engine's own words."""

    def relation(self, names: Sequence[str], span: Span | None = None) -> exp.Expr:
        """Return what to select from, with at least these columns.

        ``span`` lets an engine leave out what surely lies outside; it need not, and the query asks for the rest.
        """

    def keep(self, rows: exp.Select) -> exp.Expr:
        """Return the rows of a query to select from; an engine that can keep them reads them once."""

    def query(self, query: exp.Expr) -> list[tuple[Any, ...]]:
        """Return all rows of a query. Raises InputError when the source cannot be read."""

    def text(self, name: str, path: Sequence[str] = ()) -> exp.Expr:
        """Return a column as text; objects and lists are JSON."""

    def number(self, name: str, path: Sequence[str] = ()) -> exp.Expr:
        """Return a column as a number."""

    def instant(self, name: str, path: Sequence[str] = (), *, zone: str = "UTC", form: str = "") -> exp.Expr:
        """Return a column as an instant: ISO 8601 or a count since 1970; a time without an offset is in ``zone``.

        ``form`` is that of other texts, as :mod:`review.basics.date_forms` has it.
        """

    def moment(self, moment: datetime) -> exp.Expr:
        """Return a fixed instant, to compare with ``instant``."""

    def close(self) -> None:
        """Close files and connections."""


@runtime_checkable
class HoldsRecords(Protocol):
    """A source whose rows are no conversations: it gives the records of drawn ids itself."""

    format: str
    """The name of that format, "" where the records tell it."""

    def records(self, ids: Sequence[str]) -> Iterator[dict[str, Any]]:
        """Yield what a reader of a format makes the conversations of, in any order."""


class Address(NamedTuple):
    """A source taken apart: its scheme or suffix, path or host, and the table with other options."""

    scheme: str
    path: str
    host: str
    options: Mapping[str, str]

    @property
    def table(self) -> str:
        """Return the table that the source names, else ``conversations``."""
        return self.options.get("table", "conversations")


@dataclass(frozen=True, kw_only=True)
class EngineKind:
    """How the sources of one engine are written and opened.

    ``about`` is the engine in a few words and ``example`` a source of it, for documentation. ``open(address, week)``
    opens a source for reading; a week lets it leave out files of other weeks. ``options`` are the names that may follow
    ``?`` in an address; one ``on_server`` has a host, one ``in_bucket`` may have one, any other has a path alone.
    """

    about: str
    example: str
    open: Callable[[Address, str | None], Engine]
    options: tuple[str, ...] = ("table",)
    on_server: bool = False
    in_bucket: bool = False
