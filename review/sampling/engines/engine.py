"""What an engine is: a small protocol for a place where production conversations are, and how its sources are opened.

An engine reads and never writes. It says which columns there are, how a column reads as text, as a number or as an
instant in its own SQL, and answers queries that are built as expressions. Credentials come from the environment alone.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, NamedTuple, Protocol

from sqlglot import exp


class Engine(Protocol):
    """What a source of conversations must answer.

    ``source`` names it for the ledger, without credentials; ``dialect`` is sqlglot's name of its SQL; with an
    ``open_schema`` a column may exist that ``columns`` has not seen. ``path`` leads into a nested column. Numbers are
    finite, instants comparable with ``moment``; what cannot be read is NULL.
    """

    source: str
    dialect: str
    open_schema: bool

    def columns(self) -> Mapping[str, str]:
        """The names of the columns with their types in the engine's own words."""

    def relation(self, names: Sequence[str]) -> exp.Expr:
        """What to select from, with at least these columns."""

    def keep(self, rows: exp.Select) -> exp.Expr:
        """The rows of a query as something to select from, read once where the engine can keep them."""

    def query(self, query: exp.Expr) -> list[tuple[Any, ...]]:
        """All rows of a query. Raises InputError where the source cannot be read."""

    def text(self, name: str, path: Sequence[str] = ()) -> exp.Expr:
        """A column as text; objects and lists as JSON."""

    def number(self, name: str, path: Sequence[str] = ()) -> exp.Expr:
        """A column as a number."""

    def instant(self, name: str, path: Sequence[str] = ()) -> exp.Expr:
        """A column as an instant; ISO 8601 or a count since 1970, UTC where there is no offset."""

    def moment(self, moment: datetime) -> exp.Expr:
        """A fixed instant, to compare with ``instant``."""

    def close(self) -> None:
        """Let go of files and connections."""


class Address(NamedTuple):
    """A source as it was written, taken apart: path or host, and the table with other options."""

    text: str
    scheme: str
    path: str
    host: str
    options: Mapping[str, str]

    @property
    def table(self) -> str:
        """The table that was named, else ``conversations``."""
        return self.options.get("table", "conversations")


@dataclass(frozen=True, kw_only=True)
class EngineKind:
    """How the sources of one engine are written and opened.

    ``about`` is the engine in a few words and ``example`` a source of it, for documentation. ``open(address, week)``
    opens a source for reading; a week lets it leave out files of other weeks. ``options`` are the names that may follow
    ``?`` in an address; one ``on_server`` has a host, any other a path.
    """

    about: str
    example: str
    open: Callable[[Address, str | None], Engine]
    options: tuple[str, ...] = ("table",)
    on_server: bool = False
