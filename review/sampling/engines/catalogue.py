"""The protocol of an engine that holds conversations, and all engines by URL scheme or file suffix.

An engine reads and never writes. It lists its columns, renders a column as text, number or instant in its own SQL, and
answers queries that are built as expressions. Credentials come from the environment only.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any, NamedTuple, Protocol
from urllib.parse import parse_qs, unquote, urlsplit

from sqlglot import exp

from review.basics.errors import InputError


class Engine(Protocol):
    """What a source of conversations offers.

    ``source`` is its name in the ledger, without credentials; ``dialect`` is sqlglot's name for its SQL. With an
    ``open_schema`` a column may exist that ``columns`` does not list. ``path`` leads into a nested column. Numbers are
    finite, instants comparable with ``moment``; a value that cannot be read is NULL.
    """

    source: str
    dialect: str
    open_schema: bool

    def columns(self) -> Mapping[str, str]:
        """Return the names of the columns with their types as the engine names them."""

    def relation(self, names: Sequence[str]) -> exp.Expr:
        """Return what to select from, with at least these columns."""

    def keep(self, rows: exp.Select) -> exp.Expr:
        """Return the rows of a query to select from, read once if the engine can keep them."""

    def query(self, query: exp.Expr) -> list[tuple[Any, ...]]:
        """Return all rows of a query. Raises InputError when the source cannot be read."""

    def text(self, name: str, path: Sequence[str] = ()) -> exp.Expr:
        """Return a column as text; objects and lists as JSON."""

    def number(self, name: str, path: Sequence[str] = ()) -> exp.Expr:
        """Return a column as a number."""

    def instant(self, name: str, path: Sequence[str] = ()) -> exp.Expr:
        """Return a column as an instant: ISO 8601 or a count since 1970, UTC without an offset."""

    def moment(self, moment: datetime) -> exp.Expr:
        """Return a fixed instant, to compare with ``instant``."""

    def close(self) -> None:
        """Close files and connections."""


class Address(NamedTuple):
    """A source as somebody wrote it, and its parts: path or host, and the table with other options."""

    text: str
    scheme: str
    path: str
    host: str
    options: Mapping[str, str]

    @property
    def table(self) -> str:
        """The table in the address, else ``conversations``."""
        return self.options.get("table", "conversations")


def _duckdb_file(address: Address, week: str | None) -> Engine:
    from review.sampling.engines.files import open_files

    return open_files(address.path, week=week)


def _duckdb_database(address: Address, week: str | None) -> Engine:
    from review.sampling.engines.duckdb import open_database

    return open_database(address.path, address.table)


def _sqlite(address: Address, week: str | None) -> Engine:
    from review.sampling.engines.sqlite import open_sqlite

    return open_sqlite(address.path, address.table)


def _clickhouse(address: Address, week: str | None) -> Engine:
    from review.sampling.engines.clickhouse import open_clickhouse

    return open_clickhouse(
        address.host,
        database=address.path.strip("/") or "default",
        table_name=address.table,
        final=address.options.get("final") == "1",
        secure=address.options.get("secure") == "1",
    )


ENGINES: dict[str, Callable[[Address, str | None], Engine]] = {
    ".jsonl": _duckdb_file,
    ".ndjson": _duckdb_file,
    ".csv": _duckdb_file,
    ".tsv": _duckdb_file,
    ".parquet": _duckdb_file,
    "folder": _duckdb_file,
    ".duckdb": _duckdb_database,
    "duckdb": _duckdb_database,
    ".sqlite": _sqlite,
    ".db": _sqlite,
    "sqlite": _sqlite,
    "clickhouse": _clickhouse,
}


def open_source(source: str | Path, *, week: str | None = None) -> Engine:
    """Open a source for reading.

    A file or pattern (.jsonl, .ndjson, .csv, .tsv, .parquet, the first four also .gz); a folder of Parquet files such
    as the imported log (with ``week``, files named for other weeks are skipped); ``duckdb:///file?table=t`` or
    ``file.duckdb#t``; ``sqlite:///file?table=t`` or ``file.db#t``;
    ``clickhouse://host:8123/database?table=t[&final=1][&secure=1]``. Four slashes make an absolute path.
    Raises InputError for anything else.
    """
    address = address_of(str(source))
    return ENGINES[address.scheme](address, week)


def address_of(source: str) -> Address:
    """Take a source apart and find its engine; raises InputError when there is none."""
    if "://" in source:
        return _url(source)
    name, _, fragment = source.partition("#") if not Path(source).exists() else (source, "", "")
    options = {"table": fragment} if fragment else {}
    if Path(name).is_dir():
        return Address(source, "folder", name, "", options)
    suffix = Path(name.removesuffix(".gz")).suffix.lower()
    if suffix not in ENGINES:
        raise InputError(f"source: found {source!r}, expected a file or address of one of: {', '.join(ENGINES)}.")
    return Address(source, suffix, name, "", options)


def _url(source: str) -> Address:
    try:
        parts = urlsplit(source)
        host, _ = parts.netloc, parts.port
    except ValueError as error:
        raise InputError(f"source: found {source!r}, which is not an address ({error}).") from None
    if parts.scheme not in ENGINES or parts.scheme.startswith(".") or parts.scheme == "folder":
        known = [name for name in ENGINES if not name.startswith(".") and name != "folder"]
        raise InputError(
            f"source: found the scheme {parts.scheme!r}, expected one of {', '.join(known)}. From another "
            "engine, export the week as Parquet."
        )
    if parts.username or parts.password:
        raise InputError(
            f"source: found credentials in the address of {parts.hostname}. Remove them; the environment gives them."
        )
    options = {name: values[-1] for name, values in parse_qs(parts.query, keep_blank_values=True).items()}
    if parts.fragment:
        options.setdefault("table", unquote(parts.fragment))
    unknown = sorted(set(options) - {"table", "final", "secure"})
    if unknown:
        raise InputError(f"source: found the option {unknown[0]!r}, expected table, final or secure.")
    path = unquote(parts.path)
    if parts.scheme != "clickhouse":
        if host:
            raise InputError(
                f"source: found {source!r}, expected three slashes before a relative path, four before an absolute one."
            )
        path = path[1:]
    if parts.scheme == "clickhouse" and not host:
        raise InputError(f"source: found {source!r}, expected clickhouse://host:8123/database?table=name.")
    return Address(source, parts.scheme, path, host, options)
