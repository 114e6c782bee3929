"""Where production conversations live: one small protocol, and the dict of engines by URL scheme or file suffix.

An engine reads and never writes. It says which columns there are, how one of them reads as text, as a number or as an
instant in its own SQL, and answers queries that are built as expressions. Credentials come from the environment alone.
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
    as the embedded log (``week`` lets files named for other weeks be left out); ``duckdb:///file?table=t`` or
    ``file.duckdb#t``; ``sqlite:///file?table=t`` or ``file.db#t``;
    ``clickhouse://host:8123/database?table=t[&final=1][&secure=1]``. Four slashes make an absolute path.
    Raises InputError for anything else.
    """
    address = address_of(str(source))
    return ENGINES[address.scheme](address, week)


def address_of(source: str) -> Address:
    """Take a source apart and decide its engine; raises InputError where there is none for it."""
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
        raise InputError(f"source: found {source!r}, which is no address ({error}).") from None
    if parts.scheme not in ENGINES or parts.scheme.startswith(".") or parts.scheme == "folder":
        known = [name for name in ENGINES if not name.startswith(".") and name != "folder"]
        raise InputError(
            f"source: found the scheme {parts.scheme!r}, expected one of {', '.join(known)}. Other engines: export the "
            "week as Parquet, or run the sampling query there."
        )
    if parts.username or parts.password:
        raise InputError(
            f"source: found credentials in the address of {parts.hostname}; they come from the environment alone."
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
