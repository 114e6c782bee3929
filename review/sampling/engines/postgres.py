"""PostgreSQL as an engine: a table or view, read in one transaction that sees one state and cannot write.

User and password come from SPOTCHECK_POSTGRES_USER and SPOTCHECK_POSTGRES_PASSWORD. A reader keeps nothing on the
server, so a draw also works on a standby.
"""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlglot import exp

from review.basics.errors import InputError
from review.sampling.engines import postgres_dates
from review.sampling.engines.engine import Address, Engine, EngineKind
from review.sampling.engines.remote_table import RemoteTable
from review.sampling.engines.sql import as_text, call, column, plain_text, render, table

SECRETS = "SPOTCHECK_POSTGRES"
SECONDS = 600
NUMBER = r"^\s*[+-]?(\d{1,200}(\.\d*)?|\.\d+)([eE][+-]?\d?\d)?\s*$"
"""Texts that are numbers for PostgreSQL and fit into eight bytes; it fails on any other."""
_COLUMNS = """SELECT a.attname, format_type(a.atttypid, NULL), has_table_privilege(c.oid, 'SELECT')
    FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid
    WHERE c.oid = to_regclass(%s) AND c.relkind IN ('r', 'v', 'm', 'p', 'f') AND a.attnum > 0 AND NOT a.attisdropped
    AND c.relnamespace <> 'pg_catalog'::regnamespace ORDER BY a.attnum"""
_TABLES = """SELECT n.nspname, c.relname FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
    WHERE c.relkind IN ('r', 'v', 'm', 'p', 'f') AND n.nspname NOT IN ('pg_catalog', 'information_schema')
    AND n.nspname NOT LIKE 'pg\\_%' AND has_table_privilege(c.oid, 'SELECT') ORDER BY 1, 2 LIMIT 20"""
_STATED = {
    "42P01": "the table is gone. Somebody dropped or renamed it",
    "42703": "a column is gone. Somebody dropped or renamed it",
    "42501": "the role may not read it. Grant it SELECT on the table and USAGE on its schema",
    "57014": f"the query took more than {SECONDS // 60} minutes. Give the column of time an index",
}
"""SQLSTATE -> what happened, in words."""


class PostgresEngine(RemoteTable):
    """One connection with one transaction, and one table."""

    dialect = "postgres"

    def __init__(self, connection: Any, relation: exp.Expr, source: str, types: Mapping[str, str]) -> None:
        self.connection, self.source = connection, source
        self._relation, self._types = relation, types

    def query(self, query: exp.Expr) -> list[tuple[Any, ...]]:
        """All rows of a query."""
        import psycopg

        try:
            return self.connection.execute(render(query, self.dialect)).fetchall()
        except psycopg.Error as error:
            raise InputError(f"{self.source}: {_said(error)}.") from None

    def text(self, name: str, path: Sequence[str] = ()) -> exp.Expr:
        """Return the column as text; nested values as JSON."""
        if not path:
            return as_text(self._json(name) if self._nested(name) else column(name))
        parts = (exp.Literal.string(plain_text("path", part)) for part in path)
        return call("jsonb_extract_path_text", self._json(name), *parts)

    def number(self, name: str, path: Sequence[str] = ()) -> exp.Expr:
        """Return the column as double precision; NaN, infinity and other texts as NULL."""
        if not path and self._types.get(name) in ("smallint", "integer", "bigint"):
            return exp.cast(column(name), "double")
        text = self.text(name, path)
        fits = exp.RegexpLike(this=text, expression=exp.Literal.string(NUMBER))
        return exp.Case().when(fits, exp.cast(text.copy(), "double"))

    def instant(self, name: str, path: Sequence[str] = (), *, zone: str = "UTC", form: str = "") -> exp.Expr:
        """Return a time column unchanged where its index can help; text and numbers are parsed."""
        kind = "" if path else self._types.get(name, "")
        if kind == "timestamp with time zone":
            return column(name)
        if kind in ("date", "timestamp without time zone"):
            # The session is in UTC, so PostgreSQL compares such a column with an instant as it stands.
            return column(name) if zone == "UTC" else postgres_dates.placed(column(name), zone)
        if form:
            raise InputError(
                f"{self.source}, column '{name}': dates in a form of their own ({form}) are not read from PostgreSQL. "
                "Make a view with a column of type timestamptz, and name the view."
            )
        return postgres_dates.instant(self.text(name, path), zone)

    def moment(self, moment: datetime) -> exp.Expr:
        """Return a timestamptz."""
        return exp.cast(exp.Literal.string(moment.isoformat(" ")), "timestamptz")

    def close(self) -> None:
        """End the transaction and close the connection."""
        self.connection.close()

    def _nested(self, name: str) -> bool:
        kind = self._types.get(name, "")
        return kind.endswith("[]") or kind in ("json", "jsonb", "hstore")

    def _json(self, name: str) -> exp.Expr:
        kind = self._types.get(name, "")
        if kind == "jsonb":
            return column(name)
        return call("to_jsonb", column(name)) if self._nested(name) else exp.cast(column(name), "jsonb")


def open_postgres(address: Address) -> PostgresEngine:
    """Open a table or view for reading. Raises InputError when there is no connection or no such table."""
    try:
        import psycopg
    except ImportError:
        raise InputError(
            "PostgreSQL: the package psycopg is not installed. Install Spotcheck with the extra 'postgres'."
        ) from None
    host, _, port = address.host.rpartition("@")[2].partition(":")
    database = address.path.strip("/")
    source = f"postgresql://{address.host}/{database}?table={address.table}"
    try:
        connection = psycopg.connect(
            host=address.options.get("socket") or host or None,
            port=port or None,
            dbname=database or None,
            user=os.environ.get(f"{SECRETS}_USER") or None,
            password=os.environ.get(f"{SECRETS}_PASSWORD") or None,
            options=f"-c default_transaction_read_only=on -c statement_timeout={SECONDS}s -c TimeZone=UTC "
            "-c lock_timeout=5s -c idle_in_transaction_session_timeout=600s",
            connect_timeout=10,
        )
    except psycopg.Error as error:
        raise InputError(
            f"{source}: no connection ({' '.join(str(error).split())[:300]}). User and password come from "
            f"{SECRETS}_USER and {SECRETS}_PASSWORD."
        ) from None
    connection.read_only = True
    connection.isolation_level = psycopg.IsolationLevel.REPEATABLE_READ
    try:
        return PostgresEngine(connection, table(address.table), source, _types(connection, address.table, source))
    except psycopg.Error as error:
        connection.close()
        raise InputError(f"{source}: {_said(error)}.") from None
    except InputError:
        connection.close()
        raise


def _types(connection: Any, name: str, source: str) -> dict[str, str]:
    """Return the columns of a table or view with their types. Raises InputError that names those there are."""
    rows = connection.execute(_COLUMNS, (table(name).sql("postgres"),)).fetchall()
    if not rows:
        known = [t if s == "public" else f"{s}.{t}" for s, t in connection.execute(_TABLES).fetchall()]
        raise InputError(f"{source}: found no table {name!r}, expected one of {', '.join(known) or 'none'}.")
    if not rows[0][2]:
        raise InputError(f"{source}: {_STATED['42501']}.")
    return {str(name): str(kind) for name, kind, _ in rows}


def _said(error: Any) -> str:
    """Say what PostgreSQL could not do."""
    message = " ".join(str(error).split())[:300]
    stated = _STATED.get(error.sqlstate or "")
    return f"{stated} ({message})" if stated else f"the server did not answer the query ({message})"


def _open(address: Address, week: str | None) -> Engine:
    return open_postgres(address)


ENGINE = EngineKind(
    about="a table or view of a PostgreSQL database",
    example="postgresql://host:5432/shop?table=log",
    open=_open,
    options=("table", "socket"),
    on_server=True,
)
