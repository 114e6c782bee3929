"""A PostgreSQL database: written in one transaction.

User and password come from SPOTCHECK_POSTGRES_USER and SPOTCHECK_POSTGRES_PASSWORD.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any
from urllib.parse import parse_qs, urlsplit

from review.basics.errors import InputError
from review.basics.words import installing
from review.report.publishing.schema import NUMBER, PREFIX, TEXT, WHOLE, Row, columns_of
from review.report.publishing.warehouse import Warehouse, check_columns

TYPES = {TEXT: "text", NUMBER: "double precision", WHOLE: "bigint"}


class _Writing:
    def __init__(self, connection: Any) -> None:
        self._connection = connection

    def digests(self, table: str, store: str) -> dict[str, tuple[str, str]]:
        """Return what the table holds of a store."""
        columns = columns_of(table)
        kinds = ", ".join(f'"{name}" {TYPES[kind]}' for name, kind in columns.items())
        run = self._connection.execute
        run(f"CREATE TABLE IF NOT EXISTS {PREFIX}{table} ({kinds}, PRIMARY KEY (row_key))")
        there = run(f"SELECT * FROM {PREFIX}{table} LIMIT 0").description  # noqa: S608 - names of ours
        check_columns(PREFIX + table, [column.name for column in there], list(columns))
        sql = f"SELECT row_key, week, digest FROM {PREFIX}{table} WHERE store = %s"  # noqa: S608 - names of ours
        return {key: (week, digest) for key, week, digest in run(sql, (store,)).fetchall()}

    def replace(self, table: str, gone: Sequence[str], rows: Sequence[Row]) -> None:
        """Remove rows and write others."""
        changed = [*gone, *(row["row_key"] for row in rows)]
        sql = f"DELETE FROM {PREFIX}{table} WHERE row_key = ANY(%s)"  # noqa: S608 - names of ours
        self._connection.execute(sql, (changed,))
        columns = list(columns_of(table))
        names = ", ".join(f'"{name}"' for name in columns)
        with self._connection.cursor() as cursor, cursor.copy(f"COPY {PREFIX}{table} ({names}) FROM STDIN") as copy:
            for row in rows:
                copy.write_row([_cell(row[name]) for name in columns])


def _cell(value: Any) -> Any:
    # PostgreSQL has no zero byte in a text.
    return value.replace("\0", "\ufffd") if isinstance(value, str) else value


@contextmanager
def opened(address: str, environment: Mapping[str, str]) -> Iterator[_Writing]:
    """Connect to a database. ``socket`` in the address names the folder of the server's socket."""
    try:
        import psycopg
    except ImportError:
        raise InputError(f"PostgreSQL needs the package psycopg: {installing('postgres')}.") from None
    parts = urlsplit(address)
    if parts.scheme not in ("postgres", "postgresql") or parts.password or parts.username:
        raise InputError(
            "expected an address such as postgresql://host:5432/warehouse, without user and password: those come from "
            "SPOTCHECK_POSTGRES_USER and SPOTCHECK_POSTGRES_PASSWORD."
        )
    options = {name: values[-1] for name, values in parse_qs(parts.query).items()}
    try:
        with psycopg.connect(
            host=options.get("socket") or parts.hostname,
            port=parts.port,
            dbname=parts.path.strip("/") or None,
            user=environment.get("SPOTCHECK_POSTGRES_USER") or None,
            password=environment.get("SPOTCHECK_POSTGRES_PASSWORD") or None,
            connect_timeout=10,
        ) as connection:
            if "role" in options:
                connection.execute("SELECT set_config('role', %s, false)", (options["role"],))
            yield _Writing(connection)
    except psycopg.Error as error:
        raise InputError(f"PostgreSQL: nothing was written ({' '.join(str(error).split())[:300]}).") from None


WAREHOUSE = Warehouse(
    about="a database of a PostgreSQL server", example="postgresql://host:5432/warehouse", opened=opened
)
