"""The one door to sqlite_utils, which would import pandas and numpy where they are installed.

It looks for them to know the types of their values, which no table of ours is made from. Without them a command starts
half a second earlier.
"""

from __future__ import annotations

import sqlite3
import sys
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def _hidden(*names: str) -> Iterator[None]:
    """Let the import of these modules fail while inside, those that are there already apart."""
    absent = [name for name in names if name not in sys.modules]
    sys.modules.update(dict.fromkeys(absent))  # type: ignore[arg-type]  # None: the import system takes it as "not here"
    try:
        yield
    finally:
        for name in absent:
            del sys.modules[name]


with _hidden("pandas", "numpy"):
    from sqlite_utils import Database
    from sqlite_utils.db import ForeignKey
    from sqlite_utils.migrations import Migrations


def database(connection: sqlite3.Connection | None = None) -> Database:
    """Return what makes and reads tables over a connection, or over an empty database in memory."""
    if connection is None:
        return Database(memory=True)
    return Database(connection, execute_plugins=False)


def foreign_key(table: str, column: str, other_table: str, other_column: str) -> ForeignKey:
    """Return the rule that a column of a table holds values of a column of another table."""
    return ForeignKey(table, column, other_table, other_column)


def new_migrations(name: str) -> Migrations:
    """Return an empty list of steps of a schema; what ran is kept under ``name``."""
    return Migrations(name)
