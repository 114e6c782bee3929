"""What an engine is to the SQL lane: opened for reading alone, described, and asked one proved statement at a time."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, NamedTuple, Protocol, runtime_checkable

from review.basics.errors import InputError
from review.sql.results.result import Ending, Result
from review.sql.schema.schema import Table


@dataclass(frozen=True, kw_only=True)
class Limits:
    """What one statement may use: seconds of wall time, rows and bytes of its result, bytes of memory."""

    seconds: float = 10.0
    rows: int = 10_000
    result_bytes: int = 64_000_000
    memory: int = 1_000_000_000


class EngineAddress(NamedTuple):
    """An address taken apart: the engine, a path or the host with the database, and options after the question mark."""

    scheme: str
    path: str
    host: str
    options: Mapping[str, str]


class Session(Protocol):
    """An open connection that only reads. It lives in a child process, which is killed when a statement overruns."""

    databases: tuple[str, ...]
    """The databases whose tables need no name in front; "" is that of tables without one."""

    def tables(self) -> Sequence[Table]:
        """Return the tables and views with columns, types and keys."""

    def run(self, sql: str) -> Result:
        """Run one statement as it is written. An error of the engine becomes a failed result."""


@runtime_checkable
class TellsState(Protocol):
    """A session of an engine with ``asks_state``."""

    def state(self) -> str | None:
        """Return a name for the state of the data, None where nothing tells two states apart."""


class Described(NamedTuple):
    """What a session tells of its database: tables, the databases that need no name in front, functions of its own.

    ``catalogue`` are all functions that the engine lists, in lower case, empty where it cannot be asked.
    """

    tables: Sequence[Table]
    databases: tuple[str, ...]
    functions: frozenset[str]
    catalogue: frozenset[str] = frozenset()


@runtime_checkable
class TellsFunctions(Protocol):
    """A session of an engine in which a function of somebody's own may have the name of a built-in one."""

    def functions(self) -> frozenset[str]:
        """Return the functions that somebody made in the database, in lower case."""


@runtime_checkable
class TellsCatalogue(Protocol):
    """A session of an engine that lists its functions."""

    def catalogue(self) -> frozenset[str]:
        """Return all functions that a statement may call, in lower case; none where the user may not read the list."""


@dataclass(frozen=True, kw_only=True)
class SqlEngine:
    """One engine.

    ``about`` says what it is and ``example`` how an address is written. ``open`` runs in the child. ``needs`` is the
    extra of this package that it takes, "" for none; ``secrets`` is how the variables of the environment begin that
    hold user and password (_USER, _PASSWORD). ``state(place)`` names the state of the data for the cache; None
    when the address does not tell, and then the session is asked where the engine ``asks_state``. Where that does not
    tell two states apart either, nothing is cached. With ``limits_memory`` the child itself is limited;
    other engines reserve more than they use and limit themselves. A ``fragile`` engine writes beside its data, opens it
    in one process alone, and may mix up answers after a failure, so its child is replaced then.
    """

    about: str
    example: str
    dialect: str
    open: Callable[[EngineAddress, Limits], Session]
    state: Callable[[EngineAddress], str | None]
    asks_state: bool = False
    needs: str = ""
    secrets: str = ""
    on_server: bool = False
    limits_memory: bool = False
    fragile: bool = False


def sign_in_hint(said: str, secrets: str) -> str:
    """Return where user and password come from, when a server said that it does not let this user in; else ""."""
    refused = ("password authentication", "no password", 'role "', "AUTHENTICATION_FAILED", "REQUIRED_PASSWORD")
    if not any(words in said for words in refused):
        return ""
    return f" Set {secrets}_USER and {secrets}_PASSWORD in the environment."


def gathered(columns: Sequence[str], rows: Any, limits: Limits) -> Result:
    """Take rows until one of the limits is reached; ``rows`` yields tuples."""
    kept: list[tuple[Any, ...]] = []
    size = 0
    for row in rows:
        size += 16 * len(row) + sum(len(c) for c in row if isinstance(c, str | bytes))
        if len(kept) == limits.rows or size > limits.result_bytes:
            return Result(columns=tuple(columns), rows=tuple(kept), truncated=True)
        kept.append(tuple(row))
    return Result(columns=tuple(columns), rows=tuple(kept))


class Unavailable(InputError):
    """The database did not answer, or said that it cannot serve now. Another statement would fare no better."""


def unavailable(error: BaseException) -> Result:
    """Return the result of a database that did not answer, with the first lines of what it said."""
    return replace(failed(error), ending="unavailable")


def failed(error: BaseException) -> Result:
    """Return the failed result of an error, with its first lines."""
    ending: Ending = "unavailable" if isinstance(error, Unavailable) else "failed"
    return Result(ending=ending, error=" ".join(str(error).split())[:500] or type(error).__name__)
