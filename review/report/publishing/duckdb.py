"""A DuckDB file: written in one transaction."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager

import duckdb

from review.basics.errors import InputError
from review.report.publishing.arrow import arrow_table
from review.report.publishing.schema import NUMBER, PREFIX, TEXT, WHOLE, Row, columns_of
from review.report.publishing.warehouse import Warehouse, check_columns

TYPES = {TEXT: "VARCHAR", NUMBER: "DOUBLE", WHOLE: "BIGINT"}


class _Writing:
    def __init__(self, db: duckdb.DuckDBPyConnection) -> None:
        self._db = db

    def digests(self, table: str, store: str) -> dict[str, tuple[str, str]]:
        """Return what the table holds of a store."""
        columns = columns_of(table)
        kinds = ", ".join(f'"{name}" {TYPES[kind]}' for name, kind in columns.items())
        self._db.execute(f"CREATE TABLE IF NOT EXISTS {PREFIX}{table} ({kinds}, PRIMARY KEY (row_key))")
        there = self._db.execute(f"SELECT * FROM {PREFIX}{table} LIMIT 0").description  # noqa: S608 - names of ours
        check_columns(PREFIX + table, [column[0] for column in there], list(columns))
        sql = f"SELECT row_key, week, digest FROM {PREFIX}{table} WHERE store = ?"  # noqa: S608 - names of ours
        return {key: (week, digest) for key, week, digest in self._db.execute(sql, [store]).fetchall()}

    def replace(self, table: str, gone: Sequence[str], rows: Sequence[Row]) -> None:
        """Remove rows and write others."""
        if gone:
            sql = f"DELETE FROM {PREFIX}{table} WHERE row_key IN (SELECT unnest(?))"  # noqa: S608 - names of ours
            self._db.execute(sql, [list(gone)])
        if rows:
            columns = columns_of(table)
            self._db.register("new_rows", arrow_table(table, rows))
            names = ", ".join(f'"{name}"' for name in columns)
            updates = ", ".join(f'"{name}" = excluded."{name}"' for name in columns if name != "row_key")
            self._db.execute(
                f"INSERT INTO {PREFIX}{table} ({names}) SELECT {names} FROM new_rows "  # noqa: S608 - names of ours
                f"ON CONFLICT (row_key) DO UPDATE SET {updates}"
            )


@contextmanager
def opened(address: str, environment: Mapping[str, str]) -> Iterator[_Writing]:
    """Open a file, which is made where it is missing."""
    try:
        with duckdb.connect(address) as db:
            db.execute("BEGIN")
            yield _Writing(db)
            db.execute("COMMIT")
    except duckdb.Error as error:
        raise InputError(f"{address}: nothing was written ({' '.join(str(error).split())[:300]}).") from None


WAREHOUSE = Warehouse(about="a DuckDB file", example="results.duckdb", opened=opened, local=True)
