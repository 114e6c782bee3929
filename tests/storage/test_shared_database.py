"""A database that several servers share, and what goes wrong with it: each is a sentence, and nothing is lost."""

from __future__ import annotations

import json
import shutil
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from flow_store import WEEK, add_people, assignments, entry, import_rows, open_the_week, records, send
from postgres_server import Server, shared_server
from quick_stores import ON_POSTGRES
from streamlit.testing.v1 import AppTest

from review.audit.verifying import check_store
from review.basics.log_paths import log_of
from review.commands.cli import spotcheck
from review.people.people import people
from storage import clock
from storage.address import FOLDER, write_address
from storage.connection import StorageError, StoreAway
from storage.opening import open_store
from storage.postgres_connecting import close_pools
from storage.postgres_roles import grants
from storage.proof_key import VARIABLE
from storage.records_people import AuditEntry
from storage.records_review import Annotation
from storage.store import Store

pytestmark = pytest.mark.skipif(ON_POSTGRES, reason="these tests choose the engine themselves")
ROUTER = Path(__file__).resolve().parents[2] / "pages" / "router.py"


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    running = shared_server()
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv(VARIABLE, "a key for the stores of these tests")
        patch.setenv(FOLDER, str(tmp_path_factory.mktemp("project")))
        running.role("application")
        running.role("stranger")
        yield running
        close_pools()


@pytest.fixture(scope="module")
def store(server: Server, tmp_path_factory: pytest.TempPathFactory) -> Store:
    """A store with people, a log and an open week; every test uses its own items of it."""
    file = tmp_path_factory.mktemp("shared") / "spotcheck.db"
    write_address(file, server.address(server.new_database()))  # no copy: those lose numbers of rows in a crash
    made = open_store(file)
    add_people(made)
    import_rows(made, records())
    open_the_week(made)
    return made


def ran(*words: str) -> Any:
    return CliRunner().invoke(spotcheck, list(words))


def page_says(monkeypatch: pytest.MonkeyPatch, file: Path) -> str:
    """What the Week page of a server on this store says instead of the week."""
    monkeypatch.setenv("SPOTCHECK_STORE", str(file))
    page = AppTest.from_file(str(ROUTER), default_timeout=60).run()
    page = page.switch_page("week.py").run() if not page.error else page
    assert not page.exception
    return " ".join(one.value for one in page.error)


def database(store: Store) -> str:
    return store.path.read_text().partition("///")[2].partition("?")[0]


def test_a_database_that_is_gone_is_asked_once_a_second_by_one(store: Store, server: Server) -> None:
    assert people(store)
    server.stop()
    for _ in range(30):
        begun = time.monotonic()
        with pytest.raises(StoreAway, match=r"does not answer|connection to the database was lost"):
            people(store)
        assert time.monotonic() - begun < 5  # a pool would wait ten seconds each time
    with pytest.raises(StoreAway):
        send(store, "ana", entry(assignments(store, "ana")[0]))
    server.start()
    deadline = time.monotonic() + 30
    while time.monotonic() < deadline:
        try:
            assert people(store)
            return
        except StoreAway:
            continue
    raise AssertionError("the store did not come back")


def test_servers_go_by_the_clock_of_their_database(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(clock, "seconds", lambda: time.time() - 40)
    close_pools()
    people(store)
    assert 39 < clock.wrong_by().total_seconds() < 41
    monkeypatch.undo()
    close_pools()
    people(store)
    assert clock.wrong_by().total_seconds() == 0
    for theirs, asked, answered, said in ((100.4, 100, 100.1, 0), (90, 100, 100.2, -10.1), (103, 100, 106, 0)):
        clock.go_by(theirs, asked, answered)
        assert clock.wrong_by().total_seconds() == pytest.approx(said)
    clock.go_by(0, 0, 0)


def test_a_server_of_the_older_version_goes_on_and_does_not_start_again(
    store: Store, server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The newer version has run its steps: a column that is NULL in older rows, as every step adds."""
    server.sql("ALTER TABLE annotations ADD COLUMN later text", database(store))
    server.sql("INSERT INTO schema_steps (name) VALUES ('m999_later')", database(store))
    try:
        mine = assignments(store, "ana")[1]
        send(store, "ana", entry(mine))
        assert [a.assignment_id for a in store.find(Annotation, assignment_id=mine.id)] == [mine.id]
        assert check_store(store).holds
        with pytest.raises(StorageError, match=r"newer version.*m999_later.*Nothing was changed.*Upgrade"):
            open_store(store.path, create=False)
        said = ran("people", "list", "--store", str(store.path))
        assert said.exception.exit_code == 2 and "written by a newer version" in str(said.exception)
        assert "written by a newer version" in page_says(monkeypatch, store.path)
    finally:
        server.sql("DELETE FROM schema_steps WHERE name = 'm999_later'", database(store))
        server.sql("ALTER TABLE annotations DROP COLUMN later", database(store))


def test_a_role_without_rights_is_told_what_is_missing(
    store: Store, server: Server, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / "spotcheck.db"
    write_address(file, server.address(database(store), "stranger"))
    said = ran("people", "list", "--store", str(file))
    assert said.exception.exit_code == 2 and "permission denied" in str(said.exception)
    assert "how a role gets what it needs" in str(said.exception)
    assert "permission denied" in page_says(monkeypatch, file)


def test_one_command_prepares_a_database_for_its_servers(
    server: Server, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(FOLDER, str(tmp_path))
    name = server.new_database()
    asked = ("store", "prepare", "--role", "application", "--first-start", "--store", server.address(name))
    first = ran(*asked)
    assert first.exit_code == 0 and "/invite/" in first.output and "is ready: created" in first.output
    again = ran(*asked, "--json")
    assert json.loads(again.output[again.output.index("{") :])["steps"] == 0
    assert 'mode = "links"' in (tmp_path / "spotcheck.toml").read_text()
    file = tmp_path / "as_application"
    write_address(file, server.address(name, "application"))
    as_application = open_store(file, create=False)
    assert as_application.signing_key()
    with pytest.raises(StorageError, match="permission denied"), as_application.engine.plain_errors():
        as_application.engine.connection.execute("UPDATE audit SET actor = 'x'")
    nobody = ran("store", "prepare", "--role", "nobody_there", "--store", server.address(name))
    assert "there is no role 'nobody_there'" in str(nobody.exception)
    owner = ran("store", "prepare", "--role", "owner", "--store", server.address(name))
    assert "which owns the tables" in str(owner.exception)
    with pytest.raises(StorageError, match="expected a letter"):
        grants("a; DROP TABLE audit")
    assert "this store is a file" in str(ran("store", "prepare", "--role", "x", "--store", str(tmp_path)).exception)


def test_the_check_says_what_a_server_may_lose_and_what_a_failover_has_lost(store: Store, server: Server) -> None:
    said = json.loads(ran("store", "check", "--store", str(store.path), "--json").stdout)
    assert said["holds"] and [one for one in said["risks"] if one.startswith("fsync is off")]
    refused = ran("store", "check", "--store", str(store.path), "--after-failover", "standby two")
    assert "a failover has lost nothing" in str(refused.exception)
    mine = assignments(store, "ana")[2]
    send(store, "ana", entry(mine))
    last = store.find(AuditEntry, order_by="sequence")[-1].sequence
    # What a standby lacks that followed asynchronously: the last transaction, with its row, digests and entry.
    for statement in (
        f"DELETE FROM audit WHERE sequence = {last}",
        f"DELETE FROM audit_rows WHERE entry = {last}",
        f"DELETE FROM annotations WHERE assignment_id = '{mine.id}'",
    ):
        server.sql(statement, database(store))
    check = ran("store", "check", "--store", str(store.path))
    assert check.exit_code == 1 and f"This machine saw entry {last}" in check.output and "failover" in check.output
    taken = ran("store", "check", "--store", str(store.path), "--after-failover", "standby two took over")
    assert taken.exit_code == 0 and f"a failover lost entries up to entry {last}" in taken.output
    send(store, "ana", entry(mine))  # the item was open again
    assert check_store(store).holds


def test_a_restored_backup_draws_the_same_sample(store: Store, server: Server, tmp_path: Path) -> None:
    draw = ("sample", "--week", WEEK, "--rate", "0.1", "--seed", "restored", "--dry-run", "--json", "--store")
    before = json.loads(ran(*draw, str(store.path)).stdout)
    backup = tmp_path / "yesterday.db"
    assert ran("store", "backup", str(backup), "--store", str(store.path)).exit_code == 0
    elsewhere = tmp_path / "new" / "spotcheck.db"
    elsewhere.parent.mkdir()
    write_address(elsewhere, server.address(server.new_database()))
    restored = ran("store", "restore", str(backup), "--store", str(elsewhere))
    assert restored.exit_code == 0, restored.exception
    shutil.copytree(log_of(store.path).logs, log_of(elsewhere).logs)
    after = json.loads(ran(*draw, str(elsewhere)).stdout)
    assert after["digest"] == before["digest"] and before["digest"]
    assert {**after, "frame": None} == {**before, "frame": None}  # the frame names the folder of the log
