"""DuckDB as an engine: a database file opened read-only, and the parts that log files share with it.

Our own rules turn times into microseconds since 1970, so no time-zone package is needed.
"""

from __future__ import annotations

import re
import tempfile
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import duckdb
from sqlglot import exp, parse_one

from review.basics.errors import InputError
from review.sampling.engines.engine import Address, Engine, EngineKind, Span
from review.sampling.engines.instants import utc_micros
from review.sampling.engines.sql import call, column, plain_text, render, table

ROWS = "log_rows"
FORMED = "utc_micros"
"""The function that reads dates in a declared form."""
SETTINGS: dict[str, str | bool | int | float | list[str]] = {
    "autoinstall_known_extensions": "false",
    "autoload_known_extensions": "false",
}
# The rules of review.basics.times in DuckDB's SQL: ISO 8601, or s, ms, us or ns since 1970, told by the size.
INSTANT = parse_one(
    """CASE WHEN :t LIKE '____-__-__%' THEN EPOCH_US(TRY_CAST(:t AS TIMESTAMPTZ))
       WHEN REGEXP_FULL_MATCH(:t, '[0-9]{9,20}([.][0-9]+)?') THEN
         CASE WHEN CAST(:t AS DOUBLE) < 1e11 THEN CAST(CAST(:t AS DOUBLE) * 1e6 AS BIGINT)
              WHEN CAST(:t AS DOUBLE) < 1e14 THEN CAST(CAST(:t AS DOUBLE) * 1e3 AS BIGINT)
              WHEN CAST(:t AS DOUBLE) < 1e17 THEN CAST(CAST(:t AS DOUBLE) AS BIGINT)
              WHEN CAST(:t AS DOUBLE) < 1e20 THEN CAST(CAST(:t AS DOUBLE) / 1e3 AS BIGINT) END END""",
    dialect="duckdb",
)
WITHOUT_OFFSET = exp.Tuple(
    expressions=[
        parse_one(
            "REGEXP_FULL_MATCH(:t, '[0-9]{4}-[0-9]{2}-[0-9]{2}([T ][0-9]{2}:[0-9]{2}[0-9:.]*)?')", dialect="duckdb"
        ),
        parse_one("EPOCH_US(TIMEZONE(:zone, TRY_CAST(:t AS TIMESTAMP)))", dialect="duckdb"),
    ]
)
"""Whether a text is a time without an offset, and the instant that it means in a zone."""
_TABLES_SQL = """SELECT database_name, schema_name, table_name FROM (
    SELECT database_name, schema_name, table_name FROM duckdb_tables() WHERE NOT internal UNION ALL
    SELECT database_name, schema_name, view_name FROM duckdb_views() WHERE NOT internal)
    WHERE database_name = current_database() ORDER BY schema_name <> 'main', schema_name, table_name"""
Loader = Callable[[Sequence[str], Span | None], None]


class DuckDBEngine:
    """One DuckDB connection and what to select from; ``load`` fills ``log_rows`` with the wanted columns."""

    dialect = "duckdb"

    def __init__(
        self,
        connection: duckdb.DuckDBPyConnection,
        source: str,
        types: Mapping[str, str],
        *,
        relation: exp.Expr | None = None,
        load: Loader | None = None,
        fault: Callable[[], InputError | None] = lambda: None,
        open_schema: bool = False,
        scratch: tempfile.TemporaryDirectory[str] | None = None,
    ) -> None:
        self.connection, self.source, self.open_schema = connection, source, open_schema
        self._types, self._relation, self._load = types, relation, load
        self._fault, self._formed = fault, False
        # DuckDB spills here, never beside the source or into the current folder.
        self._scratch = scratch or spilling(connection)

    def columns(self) -> Mapping[str, str]:
        """Column names with DuckDB's types."""
        return self._types

    def relation(self, names: Sequence[str], span: Span | None = None) -> exp.Expr:
        """Return the table; of a text file, these columns of all rows, read once."""
        if self._load is not None:
            with self._reading():
                self._load(names, span)
        return self._relation or table(ROWS)

    def keep(self, rows: exp.Select) -> exp.Expr:
        """Return a temporary table of the connection, which works beside a read-only database too."""
        with self._reading():
            self.connection.execute(f"CREATE OR REPLACE TEMP TABLE frame_rows AS {render(rows, self.dialect)}")
        return table("frame_rows")

    def query(self, query: exp.Expr) -> list[tuple[Any, ...]]:
        """All rows of a query."""
        with self._reading():
            return self.connection.execute(render(query, self.dialect)).fetchall()

    def text(self, name: str, path: Sequence[str] = ()) -> exp.Expr:
        """Return the column as text; nested values as JSON."""
        kind, value = self._types.get(name, "VARCHAR"), column(name)
        if path:
            document = value if kind in ("VARCHAR", "JSON") else call("to_json", value)
            return call("json_extract_string", document, exp.Literal.string(json_path(path)))
        if kind == "VARCHAR":
            return value
        nested = kind.startswith(("STRUCT", "MAP", "UNION")) or kind.endswith("]")
        return exp.cast(call("to_json", value) if nested else value, "text")

    def number(self, name: str, path: Sequence[str] = ()) -> exp.Expr:
        """Return the column as DOUBLE; NaN and infinity as NULL."""
        double = exp.TryCast(this=self.text(name, path), to=exp.DataType.build("double"))
        return exp.Case().when(call("isfinite", double), double.copy())

    def instant(self, name: str, path: Sequence[str] = (), *, zone: str = "UTC", form: str = "") -> exp.Expr:
        """Return the column as microseconds since 1970."""
        kind = self._types.get(name, "VARCHAR")
        if not path and kind.startswith(("TIMESTAMP", "DATE")):
            if zone == "UTC" or "TIME ZONE" in kind:
                return call("epoch_us", exp.cast(column(name), "timestamptz"))
            return call("epoch_us", call("timezone", exp.Literal.string(zone), exp.cast(column(name), "timestamp")))
        text = self.text(name, path)
        if form:
            self._know_forms()
            return call(FORMED, text, exp.Literal.string(zone), exp.Literal.string(form))
        found = exp.replace_placeholders(INSTANT.copy(), t=text)
        if zone == "UTC":
            return found
        local = exp.replace_placeholders(WITHOUT_OFFSET.copy(), t=text, zone=exp.Literal.string(zone))
        return exp.Case().when(*local.expressions).else_(found)

    def moment(self, moment: datetime) -> exp.Expr:
        """Microseconds since 1970."""
        return exp.Literal.number((moment - datetime(1970, 1, 1, tzinfo=UTC)) // timedelta(microseconds=1))

    def _know_forms(self) -> None:
        """Give the connection the function for dates in a declared form, once."""
        if not self._formed:
            # Names are the same in every version of DuckDB; the modules that hold their types are not.
            text: Any = "VARCHAR"
            empty: Any = "special"
            self.connection.create_function(FORMED, utc_micros, [text, text, text], "BIGINT", null_handling=empty)
            self._formed = True

    def close(self) -> None:
        """Close the connection and remove the spilled files."""
        self.connection.close()
        self._scratch.cleanup()

    def _reading(self) -> _Reading:
        return _Reading(self.source, self._fault)


class _Reading:
    """Turns an error of DuckDB into one sentence, with the faulty line if the file tells it."""

    def __init__(self, source: str, fault: Callable[[], InputError | None]) -> None:
        self.source, self.fault = source, fault

    def __enter__(self) -> None:
        return None

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: object) -> None:
        if isinstance(error, duckdb.Error):
            raise self.fault() or InputError(f"{self.source}: {_sentence(error)}") from None


def _sentence(error: duckdb.Error) -> str:
    """Say what DuckDB could not do, in words for somebody who may not know DuckDB."""
    if isinstance(error, duckdb.PermissionException):
        return (
            "the table reads files or something else outside this database. Draw from those files directly, or copy "
            "the rows into a table."
        )
    if isinstance(error, duckdb.OutOfMemoryException):
        return "the source needs more memory than there is. Draw from fewer rows, such as one week."
    if isinstance(error, duckdb.ConversionException):
        return f"a value is not of the type that its column has ({_first_line(error)}). Correct the source."
    return f"not readable ({_first_line(error)})."


def open_database(path: str, table_name: str) -> DuckDBEngine:
    """Open a table or view of a DuckDB database, read-only and locked: nothing but this database can be read.

    Raises InputError for a name that is no table or view of it, and for a view that reads something else.
    """
    if not Path(path).is_file():
        raise InputError(
            f"{path}: there is no such DuckDB database. Check the path; an absolute path needs four slashes."
        )
    try:
        connection = connect(path, read_only=True)
    except duckdb.Error as error:
        raise InputError(f"{path}: not readable as a DuckDB database ({_first_line(error)}).") from None
    scratch, source = spilling(connection), f"{path}#{table_name}"
    try:
        with _Reading(source, lambda: None):
            _lock(connection)
            named = _table_of(connection, path, table_name)
            types = types_of(connection, named.sql("duckdb"))
    except InputError:
        connection.close()
        scratch.cleanup()
        raise
    return DuckDBEngine(connection, source, types, relation=named, scratch=scratch)


def spilling(connection: duckdb.DuckDBPyConnection) -> tempfile.TemporaryDirectory[str]:
    """Let a connection spill into a new temporary folder, and return that."""
    folder = tempfile.TemporaryDirectory(prefix="spotcheck-")
    connection.execute(f"SET temp_directory = {exp.Literal.string(folder.name).sql('duckdb')}")
    return folder


def _lock(connection: duckdb.DuckDBPyConnection) -> None:
    """Keep the connection from files, the network and other databases for good."""
    connection.execute("SET enable_external_access = false")
    connection.execute("SET lock_configuration = true")


def _table_of(connection: duckdb.DuckDBPyConnection, path: str, table_name: str) -> exp.Expr:
    """Return a table or view of the database by its full name. Raises InputError that names those there are."""
    found = [tuple(map(str, row)) for row in connection.execute(_TABLES_SQL).fetchall()]
    wanted = tuple(part.casefold() for part in table_name.split("."))
    for names in found:
        if tuple(part.casefold() for part in names[-len(wanted) :]) == wanted and (
            len(wanted) > 1 or names[1] == "main"
        ):
            return exp.Table(
                **{
                    part: exp.to_identifier(plain_text("table", name), quoted=True)
                    for part, name in zip(("catalog", "db", "this"), names, strict=True)
                }
            )
    known = ", ".join(name if schema == "main" else f"{schema}.{name}" for _, schema, name in found)
    raise InputError(f"{path}: found no table {table_name!r}, expected one of {known or 'none'}.")


def _first_line(error: Exception) -> str:
    """Return the first line of DuckDB's message without the name of its kind of error."""
    return re.sub(r"^[A-Z][A-Za-z]*( [A-Z][A-Za-z]*)* Error: ", "", str(error).strip().split("\n", 1)[0])


def json_path(path: Sequence[str]) -> str:
    """Return ``$."a"."b"``; raises InputError for a part that cannot be quoted."""
    for part in path:
        if '"' in plain_text("path", part):
            raise InputError(f"path: found {part!r}, expected a name without double quotes.")
    return "$" + "".join(f'."{part}"' for part in path)


def connect(path: str = ":memory:", *, read_only: bool = False) -> duckdb.DuckDBPyConnection:
    """Return a connection that reads times without an offset as UTC and installs nothing."""
    connection = duckdb.connect(path, read_only=read_only, config=SETTINGS)
    # Times without an offset are UTC, whatever the time zone of the machine.
    connection.execute("SET TimeZone = 'UTC'")
    return connection


def types_of(connection: duckdb.DuckDBPyConnection, relation: str) -> dict[str, str]:
    """Return the column names of a table with DuckDB's types."""
    return {str(row[0]): str(row[1]) for row in connection.execute(f"DESCRIBE {relation}").fetchall()}


def _open(address: Address, week: str | None) -> Engine:
    return open_database(address.path, address.table)


ENGINE = EngineKind(about="a table of a DuckDB database", example="duckdb:///shop.duckdb?table=log", open=_open)
