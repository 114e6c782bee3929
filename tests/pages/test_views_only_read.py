"""Opening a page writes nothing: every page works on a connection that cannot write."""

from __future__ import annotations

import sqlite3
from pathlib import Path

import pytest
from app_pages import pages, run
from sqlite_utils import Database

from review.basics.clock import now
from storage import sqlite as storage_sqlite
from storage.connection import StorageError
from storage.records_people import Setting
from storage.store import Store


def read_only(path: Path) -> Database:
    """A connection that refuses every write."""
    connection = sqlite3.connect(f"file:{path}?mode=ro", uri=True, isolation_level=None)
    return Database(connection, execute_plugins=False)


@pytest.mark.parametrize("page", pages())
def test_opening_a_page_starts_no_write(page: str, demo: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    demo.close()
    monkeypatch.setattr(storage_sqlite, "connect", read_only)
    with pytest.raises(StorageError, match="readonly"):
        demo.add(Setting("test", now()))
    at = run(demo, monkeypatch, page)
    assert not [e.value for e in at.error]
