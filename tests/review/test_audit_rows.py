"""Every row of every table is covered by the audit chain: whatever somebody does to the file, the check names it.

``test_audit_rows_on_postgres.py`` does to the tables of a database what is said here in words of SQLite.
"""

from __future__ import annotations

import json
import shutil
import sqlite3
from collections.abc import Callable
from pathlib import Path
from typing import Any
from uuid import uuid4

import orjson
import pytest
from click.testing import CliRunner
from hypothesis import given
from hypothesis import strategies as st
from quick_stores import ON_POSTGRES, copy_store, damage, in_words_of_sqlite

from review.audit.store_secrets import store_id
from review.audit.verifying import Check, check_store, in_words
from review.basics.errors import UnknownError
from review.commands.cli import spotcheck
from review.people.people import add_person, people
from storage.address import address_in
from storage.connection import StorageError
from storage.migrations.schema import migrations
from storage.opening import open_store
from storage.postgres_opening import missing_steps
from storage.proof import COVERED, NOT_COVERED
from storage.proof_digests import entry_hash
from storage.proof_key import VARIABLE, key_file
from storage.records_people import AuditEntry, Setting
from storage.records_review import Annotation
from storage.records_weeks import Week
from storage.rows import columns
from storage.store import Store

of_a_file = pytest.mark.skipif(
    ON_POSTGRES, reason="this test is about a file, its key beside it, or its older versions"
)
LATE = "2030-01-01T00:00:00.000+00:00"


def verify(path: Path, *arguments: str) -> tuple[int, dict[str, Any]]:
    result = CliRunner().invoke(spotcheck, ["audit", "verify", *arguments, "--store", str(path), "--json"])
    assert result.exception is None or isinstance(result.exception, SystemExit), result.exception
    return result.exit_code, json.loads(result.stdout)


def attack(path: Path, *statements: str) -> None:
    """Write into the file as somebody with the sqlite3 program would, or into the database as its owner."""
    if ON_POSTGRES:
        for statement in statements:
            damage(open_store(path, create=False), statement)
        return
    connection = sqlite3.connect(path)
    with connection:
        for statement in statements:
            connection.execute(statement)
    connection.close()


def test_each_table_is_covered_or_says_why_not(demo: Store) -> None:
    tables = {name for kind, name in demo.engine.objects() if kind == "table"}
    covered = {table for table, _ in COVERED.values()}
    others = set(NOT_COVERED) - ({"_sqlite_migrations"} if ON_POSTGRES else set())
    assert tables == covered | others and not covered & set(NOT_COVERED)
    assert all(len(why) > 20 for why in NOT_COVERED.values())


def test_an_untouched_store_is_proven(demo: Store) -> None:
    code, said = verify(demo.path)
    assert (code, said["proven"], said["changes"], said["altered"], said["trouble"]) == (0, True, [], [], "")
    rows = sum(demo.query(f"SELECT COUNT(*) AS n FROM {table}")[0]["n"] for table, _ in COVERED.values())
    assert said["rows"] == rows > 1000


def test_two_inserts_that_make_a_lead_and_withdraw_every_annotation_are_named(demo: Store) -> None:
    annotations = len(demo.find(Annotation))
    attack(
        demo.path,
        "INSERT INTO roles (id, rater_id, role, at, by, scope) "
        f"VALUES ('r-evil', 'ana', 'lead', '{LATE}', 'visitor', '')",
        "INSERT INTO withdrawals (submission_id, withdraws, rater_id, at) "
        f"SELECT 'w-' || submission_id, submission_id, rater_id, '{LATE}' FROM annotations",
    )
    code, said = verify(demo.path)
    added = {(c["table"], c["key"]) for c in said["changes"] if c["kind"] == "added"}
    assert code == 1 and ("roles", "r-evil") in added and len(added) == annotations + 1
    text = CliRunner().invoke(spotcheck, ["audit", "verify", "--store", str(demo.path)])
    said = " ".join(text.stdout.split())
    assert text.exit_code == 1 and "roles 'r-evil'" in said and "withdrawals 'w-" in said


@pytest.fixture(scope="module")
def intact(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A store in which every covered table has a few rows."""
    store = open_store(tmp_path_factory.mktemp("intact") / "s.db")
    store.db.execute("PRAGMA foreign_keys = OFF")
    with store.transaction():
        for record, (table, _) in COVERED.items():
            for n in range(3):
                values = [_some_value(c.type, n) for c in store.db[table].columns]
                names = ", ".join(f'"{c.name}"' for c in store.db[table].columns)
                marks = ", ".join("?" * len(values))
                sql = f"INSERT INTO {table} ({names}) VALUES ({marks}) RETURNING {columns(record)}"
                store._local.written += [(record, row) for row in store.db.conn.execute(sql, values)]
    assert check_store(store).holds
    store.close()
    return store.path


def _some_value(kind: str, n: int) -> Any:
    return {"TEXT": f'{{"{n}": 1}}', "INTEGER": n, "REAL": n / 2}[kind]


def changed(path: Path, sql: str, params: tuple[Any, ...] = ()) -> tuple[int, Check]:
    """Return how many rows a statement changes, and what the check says; everything is rolled back."""
    store = open_store(path)
    connection = store.db.conn
    connection.execute("PRAGMA foreign_keys = OFF")
    connection.execute("BEGIN")
    try:
        count = connection.execute(sql, params).rowcount
        return count, check_store(store)
    finally:
        connection.rollback()
        store.close()


@in_words_of_sqlite
@given(data=st.data())
def test_any_edit_of_any_column_of_any_row_is_seen(intact: Path, data: st.DataObject) -> None:
    table, primary = data.draw(st.sampled_from(sorted(COVERED.values())))
    store = open_store(intact)
    found = store.db[table].columns
    keys = [row[0] for row in store.db.execute(f"SELECT {primary} FROM {table} ORDER BY rowid")]
    store.close()
    column = data.draw(st.sampled_from(found))
    key = data.draw(st.sampled_from(keys))
    numbers = st.integers(-(2**40), 2**40) if column.type == "INTEGER" else st.floats(allow_nan=False, width=32)
    value = data.draw(st.text(max_size=8) if column.type == "TEXT" else numbers)
    if not column.notnull and not column.is_pk:
        value = data.draw(st.sampled_from([value, None]))
    sql = f'UPDATE OR IGNORE {table} SET "{column.name}" = ? WHERE {primary} = ? AND "{column.name}" IS NOT ?'
    try:
        count, check = changed(intact, sql, (value, key, value))
    except (StorageError, UnknownError):
        # The key is looked up by the store's id: without it nothing can be proven, and the check says so.
        assert (table, key) == ("settings", "store_id")
        return
    assert (check.holds and not check.unproven) == (count == 0)
    if (table, key) == ("settings", "store_id"):
        return
    if count and not column.is_pk:
        assert (table, str(key)) in {(c.table, c.key) for c in check.changes}


@in_words_of_sqlite
@pytest.mark.parametrize("table", sorted(table for table, _ in COVERED.values()))
def test_a_row_added_deleted_or_moved_in_any_table_is_seen(intact: Path, table: str) -> None:
    primary = dict(COVERED.values())[table]
    store = open_store(intact)
    names = [f'"{c.name}"' for c in store.db[table].columns]
    number = store.db[table].columns_dict[primary] is int
    rows = store.db[table].count
    store.close()
    new = f"{primary} + 1000" if number else f"'new-' || {primary}"
    copied = ", ".join(new if c == f'"{primary}"' else c for c in names)
    insert = f"INSERT INTO {table} ({', '.join(names)}) SELECT {copied} FROM {table} LIMIT 1"
    expected = {"added": insert, "deleted": f"DELETE FROM {table} WHERE rowid = (SELECT max(rowid) FROM {table})"}
    if rows > 1 and not number:
        move = f"(SELECT max(rowid) + 1 FROM {table}) WHERE rowid = (SELECT min(rowid) FROM {table})"
        expected["moved"] = f"UPDATE {table} SET rowid = {move}"
    for kind, sql in expected.items():
        count, check = changed(intact, sql)
        assert count == 1 and not check.holds, kind
        assert kind in {c.kind for c in check.changes if c.table == table}, kind


@in_words_of_sqlite
@pytest.mark.parametrize(
    "sql",
    [
        "DELETE FROM audit_rows WHERE entry = (SELECT max(entry) FROM audit_rows)",
        "UPDATE audit_rows SET digest = zeroblob(16) WHERE entry = (SELECT max(entry) FROM audit_rows)",
        "UPDATE audit_rows SET key = 'x' || key WHERE entry = (SELECT max(entry) FROM audit_rows)",
        "INSERT INTO audit_rows SELECT 'roles', max(entry), 99, 'x', zeroblob(16) FROM audit_rows",
        "INSERT INTO audit_rows VALUES ('nothing', 1, 1, 'x', zeroblob(16))",
        "UPDATE audit SET detail = '{' WHERE sequence = 2",
        "UPDATE audit SET detail = json_remove(detail, '$.signed') WHERE sequence = 2",
    ],
)
def test_digests_that_were_changed_themselves_are_seen(intact: Path, sql: str) -> None:
    count, check = changed(intact, sql)
    assert count > 0 and not check.holds


@in_words_of_sqlite
def test_a_trigger_that_somebody_adds_is_named(demo: Store) -> None:
    attack(demo.path, "CREATE TRIGGER evil AFTER INSERT ON skips BEGIN DELETE FROM skips; END")
    attack(demo.path, "CREATE TABLE notes (x)")
    code, said = verify(demo.path)
    assert code == 1 and "1 trigger that no store has: evil" in said["trouble"] and said["unknown"] == ["notes"]


@pytest.fixture
def other_user(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[[], None]:
    """Become a user of this machine who keeps no keys."""

    def become() -> None:
        monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "nobody"))

    return become


@of_a_file
def test_the_key_is_kept_outside_the_store_for_its_user_alone(store: Store) -> None:
    file = key_file(store_id(store))
    assert file.stat().st_mode & 0o777 == 0o600 and len(file.read_bytes()) == 64
    assert file.read_bytes() not in store.path.read_bytes()


@of_a_file
def test_without_the_key_a_store_can_be_read_and_checked_in_part_but_not_written(
    demo: Store, other_user: Callable[[], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    key = key_file(store_id(demo)).read_text()
    other_user()
    before = len(demo.find(AuditEntry))
    with pytest.raises(StorageError, match=rf"audit key of this store is not here.*{VARIABLE}"):
        add_person(demo, "zoe", role="annotator", by="visitor")
    assert len(demo.find(AuditEntry)) == before and "zoe" not in {p.name for p in people(demo)}
    code, said = verify(demo.path)
    assert (code, said["proven"], said["broken_at"], said["changes"]) == (3, False, None, [])
    monkeypatch.setenv(VARIABLE, key)
    add_person(demo, "zoe", role="annotator", by="visitor")
    assert verify(demo.path)[0] == 0
    monkeypatch.setenv(VARIABLE, "another key that is long enough to be one")
    assert verify(demo.path)[0] == 3
    attack(demo.path, f"DELETE FROM week_closings WHERE at < '{LATE}'")
    code, said = verify(demo.path)
    assert code == 1 and {c["table"] for c in said["changes"]} == {"week_closings"}


@of_a_file
@pytest.mark.durable
def test_a_key_that_is_too_short_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(VARIABLE, "hunter2")
    with pytest.raises(StorageError, match=f"{VARIABLE}: found 7 characters, expected at least 32"):
        open_store(tmp_path / "new.db")
    assert {p.name for p in tmp_path.iterdir()} <= {"new.db.lock"}


def unsigned(demo: Store, path: Path) -> Path:
    """A store as the last version without a key wrote it: plain hashes, and no digests of rows but in details."""
    old = sqlite3.connect(copy_store(demo.path, path))
    with old:
        old.execute("DELETE FROM _sqlite_migrations WHERE name LIKE 'm010_the%'")
        old.execute("DROP TABLE audit_rows")
        old.execute("DELETE FROM settings WHERE name = 'audit_key'")
        old.execute("UPDATE settings SET value = ? WHERE name = 'store_id'", [f"old-{uuid4().hex[:8]}"])
        previous = "0" * 64
        rows = old.execute("SELECT * FROM audit WHERE action <> 'audit key' ORDER BY sequence").fetchall()
        for sequence, (_, at, actor, action, subject, text, _, _) in enumerate(rows, 1):
            detail = {k: v for k, v in orjson.loads(text).items() if k != "signed"}
            digest = entry_hash(
                sequence, at, actor=actor, action=action, subject=subject, detail=detail, previous=previous
            )
            text = orjson.dumps(detail).decode()
            values = (sequence + 10**6, at, actor, action, subject, text, previous, digest)
            previous = digest
            old.execute("INSERT INTO audit VALUES (?, ?, ?, ?, ?, ?, ?, ?)", values)
        old.execute("DELETE FROM audit WHERE sequence < 1000000")
        old.execute("UPDATE audit SET sequence = sequence - 1000000")
    old.close()
    return path


@of_a_file
def test_an_older_store_is_signed_with_its_first_change(demo: Store, tmp_path: Path) -> None:
    path = unsigned(demo, tmp_path / "old.db")
    code, said = verify(path)
    assert (code, said["proven"], said["broken_at"]) == (3, False, None)
    entries = said["entries"]
    store = open_store(path)
    add_person(store, "zoe", role="annotator", by="visitor")
    assert [e.action for e in store.find(AuditEntry)[entries:]] == ["audit key", "role"]
    code, said = verify(path)
    assert (code, said["proven"]) == (0, True) and said["rows"] > 1000
    attack(path, "UPDATE weeks SET due = '2020-01-01' WHERE rowid = 1")
    code, said = verify(path)
    assert code == 1 and [(c["kind"], c["table"]) for c in said["changes"]] == [("edited", "weeks")]


@of_a_file
def test_a_chain_that_was_replaced_by_an_unsigned_one_is_found(demo: Store, tmp_path: Path) -> None:
    path = unsigned(demo, tmp_path / "old.db")
    open_store(path).begin_signing()
    key = key_file(store_id(open_store(path)))
    attack(
        path,
        "DELETE FROM audit WHERE action = 'audit key'",
        "DELETE FROM audit_rows",
        "DELETE FROM settings WHERE name = 'audit_key'",
    )
    code, said = verify(path)
    assert code == 1 and "no entry is signed: the chain was replaced" in said["trouble"]
    with pytest.raises(StorageError, match=f"the audit key {key} for this store"):
        add_person(open_store(path), "zoe", role="annotator", by="visitor")


@pytest.mark.parametrize("with_variable", [False, True])
def test_records_without_any_entry_are_not_signed(
    demo: Store, monkeypatch: pytest.MonkeyPatch, *, with_variable: bool
) -> None:
    """Somebody who wipes the chain and renames the store must not get their own rows signed at the next write."""
    if with_variable:
        monkeypatch.setenv("SPOTCHECK_AUDIT_KEY", "k" * 40)
    attack(
        demo.path,
        "DELETE FROM audit",
        "DELETE FROM audit_rows",
        "DELETE FROM settings WHERE name = 'audit_key'",
        "UPDATE settings SET value = 'aaaaaaaaaaaa' WHERE name = 'store_id'",
        "INSERT INTO roles (id, rater_id, role, at, by, scope) VALUES ('x', 'ana', 'lead', '2026-11-29', 'boss', '')",
    )
    store = open_store(demo.path)
    with pytest.raises(StorageError, match="has rows, but the audit chain has no entry"):
        store.begin_signing()
    with pytest.raises(StorageError, match="has rows, but the audit chain has no entry"):
        add_person(store, "zoe", role="annotator", by="visitor")


def test_the_chain_is_not_said_to_hold_where_rows_were_changed_or_none_is_there(demo: Store) -> None:
    attack(demo.path, "UPDATE weeks SET due = '2020-01-01' WHERE rowid = 1")
    found = in_words(check_store(open_store(demo.path)))
    assert found[0].endswith("checked") and "linked without a gap" in found[0] and "edited" in found[1]
    attack(demo.path, "DELETE FROM audit", "DELETE FROM audit_rows")
    assert in_words(check_store(open_store(demo.path)))[0].startswith("the chain has no entries")


def test_a_lost_setting_does_not_make_a_second_beginning(demo: Store) -> None:
    attack(demo.path, "DELETE FROM settings WHERE name = 'audit_key'")
    with pytest.raises(StorageError, match="lost its setting 'audit_key'"):
        add_person(demo, "zoe", role="annotator", by="visitor")
    assert verify(demo.path)[0] == 1


def test_later_changes_of_the_schema_keep_every_digest(demo: Store, tmp_path: Path) -> None:
    """A migration may add a column that is NULL in older rows; one that changes a row would break its digest."""
    copy = copy_store(demo.path, tmp_path / "copy.db")
    for week in demo.find(Week):
        assert week in open_store(copy).find(Week)
    attack(copy, "ALTER TABLE weeks ADD COLUMN later TEXT")
    assert verify(copy)[0] == 0
    if ON_POSTGRES:
        assert missing_steps(str(address_in(copy))) == []
        return
    assert [m.name for m in migrations.applied(open_store(copy).db)]
    assert not migrations.pending(open_store(copy).db)


def test_rows_without_an_entry_of_their_own_get_one(store: Store) -> None:
    store.add(Setting("x", "y"), Setting("z", "y"))
    last = store.find(AuditEntry)[-1]
    assert (last.actor, last.action, last.detail["signed"]["settings"][0]) == ("spotcheck", "rows", 2)
    store.add(Setting("x", "other"))
    assert store.find(AuditEntry)[-1] == last and check_store(store).holds


@of_a_file
def test_a_copied_file_is_checked_with_the_same_key(demo: Store, tmp_path: Path) -> None:
    demo.backup(tmp_path / "copy.db")
    assert verify(tmp_path / "copy.db")[0] == 0
    shutil.copyfile(tmp_path / "copy.db", tmp_path / "again.db")
    assert verify(tmp_path / "again.db")[0] == 0
