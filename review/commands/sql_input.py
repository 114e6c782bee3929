"""What the commands of ``spotcheck sql`` share: options, the table of statements, the settings of the project."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, TypeVar

import click

from review.basics.errors import InputError
from review.basics.tables import Row, Table
from review.commands.common import note
from review.commands.sql_file import read_sql_or_table
from review.settings.project import project_of
from review.settings.sql import SqlSettings
from review.sql.engines.catalogue import is_address
from review.sql.execution.schemas import Schemas, schemas_of
from review.sql.lane.names import check_names
from review.sql.schema.schema import Schema
from review.sql.text.dialects import dialect_named

F = TypeVar("F", bound=Callable[..., Any])


def table_option(columns: str) -> Callable[[F], F]:
    """Add ``--file``, which these commands need."""
    bare = columns.startswith("id,sql")
    words = f"A table: CSV, JSON, JSONL or Parquet with {columns}; - is standard input."
    words += " Or a file of statements that ends in .sql." if bare else ""
    return click.option("--file", "file", metavar="FILE", required=True, help=words)


def engine_option(function: F) -> F:
    """Add ``--engine``: the address of a database."""
    words = "A database: sqlite:///f.db, duckdb:///f.duckdb, postgresql://host/db, clickhouse://host:8123/db or chdb:///folder."
    return click.option("--engine", metavar="ADDRESS", help=f"{words} Default: engine in [sql] of spotcheck.toml.")(
        function
    )


def schema_options(function: F) -> F:
    """Add ``--schema``, ``--dialect`` and ``--sql-column``."""
    options = (
        click.option(
            "--schema",
            metavar="FILE|ADDRESS",
            help="Statements that create tables, JSON as BIRD writes it, or the address of a database.",
        ),
        click.option("--dialect", help="clickhouse, postgres, sqlite or duckdb; others are parsed but not proven."),
        click.option("--sql-column", default="sql", show_default=True, help="The column that holds the SQL."),
    )
    for option in reversed(options):
        function = option(function)
    return function


@dataclass(frozen=True)
class Statements:
    """A table of statements with the schemas and settings that they are checked by."""

    table: Table
    schemas: Schemas
    settings: SqlSettings

    def schema_of(self, row: Row) -> Schema | None:
        """Return the schema of the database that a row names."""
        try:
            return self.schemas.of(row.text("db"))
        except InputError as error:
            raise InputError(f"{row.file}, line {row.line}, column 'db': {error}") from None


def read_statements(
    file: str, *, store_path: str, schema: str | None, dialect: str | None, column: str, optional: tuple[str, ...]
) -> Statements:
    """Read the table with its schemas; what is not given comes from the settings of the project."""
    settings = project_of(store_path).sql
    names = None if column == "sql" else {"sql": column}
    source = schema or settings.schema or settings.engine
    chosen = dialect_named(dialect) if dialect else ""
    if not chosen and not (source and is_address(source)):
        chosen = settings.dialect
    schemas = schemas_of(source, chosen, keys=settings.keys)
    table = read_sql_or_table(file, schemas.dialect, optional=("db", *optional), names=names)
    for line in table.notes:
        note(line)
    if source in (settings.schema, settings.engine):
        # Another schema may be that of another project.
        check_names(settings.policy, settings.words, settings.keys, schemas.by_name.values())
    if not chosen and not is_address(source):
        note(f"dialect: {schemas.dialect}; choose another with --dialect.")
    if not schemas.by_name:
        note("There is no schema, so unknown tables and columns are not found; give one with --schema.")
    return Statements(table, schemas, settings)


def sql_in(row: Row, column: str = "sql") -> str:
    """Return the SQL of a row as it is written, so that places in findings are places in it."""
    cell = row.cells.get(column)
    return "" if cell is None or cell != cell else str(cell)


_FENCE = re.compile(r"\s*```[a-zA-Z]*[ \t]*\n(?P<sql>.*?)\n?\s*```\s*", re.DOTALL)


def unfenced(sql: str) -> str:
    """Return a statement without the fence of Markdown that a model may write around all of it."""
    match = _FENCE.fullmatch(sql)
    return match["sql"] if match else sql


def check_project(settings: SqlSettings) -> None:
    """Check the names in [sql] against the schema or the database of the project, where it has one.

    A database that does not answer is said, and stops nothing. Raises InputError for a name that does not exist.
    """
    lane = settings.lane
    if lane is None or not lane.source or "{db}" in lane.source:
        return
    try:
        schemas = lane.read_schemas()
    except InputError as error:
        note(f"The names in [sql] of spotcheck.toml were not checked: {error}")
        return
    lane.check_names(schemas)
