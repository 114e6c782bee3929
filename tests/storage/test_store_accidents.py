"""Accidents with real files: an emptied store, a lost table, a removed -wal file, a clock set back, a full disk."""

from __future__ import annotations

import os
import signal
import sqlite3
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import closing
from datetime import timedelta
from pathlib import Path

import pytest
from quick_stores import copy_store
from small_disks import mounted

from review.audit.verifying import check_store
from review.basics.clock import shifted
from review.people.people import add_person, people
from storage.connection import StorageError
from storage.migrations.schema import migrations
from storage.opening import open_store
from storage.records import KEYS
from storage.records_people import AuditEntry, Role, Setting
from storage.store import Store

pytestmark = pytest.mark.durable
ROOT = Path(__file__).resolve().parents[2]


@pytest.mark.parametrize("create", [True, False])
def test_an_emptied_store_is_refused_and_never_made_anew(store: Store, create: bool) -> None:
    store.close()
    store.path.write_bytes(b"")
    with pytest.raises(StorageError, match=r"the file is empty \(0 bytes\); expected a store.*Restore a backup"):
        open_store(store.path, create=create)
    assert store.path.read_bytes() == b""


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A store as the product makes it, for tests that damage a copy: making one takes longer than all that they do."""
    path = tmp_path_factory.mktemp("whole") / "spotcheck.db"
    open_store(path).close()
    return path


@pytest.mark.parametrize("table", sorted({t for t, _ in KEYS.values()} | {"audit_rows"}))
def test_a_store_without_one_of_its_tables_is_refused(whole: Path, tmp_path: Path, table: str) -> None:
    path = copy_store(whole, tmp_path / "spotcheck.db")
    with closing(sqlite3.connect(path)) as connection:
        connection.execute(f"DROP TABLE {table}")
        connection.commit()
    before = path.read_bytes()
    with pytest.raises(StorageError, match=f"the store has lost its table '{table}'.*Restore a backup"):
        open_store(path)
    assert path.read_bytes() == before


def test_a_store_without_any_table_is_refused(store: Store) -> None:
    store.db.execute("PRAGMA foreign_keys = OFF")
    for name in store.db.table_names():
        store.db.execute(f'DROP TABLE "{name}"')
    store.close()
    with pytest.raises(StorageError, match="holds no tables"):
        open_store(store.path)
    assert sqlite3.connect(store.path).execute("SELECT count(*) FROM sqlite_master").fetchone() == (0,)


def test_a_store_that_was_removed_while_open_does_not_come_back_empty(store: Store) -> None:
    store.close()
    store.path.unlink()
    with pytest.raises(StorageError, match="gone or cannot be opened"):
        store.find(Role)
    assert not store.path.exists()


def test_a_creation_that_was_killed_leaves_no_store(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def killed(*_: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(migrations, "apply", killed)
        with pytest.raises(KeyboardInterrupt):
            open_store(tmp_path / "s.db")
    assert not (tmp_path / "s.db").exists()
    assert check_store(open_store(tmp_path / "s.db")).holds


WRITER = """
import sys
sys.path.insert(0, {root!r})
from pathlib import Path
from review.people.people import add_person
from storage.opening import open_store
path = Path({path!r})
store = open_store(path)
add_person(store, "before", role="lead", by="test")
print("before", flush=True)
sys.stdin.readline()
for name in ("after", "later"):
    add_person(store, name, role="annotator", by="before")
    print(name, flush=True)
sys.stdin.readline()
"""


def test_a_removed_wal_file_loses_nothing_that_was_acknowledged(tmp_path: Path) -> None:
    path = tmp_path / "s.db"
    open_store(path).close()
    code = WRITER.format(root=str(ROOT), path=str(path))
    with subprocess.Popen(
        [sys.executable, "-c", code], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as process:
        assert process.stdin is not None and process.stdout is not None
        assert process.stdout.readline() == "before\n"
        Path(f"{path}-wal").unlink()
        process.stdin.write("go\n")
        process.stdin.flush()
        assert [process.stdout.readline() for _ in range(2)] == ["after\n", "later\n"]
        os.kill(process.pid, signal.SIGKILL)
    kept = open_store(path)
    assert {p.name for p in people(kept)} == {"before", "after", "later"}
    assert check_store(kept).holds
    assert kept.db.execute("PRAGMA integrity_check").fetchone() == ("ok",)


def test_a_removed_wal_file_loses_nothing_while_several_threads_write(store: Store) -> None:
    """Each thread has a connection of its own, which goes on with the removed file until it notices."""
    ready, removed = threading.Barrier(5), threading.Event()
    acknowledged: list[str] = []

    def work(thread: int) -> None:
        try:
            store.add(Setting(f"{thread}-before", "x"))
            ready.wait(60)
            removed.wait(60)
            for n in range(20):
                store.add(Setting(f"{thread}-{n}", "x"))
                acknowledged.append(f"{thread}-{n}")
                assert store.get(Setting, f"{thread}-{n}")
        finally:
            store.close()

    threads = [threading.Thread(target=work, args=(k,)) for k in range(4)]
    for thread in threads:
        thread.start()
    ready.wait(60)
    Path(f"{store.path}-wal").unlink()
    removed.set()
    for thread in threads:
        thread.join()
    assert len(acknowledged) == 80
    kept = {s.name for s in open_store(store.path).find(Setting)}
    assert {*acknowledged, *(f"{k}-before" for k in range(4))} <= kept
    assert check_store(open_store(store.path)).holds


def test_a_clock_set_back_stops_nobody_and_keeps_the_order(store: Store) -> None:
    add_person(store, "lea", role="lead", by="test")
    with shifted(timedelta(days=-400)):
        add_person(store, "ana", role="annotator", by="lea")
        add_person(store, "ana", role="adjudicator", by="lea")
    add_person(store, "ben", role="annotator", by="lea")
    entries = store.find(AuditEntry, order_by="sequence")
    assert [e.sequence for e in entries] == list(range(1, len(entries) + 1))
    assert [e.subject for e in entries[1:]] == ["lea", "ana", "ana", "ben"]
    assert entries[2].at < entries[1].at
    assert {p.name: p.role for p in people(store)}["ana"] == "adjudicator"
    assert check_store(store).holds


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A real file system of 3 MB."""
    with mounted(tmp_path / "small", "3m") as folder:
        yield folder


def test_a_disk_that_fills_up_keeps_what_was_acknowledged(small_disk: Path) -> None:
    store = open_store(small_disk / "s.db")
    acknowledged = []
    with pytest.raises(StorageError, match=r"disk is full|disk I/O error"):
        for n in range(1000):
            store.add(Setting(f"{n:04d}", "x" * 20_000))
            acknowledged.append(f"{n:04d}")
    assert len(acknowledged) > 10
    with pytest.raises(StorageError, match=r"Nothing was written"):
        store.add(*(Setting(f"more {n}", "x" * 20_000) for n in range(100)))
    store.close()
    again = open_store(small_disk / "s.db")
    kept = [s.name for s in again.find(Setting, order_by="name") if s.name.isdecimal()]
    holds = check_store(again).holds
    again.close()
    assert kept == acknowledged and holds


def test_a_store_that_forgot_a_step_of_its_schema_is_refused_in_a_sentence(tmp_path: Path) -> None:
    path = tmp_path / "spotcheck.db"
    open_store(path).close()
    with sqlite3.connect(path) as raw:
        raw.execute("DELETE FROM _sqlite_migrations WHERE name LIKE 'm012%'")
    with pytest.raises(StorageError, match="does not fit its tables"):
        open_store(path, create=False)


def test_a_store_that_is_opened_again_keeps_the_locks_of_its_connections(store: Store) -> None:
    """Closing a second descriptor of an open file drops its locks, and another process could remove the -wal file."""
    pytest.importorskip("fcntl")
    store.query("SELECT 1")
    open_store(store.path).query("SELECT 1")
    shared_bytes = "fcntl.lockf(open(sys.argv[1], 'r+b'), fcntl.LOCK_EX | fcntl.LOCK_NB, 510, 0x40000002)"
    words = [sys.executable, "-c", f"import fcntl, sys; {shared_bytes}", str(store.path)]
    done = subprocess.run(words, capture_output=True, text=True)
    assert "BlockingIOError" in done.stderr, "another process could take the store for itself"
