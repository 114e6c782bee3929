"""The store on a real file: reading and writing, threads, kill -9, migrations, and what it refuses."""

from __future__ import annotations

import itertools
import os
import signal
import sqlite3
import subprocess
import sys
import threading
from concurrent.futures import ProcessPoolExecutor
from dataclasses import fields
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlite_utils import Database

from storage.connection import StorageError
from storage.migrations.schema import migrations
from storage.opening import open_store
from storage.records import KEYS
from storage.records_log import Conversation
from storage.records_people import Rater, Setting
from storage.store import Store

pytestmark = pytest.mark.durable

JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**53), 2**53) | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=8,
)
NUMBERS = itertools.count()


def rater(identity: str) -> Rater:
    return Rater(id=identity, name=identity.title(), created_at="2026-11-21T00:00:00+00:00", created_by="test")


def added(store: Store) -> list[str]:
    """The names of the settings that a test has added, sorted; every store has three of its own."""
    names = [s.name for s in store.find(Setting, order_by="name")]
    assert names[-3:] == ["audit_key", "hmac_key", "store_id"]
    return names[:-3]


def test_records_are_read_as_they_were_written(store: Store) -> None:
    assert store.add(rater("ana"), rater("ben")) == 2
    assert store.get(Rater, "ana") == rater("ana")
    assert store.find(Rater, id=["ben", "eva"]) == [rater("ben")]
    assert store.get(Rater, "eva") is None


def test_adding_a_known_key_changes_nothing(store: Store) -> None:
    store.add(rater("ana"))
    assert store.add(Rater(id="ana", name="Somebody else", created_at="now", created_by="test")) == 0
    assert store.get(Rater, "ana") == rater("ana")


@pytest.fixture(scope="module")
def one_store(tmp_path_factory: pytest.TempPathFactory) -> Store:
    """One store for all conversations that are tried."""
    return open_store(tmp_path_factory.mktemp("one") / "s.db")


@given(content=st.dictionaries(st.text(max_size=8), JSON, max_size=4), turns=st.lists(st.text(max_size=30), max_size=4))
def test_any_conversation_survives_the_round_trip(
    one_store: Store, content: dict[str, object], turns: list[str]
) -> None:
    name = f"c{next(NUMBERS)}"
    messages = tuple({"role": "user", "content": t} for t in turns)
    there = Conversation(
        id=name,
        source="production",
        source_id=name,
        created_at=None,
        week="2026-W47",
        messages=messages,
        metadata=content,
        repaired=True,
    )
    assert one_store.add(there) == 1
    assert one_store.get(Conversation, name) == there


def test_every_record_has_a_table_with_exactly_its_fields(store: Store) -> None:
    for record, (table, key) in KEYS.items():
        assert {c.name for c in store.db[table].columns} == {f.name for f in fields(record)}, table
        assert store.db[table].pks == [key]
        assert store.db[table].strict


def test_a_failed_transaction_leaves_nothing(store: Store) -> None:
    with pytest.raises(RuntimeError, match="halfway"), store.transaction():
        store.add(rater("ana"))
        raise RuntimeError("halfway")
    assert store.find(Rater) == []


def test_the_pragmas_that_keep_annotations_safe(store: Store) -> None:
    def pragma(name: str) -> object:
        return store.db.execute(f"PRAGMA {name}").fetchone()[0]

    assert pragma("journal_mode") == "wal"
    assert pragma("synchronous") == 2  # FULL
    assert pragma("foreign_keys") == 1
    assert pragma("busy_timeout") == 10_000


def test_twenty_threads_lose_no_read_then_write(store: Store) -> None:
    """20 x 30 transactions read the count and write the next number; a lost update would repeat a number."""
    errors: list[BaseException] = []

    def work(name: int) -> None:
        try:
            for _ in range(30):
                with store.transaction():
                    last = store.query("SELECT count(*) AS n FROM settings WHERE name GLOB '[0-9]*'")[0]["n"]
                    assert store.add(Setting(f"{last:05d}", str(name))) == 1
            store.close()
        except BaseException as error:  # noqa: BLE001 - the assertion below shows what went wrong in a thread
            errors.append(error)

    threads = [threading.Thread(target=work, args=(k,)) for k in range(20)]
    for t in threads:
        t.start()
    for t in threads:
        t.join()
    assert errors == []
    assert added(store) == [f"{n:05d}" for n in range(600)]


WRITER = """
import sys
sys.path.insert(0, {root!r})
from storage.records_people import Setting
from storage.opening import open_store
store = open_store({path!r})
for n in range(100_000):
    store.add(Setting(str(n), "x"))
    print(n, flush=True)
"""


def test_acknowledged_writes_survive_kill_9(tmp_path: Path) -> None:
    path = tmp_path / "s.db"
    root = str(Path(__file__).resolve().parents[2])
    code = WRITER.format(root=root, path=str(path))
    with subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        acknowledged = [int(process.stdout.readline()) for _ in range(200)]
        os.kill(process.pid, signal.SIGKILL)
        acknowledged += [int(line) for line in process.stdout.read().splitlines() if line.strip()]
    kept = {int(name) for name in added(open_store(path))}
    assert set(acknowledged) <= kept
    assert len(kept) - len(acknowledged) <= 1  # at most the one that was being written


def _start(path: str) -> int:
    return len(open_store(path).db.table_names())


def test_eight_processes_may_start_on_a_new_store_at_once(tmp_path: Path) -> None:
    with ProcessPoolExecutor(8) as pool:
        tables = list(pool.map(_start, [str(tmp_path / "s.db")] * 8))
    assert len(set(tables)) == 1


def test_the_oldest_schema_migrates_to_the_current_one(tmp_path: Path) -> None:
    path = tmp_path / "s.db"
    names = [m.name for m in migrations.pending(Database(memory=True))]
    old = Database(path)
    migrations.apply(old, stop_before=names[1])
    old["raters"].insert(rater("ana").__dict__)
    old.close()
    assert open_store(path).find(Rater) == [rater("ana")]
    assert [m.name for m in migrations.applied(Database(path))] == names


def test_an_older_store_keeps_its_key_or_gets_one_when_it_is_opened(tmp_path: Path) -> None:
    own = [Setting("hmac_key", "ab" * 32), Setting("store_id", "abcdef012345")]
    for name, settings in (("with.db", own), ("without.db", [])):
        old = Database(tmp_path / name)
        migrations.apply(old, stop_before="m009_the_store_has_its_key")
        for setting in settings:
            old["settings"].insert(setting.__dict__)
        old.close()
    assert open_store(tmp_path / "with.db").find(Setting) == own
    key, short = open_store(tmp_path / "without.db").find(Setting)
    assert (key.name, len(bytes.fromhex(key.value)), short.name, len(short.value)) == ("hmac_key", 32, "store_id", 12)
    assert open_store(tmp_path / "without.db").find(Setting) == [key, short]


def test_a_store_of_a_newer_version_is_refused_and_untouched(tmp_path: Path) -> None:
    path = tmp_path / "s.db"
    store = open_store(path)
    applied = {"migration_set": "spotcheck", "name": "m999_from_the_future", "applied_at": "2030-01-01"}
    store.db["_sqlite_migrations"].insert(applied)
    store.close()
    before = path.read_bytes()
    with pytest.raises(StorageError, match=r"newer version.*m999_from_the_future.*Upgrade"):
        open_store(path)
    assert path.read_bytes() == before


def test_files_that_are_not_a_store_are_refused(tmp_path: Path) -> None:
    (tmp_path / "text.db").write_text("these are not the rows you are looking for " * 50)
    with pytest.raises(StorageError, match="not an SQLite store"):
        open_store(tmp_path / "text.db")
    Database(tmp_path / "other.db")["shop"].insert({"id": 1})
    with pytest.raises(StorageError, match="not a Spotcheck store"):
        open_store(tmp_path / "other.db")
    with pytest.raises(StorageError, match="is a folder"):
        open_store(tmp_path)
    with pytest.raises(StorageError, match="does not exist"):
        open_store(tmp_path / "no" / "s.db")
    with pytest.raises(StorageError, match=r"there is no store here\. Create one"):
        open_store(tmp_path / "none.db", create=False)
    assert not (tmp_path / "none.db").exists()


def test_a_full_disk_is_reported_and_leaves_nothing_half_written(store: Store) -> None:
    store.add(rater("ana"))
    pages = store.db.execute("PRAGMA page_count").fetchone()[0]
    store.db.execute(f"PRAGMA max_page_count = {pages + 1}")  # SQLite answers as it does on a full disk
    with pytest.raises(StorageError, match="disk is full"), store.transaction():
        store.add(rater("ben"))
        store.add(*(Setting(str(n), "x" * 4000) for n in range(50)))
    assert store.find(Rater) == [rater("ana")]
    assert added(store) == []


def test_a_foreign_key_holds(store: Store) -> None:
    from storage.records_people import Role

    with pytest.raises(sqlite3.IntegrityError):
        store.add(Role(id="r", rater_id="nobody", role="lead", at="now", by="test"))


def test_a_backup_is_a_complete_store(store: Store, tmp_path: Path) -> None:
    store.add(rater("ana"))
    store.backup(tmp_path / "copy.db")
    assert open_store(tmp_path / "copy.db").find(Rater) == [rater("ana")]
