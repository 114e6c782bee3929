"""Retention that is killed at any step, meets a full disk, or runs twice: the log holds one state or the other."""

from __future__ import annotations

import os
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any

import duckdb
import pytest
from filelock import FileLock
from flow_store import add_people, conversation, import_rows
from quick_stores import copy_store
from retained_store import ON

from review.audit.verifying import check_store
from review.basics.clock import shifted
from review.basics.errors import NoSpace, Refused
from review.basics.log_paths import log_of
from review.compliance.running import run_checks
from review.failures.rules import failure_rules
from review.log import log as logs
from review.log.late import listed
from review.log.log import log_files, log_relation, read_conversations
from review.log.retained import COUNTS, parts
from review.monitoring import retention
from review.monitoring.given_up import never_draw
from review.monitoring.retention import finish_retention, run_retention
from review.serving.nightly import run_nightly
from review.settings.project import project_of
from storage.opening import open_store
from storage.records_retention import RetentionRun
from storage.store import Store

WEEK = "2026-W45"
CALLS = ("rename", "unlink", "rmdir", "mkdir", "fsync", "replace")
"""What changes names or reaches the disk. Between two of these calls, a kill leaves what one at the second leaves."""


class Killed(BaseException):
    """The process is gone."""


@pytest.fixture(scope="module")
def small_path(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Twelve conversations of a week that a lead gave up; two of them failed, one has an original."""
    store = open_store(tmp_path_factory.mktemp("small") / "spotcheck.db")
    add_people(store)
    rows = [conversation(i) for i in (0, 1, 2, 3, 40, 5)]
    rows[1]["messages"][0]["content"] += " from anna@example.com"
    import_rows(store, rows)
    import_rows(store, [conversation(i) for i in (6, 8, 9, 10, 11, 12)], "more.jsonl")
    import_rows(store, [{"trace": "c002", "feedback": "down"}, {"trace": "c000", "feedback": "down"}], "told.jsonl")
    never_draw(store, WEEK, reason="before we began", by="lea")
    run_checks(store, project_of(store.path), by="lea")
    store.close()
    return store.path


def copy(small_path: Path, folder: Path) -> Store:
    folder.mkdir(exist_ok=True)
    (folder / "spotcheck.toml").write_text(ON)
    return open_store(copy_store(small_path, folder / "spotcheck.db"))


def run(store: Store) -> Any:
    project = project_of(store.path)
    return run_retention(store, project, failure_rules(store, project), by="lea")


def state(store: Store) -> tuple[list[str], int]:
    """The conversations that the log shows, and how many its counts say have expired."""
    log = log_of(store.path)
    ids = [row[0] for row in duckdb.sql(f"SELECT id FROM {log_relation(log)} ORDER BY id").fetchall()]
    counts = parts(log.logs, COUNTS)
    return ids, int(duckdb.sql(f"SELECT sum(n) FROM {listed(counts)}").fetchall()[0][0]) if counts else 0


@contextmanager
def killed_at(number: int, monkeypatch: pytest.MonkeyPatch) -> Iterator[list[str]]:
    """Kill at the call ``number``: it and every later one, of the cleaning up too, raises and does nothing."""
    calls: list[str] = []
    with monkeypatch.context() as patch:
        for name in CALLS:
            real = getattr(os, name)

            def call(*given: Any, real: Any = real, name: str = name, **named: Any) -> Any:
                calls.append(name)
                if len(calls) > number:
                    raise Killed
                return real(*given, **named)

            patch.setattr(os, name, call)
        yield calls


def test_a_kill_at_any_step_leaves_the_log_as_it_was_or_as_it_becomes(
    small_path: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    before, done = state(copy(small_path, tmp_path / "before")), copy(small_path, tmp_path / "done")
    with killed_at(10_000, monkeypatch) as calls:
        run(done)
    after = state(done)
    assert before == (sorted({"c000", "c040", *(f"c{i:03d}" for i in (1, 2, 3, 5, 6, 8, 9, 10, 11, 12))}), 0)
    assert after == (["c000", "c040"], 10)
    turn = calls.index("rename")
    seen = set()
    for number in (turn // 2, turn - 1, turn, *range(turn + 1, len(calls), 2)):
        store = copy(small_path, tmp_path / f"kill{number}")
        with killed_at(number, monkeypatch), pytest.raises(Killed):
            run(store)
        store.close()
        store = open_store(store.path)
        found = state(store)
        assert found in (before, after), number
        seen.add(found == after)
        recorded = len(store.find(RetentionRun))
        assert recorded in (0, 1) and (found == after or recorded == 0)
        finish_retention(store, by="lea")
        assert state(store) == found and len(store.find(RetentionRun)) == (found == after)
        run(store)
        assert state(store) == after and len(store.find(RetentionRun)) == 1
        texts = b"".join(p.read_bytes() for p in log_of(store.path).originals.rglob("*.parquet"))
        assert b"anna@" not in texts and not list(log_of(store.path).logs.glob(".partial*"))
        assert not list(log_of(store.path).logs.glob("*/replaces.json"))
    assert seen == {True, False} and check_store(store).holds


def test_a_full_disk_removes_nothing(small_path: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    store = copy(small_path, tmp_path / "full")
    before, files = state(store), log_files(log_of(store.path))

    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    for name in ("commit", "Leaving"):
        with monkeypatch.context() as patch:
            patch.setattr(retention, name, full)
            with pytest.raises(NoSpace, match="nothing of this week was removed"):
                run(store)
        assert state(store) == before and log_files(log_of(store.path)) == files
        assert store.find(RetentionRun) == [] and check_store(store).holds
    assert run(store).expired == 10


def test_a_hold_that_comes_while_a_week_is_written_counts(
    small_path: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from review.privacy.holds import add_holds

    store = copy(small_path, tmp_path / "held")
    written = retention._written

    def late(*given: Any, **named: Any) -> Any:
        found = written(*given, **named)
        if not store.find(retention.RetentionRun) and "c003" not in retention.what_stays(store).conversations:
            add_holds(store, conversations=["c003"], reason="Case 12", by="lea")
        return found

    monkeypatch.setattr(retention, "_written", late)
    assert run(store).expired == 9 and state(store)[0] == ["c000", "c003", "c040"]


def test_two_runs_at_once_take_turns_and_two_nights_do_not_start(small_path: Path, tmp_path: Path) -> None:
    store = copy(small_path, tmp_path / "twice")
    with FileLock(f"{store.path.resolve()}.night.lock"), pytest.raises(Refused, match="run already"):
        run_nightly(store)
    assert state(store)[1] == 0
    said = {one.name: one for one in run_nightly(store)}
    assert (
        said["retention"].status == "done"
        and "10 conversations removed (0 error, 0 slow, 10 normal)" in said["retention"].detail
    )
    assert [one.status for one in run_nightly(store) if one.name == "retention"] == ["skipped"]


def test_clocks_that_jump_back_and_rows_of_the_future_remove_nothing(small_path: Path, tmp_path: Path) -> None:
    store = copy(small_path, tmp_path / "clock")
    with shifted(timedelta(days=-30)):
        assert run(store).expired == 0
    import_rows(store, [{**conversation(7), "created_at": "2031-01-01T00:00:00Z"}], "future.jsonl")
    never_draw(store, "2031-W01", reason="a wrong clock", by="lea")
    run_checks(store, project_of(store.path), by="lea")
    assert run(store).expired == 10 and "c007" in state(store)[0]


def test_readers_see_one_state_or_the_other_while_a_week_is_replaced(small_path: Path, tmp_path: Path) -> None:
    store = copy(small_path, tmp_path / "read")
    log, before = log_of(store.path), set(state(store)[0])
    seen, over = list[set[str]](), threading.Event()

    def read() -> None:
        while not over.is_set():
            seen.append({c.id for c in read_conversations(log, sorted(before))})

    with ThreadPoolExecutor(2) as threads:
        readers = [threads.submit(read) for _ in range(2)]
        try:
            run(store)
        finally:
            over.set()
        for reader in readers:
            reader.result()
    assert seen and all(one in (before, {"c000", "c040"}) for one in seen)


def test_a_file_that_goes_between_listing_and_reading_is_no_error(
    small_path: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    store = copy(small_path, tmp_path / "gone")
    log, relation = log_of(store.path), logs.log_relation
    runs = iter([lambda: run(store), lambda: None])

    def listed_then_replaced(*given: Any, **named: Any) -> str:
        sql = relation(*given, **named)
        next(runs)()
        return sql

    monkeypatch.setattr(logs, "log_relation", listed_then_replaced)
    assert [c.id for c in read_conversations(log, ["c000", "c001"])] == ["c000"]
