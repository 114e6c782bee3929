"""DuckDB: a file opened read-only, without access to other files, extensions or settings."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from review.sql.engines.engine import EngineAddress, Limits, Session, SqlEngine, failed, gathered, unavailable
from review.sql.engines.files import file_of, state_of_files
from review.sql.engines.tables import tables_of
from review.sql.results.result import Result
from review.sql.schema.schema import Table

_COLUMNS = """SELECT schema_name, table_name, column_name, data_type, column_default FROM duckdb_columns()
    WHERE NOT internal AND database_name = current_database() ORDER BY schema_name, table_name, column_index"""
_KEYS = """SELECT schema_name, table_name, constraint_column_names FROM duckdb_constraints()
    WHERE database_name = current_database() AND constraint_type IN ('PRIMARY KEY', 'UNIQUE')"""

_VIEWS = """SELECT schema_name, view_name, sql FROM duckdb_views()
    WHERE NOT internal AND database_name = current_database()"""
_FUNCTIONS = """SELECT DISTINCT lower(function_name) FROM duckdb_functions()
    WHERE NOT internal AND function_type IN ('macro', 'table_macro')"""

_CATALOGUE = "SELECT DISTINCT lower(function_name) FROM duckdb_functions()"


class _Reading:
    databases: tuple[str, ...] = ("",)

    def __init__(self, connection: Any, limits: Limits) -> None:
        self.connection, self.limits = connection, limits

    def tables(self) -> Sequence[Table]:
        """Every table and view of the file."""
        columns, keys, views = (self.connection.execute(sql).fetchall() for sql in (_COLUMNS, _KEYS, _VIEWS))
        folded = ((schema, table, [n.lower() for n in names]) for schema, table, names in keys)
        return tables_of(columns, folded, views, usual="main")

    def functions(self) -> frozenset[str]:
        """The macros of the file. One may have the name of a built-in function, and takes its place."""
        return frozenset(name for (name,) in self.connection.execute(_FUNCTIONS).fetchall())

    def catalogue(self) -> frozenset[str]:
        """Every function that is built in or loaded, and the macros."""
        return frozenset(name for (name,) in self.connection.execute(_CATALOGUE).fetchall())

    def run(self, sql: str) -> Result:
        """Run one statement; DuckDB itself refuses a second one in a prepared statement."""
        import duckdb

        try:
            cursor = self.connection.execute(sql)
            columns = [part[0] for part in cursor.description or []]
            return gathered(columns, _rows(cursor), self.limits)
        except duckdb.IOException as error:
            return unavailable(error)
        except (duckdb.Error, MemoryError, ValueError, OverflowError, RuntimeError) as error:
            return failed(error)


def _rows(cursor: Any) -> Iterator[tuple[Any, ...]]:
    while rows := cursor.fetchmany(500):
        yield from rows


def _open(place: EngineAddress, limits: Limits) -> Session:
    import duckdb

    path = file_of(place)
    connection = duckdb.connect(
        str(path),
        read_only=True,
        config={
            "autoinstall_known_extensions": "false",
            "autoload_known_extensions": "false",
            "memory_limit": f"{max(1, limits.memory // 1_000_000)}MB",
            "threads": "1",
            "temp_directory": "",
            "python_enable_replacements": "false",
        },
    )
    connection.execute("SET TimeZone = 'UTC'")
    connection.execute("SET enable_external_access = false")
    connection.execute("SET lock_configuration = true")
    return _Reading(connection, limits)


ENGINE = SqlEngine(
    about="a DuckDB file", example="duckdb:///shop.duckdb", dialect="duckdb", open=_open, state=state_of_files
)
