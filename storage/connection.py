"""One connection to the file of a store, and its errors in plain words."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from storage.migrations.sqlite_utils_alone import database
from storage.proof_key import ProofError

if TYPE_CHECKING:
    from sqlite_utils import Database

BUSY_MS = 10_000
"""Milliseconds that a statement waits for another process to finish writing."""


class StorageError(Exception):
    """The store cannot be opened, read or written. The message says what to do. Exit code 2."""

    exit_code = 2


class StoreAway(StorageError):
    """The database of a store does not answer now. Nothing is wrong with what was sent: it may be sent again."""

    on_a_page = "The database does not answer now. What you submitted is kept, and this page goes on by itself."
    """The sentence for people at a browser: they can do nothing about addresses and networks."""


class NoStore(StorageError):
    """There is no store at this path."""


def connect(path: Path) -> Database:
    """Open a file that exists: a store that somebody removed must not come back as an empty one."""
    with plain_errors(path):
        connection = sqlite3.connect(
            f"{path.absolute().as_uri()}?mode=rw", uri=True, timeout=BUSY_MS / 1000, isolation_level=None
        )
        connection.execute(f"PRAGMA busy_timeout = {BUSY_MS}")
        connection.execute("PRAGMA foreign_keys = ON")
        connection.execute("PRAGMA synchronous = FULL")
        connection.execute("PRAGMA temp_store = MEMORY")
        return database(connection)


@contextmanager
def plain_errors(path: Path) -> Iterator[None]:
    """Turn SQLite's errors into StorageErrors that say what to do."""
    try:
        yield
    except sqlite3.IntegrityError:
        raise
    except ProofError as error:
        raise StorageError(f"{path}: {error}") from error
    except sqlite3.DatabaseError as error:
        text = str(error)
        advice = {
            "disk is full": "Nothing was written. Free some space and try again.",
            "locked": "Another process is writing to the store. Try again in a moment.",
            "readonly": "The file or its folder is read-only. Change its permissions.",
            "unable to open": "The file is gone or cannot be opened. Check the folder and its permissions.",
            "disk I/O error": "Nothing was written. The disk may be full or broken; make sure of it and try again.",
            "no such table": "The store has lost this table. Restore a backup.",
            "not a database": "This file is not an SQLite store. Choose another file.",
            "malformed": "The file is damaged. Restore a backup.",
        }
        remedy = next((advice[key] for key in advice if key in text), None)
        if remedy is None:
            raise
        raise StorageError(f"{path}: {text}. {remedy}") from error
