"""Changed copies of a database, on which two queries that are equal by accident give different results."""

from __future__ import annotations

import random
import shutil
import sqlite3
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from review.basics.errors import InputError
from review.sql.engines.engine import Place
from review.sql.engines.files import file_of

KEPT = 0.6
"""The share of the rows of each table that stays."""


@contextmanager
def perturbed(place: Place, seed: int) -> Iterator[Place]:
    """Copy a SQLite file and remove rows by chance, always the same ones for a seed. The copy is removed at the end.

    Raises InputError for other engines.
    """
    if place.scheme != "sqlite":
        raise InputError(f"found {place.scheme}, expected SQLite: only its files are copied and changed.")
    with tempfile.TemporaryDirectory(prefix="spotcheck-sql-") as folder:
        copy = Path(folder) / "copy.db"
        source = sqlite3.connect(f"{file_of(place).resolve().as_uri()}?mode=ro", uri=True)
        try:
            target = sqlite3.connect(copy)
            source.backup(target)
        finally:
            source.close()
        try:
            _remove_rows(target, random.Random(seed))  # noqa: S311 - which rows stay is no secret
        finally:
            target.close()
        yield Place("sqlite", str(copy), "", {})
        shutil.rmtree(folder, ignore_errors=True)


def _remove_rows(connection: sqlite3.Connection, dice: random.Random) -> None:
    connection.execute("PRAGMA foreign_keys = 0")
    tables = connection.execute(
        "SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite\\_%' ESCAPE '\\' ORDER BY name"
    ).fetchall()
    for (name,) in tables:
        quoted = name.replace('"', '""')
        try:
            rows = [row for (row,) in connection.execute(f'SELECT rowid FROM "{quoted}" ORDER BY rowid')]  # noqa: S608
        except sqlite3.OperationalError:
            continue  # a table without rowid keeps its rows
        gone = [(row,) for row in rows if dice.random() > KEPT]
        connection.executemany(f'DELETE FROM "{quoted}" WHERE rowid = ?', gone)  # noqa: S608
    connection.commit()
