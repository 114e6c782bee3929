"""The steps of every night, heads of the chain noted elsewhere, backups, and a second application on one store."""

from __future__ import annotations

import json
import sqlite3
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from quick_stores import copy_store

from review.audit import chain
from review.audit.store_secrets import store_id
from review.basics.clock import shifted
from review.basics.errors import NothingToDo
from review.commands.cli import spotcheck
from review.people.people import add_person
from review.report.gather import week_report
from review.serving.nightly import NIGHTLY, run_nightly
from review.serving.presence import served_at, serving
from storage.opening import open_store
from storage.records_weeks import Week
from storage.store import Store


def command(store: Store | Path, *arguments: str) -> tuple[int, dict[str, Any]]:
    path = store if isinstance(store, Path) else store.path
    result = CliRunner().invoke(spotcheck, [*arguments, "--store", str(path), "--json"])
    assert result.exception is None or isinstance(result.exception, SystemExit), result.exception
    return result.exit_code, json.loads(result.stdout)


def said_when_refused(store: Path, *arguments: str) -> str:
    return str(CliRunner().invoke(spotcheck, [*arguments, "--store", str(store)]).exception)


def step(said: Any, name: str) -> Any:
    """One step of a night by its name."""
    return next(one for one in said["steps"] if one["name"] == name)


def test_the_night_notes_one_head_a_day_elsewhere(demo: Store, tmp_path: Path) -> None:
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    demo.path.with_name("spotcheck.toml").write_text('[audit]\nheads = "elsewhere/heads.txt"\n')
    file = elsewhere / "heads.txt"
    code, said = command(demo, "nightly")
    last = chain.head(demo)
    assert last is not None
    assert code == 0 and [(s["name"], s["status"]) for s in said["steps"]] == [
        ("pull", "skipped"),
        ("spool", "skipped"),
        ("checks", "done"),
        ("alerts", "done"),
        ("week", "skipped"),
        ("queries", "skipped"),
        ("reminders", "skipped"),
        ("publish", "skipped"),
        ("retention", "skipped"),
        ("merge", "skipped"),
        ("heads", "done"),
        ("verify", "done"),
        ("rejects", "done"),
        ("uploads", "done"),
    ]
    assert set(step(said, "heads")) == {"name", "status", "seconds", "detail"}
    day, identity, entries, head = file.read_text().rstrip("\n").split("\t")
    assert (identity, int(entries), head) == (store_id(demo), last.sequence, last.hash) and len(day) == 10
    assert "already" in step(command(demo, "nightly")[1], "heads")["detail"]
    with shifted(timedelta(days=1)):
        add_person(demo, "zoe", role="annotator", by="visitor")
        assert command(demo, "nightly")[0] == 0
    assert len(file.read_text().splitlines()) == 2
    assert command(demo, "audit", "verify", "--heads", str(file))[0] == 0


def test_the_night_fails_where_entries_were_cut_off_or_nothing_is_proven(demo: Store, tmp_path: Path) -> None:
    demo.path.with_name("spotcheck.toml").write_text('[audit]\nheads = "heads.txt"\n')
    assert command(demo, "nightly")[0] == 0
    last = chain.head(demo)
    assert last is not None
    with sqlite3.connect(demo.path) as raw:
        raw.execute("DELETE FROM audit_rows WHERE entry >= ?", [last.sequence])
        raw.execute("DELETE FROM audit WHERE sequence >= ?", [last.sequence])
    code, said = command(demo, "nightly")
    assert code == 1 and step(said, "heads")["status"] == "failed"
    assert f"no longer has entry {last.sequence}" in step(said, "heads")["detail"]


def test_the_night_fails_without_the_key(demo: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "another user"))
    code, said = command(demo, "nightly")
    assert code == 1 and step(said, "verify")["status"] == "failed"


def test_a_chain_that_was_cut_lacks_a_noted_head(demo: Store, tmp_path: Path) -> None:
    file = tmp_path / "heads.txt"
    before = copy_store(demo.path, tmp_path / "before.db")
    add_person(demo, "zoe", role="annotator", by="visitor")
    demo.path.with_name("spotcheck.toml").write_text(f"[audit]\nheads = {str(file)!r}\n")
    run_nightly(demo)
    assert command(before, "audit", "verify")[0] == 0
    code, said = command(before, "audit", "verify", "--heads", str(file))
    assert code == 1 and said["heads_missing"][0]["sequence"] == chain.verify(demo)[0]


def test_a_file_of_heads_that_proves_nothing_is_refused(demo: Store, tmp_path: Path) -> None:
    file = tmp_path / "heads.txt"
    file.write_text("2026-11-20\tanother\t12\tabc\n")
    assert "no line is about this store" in said_when_refused(demo.path, "audit", "verify", "--heads", str(file))
    file.write_text("2026-11-20 another 12 abc\n")
    assert "line 1: found '2026-11-20 another" in said_when_refused(demo.path, "audit", "verify", "--heads", str(file))
    assert "cannot be read" in said_when_refused(demo.path, "audit", "verify", "--heads", str(tmp_path / "none"))


def test_a_failed_step_does_not_stop_the_others(demo: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(store: Store, project: object) -> str:
        raise ZeroDivisionError("by zero")

    def idle(store: Store, project: object) -> str:
        raise NothingToDo("nothing is due")

    monkeypatch.setitem(NIGHTLY, "broken", broken)
    monkeypatch.setitem(NIGHTLY, "idle", idle)
    monkeypatch.setitem(NIGHTLY, "last", lambda store, project: "well")
    code, said = command(demo, "nightly")
    assert code == 1
    assert [(s["name"], s["status"], s["detail"]) for s in said["steps"][-3:]] == [
        ("broken", "failed", "ZeroDivisionError: by zero"),
        ("idle", "skipped", "nothing is due"),
        ("last", "done", "well"),
    ]
    assert step(said, "heads")["status"] == "skipped" and "[audit]" in step(said, "heads")["detail"]


def test_the_night_fails_when_somebody_changed_a_row(demo: Store) -> None:
    with sqlite3.connect(demo.path) as attacker:
        attacker.execute("UPDATE weeks SET due = '2020-01-01'")
    code, said = command(demo, "nightly")
    assert code == 1 and "edited: weeks" in step(said, "verify")["detail"]


def test_the_report_of_a_week_carries_the_head(demo: Store) -> None:
    week = demo.find(Week, order_by="name")[-1].name
    last = chain.head(demo)
    assert last is not None
    assert week_report(demo, week).to_json()["audit"] == {
        "sequence": last.sequence,
        "hash": last.hash,
        "broken_at": None,
    }


def test_a_backup_is_restored_after_the_store_was_emptied(demo: Store, tmp_path: Path) -> None:
    file = tmp_path / "backup.db"
    code, said = command(demo, "store", "backup", str(file))
    assert code == 0 and "The audit key is not in the backup" in said["key"]
    assert "exists already" in said_when_refused(demo.path, "store", "backup", str(file))
    weeks = demo.find(Week)
    demo.close()
    demo.path.write_bytes(b"")
    assert "the file is empty (0 bytes)" in said_when_refused(demo.path, "audit", "verify")
    assert demo.path.read_bytes() == b""
    assert "exists already" in said_when_refused(demo.path, "store", "restore", str(file))
    code, said = command(demo, "store", "restore", str(file), "--force")
    assert (code, said["holds"], said["proven"]) == (0, True, True)
    assert Path(said["moved_aside"]).read_bytes() == b""
    again = open_store(demo.path, create=False)
    assert again.find(Week) == weeks
    add_person(again, "zoe", role="annotator", by="visitor")
    assert command(demo, "audit", "verify")[0] == 0
    assert not list(tmp_path.glob("*restoring*"))


def test_what_is_no_backup_is_not_restored(demo: Store, tmp_path: Path) -> None:
    before = demo.path.read_bytes()
    (tmp_path / "empty.db").write_bytes(b"")
    for file, sentence in (("none.db", "there is no such file"), ("empty.db", "the file is empty")):
        said = said_when_refused(demo.path, "store", "restore", str(tmp_path / file), "--force")
        assert sentence in said
    with serving(demo.path, "http://127.0.0.1:8501"):
        said = said_when_refused(demo.path, "store", "restore", str(tmp_path / "empty.db"), "--force")
        assert "the application at http://127.0.0.1:8501" in said
    assert demo.path.read_bytes() == before


def test_a_second_application_on_one_store_is_known(demo: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    assert served_at(demo.path) is None
    monkeypatch.setattr("review.serving.server.serve", lambda store, **options: 0)
    with serving(demo.path, "http://127.0.0.1:8501"), serving(demo.path, "http://127.0.0.1:8502"):
        result = CliRunner().invoke(spotcheck, ["serve", "--no-browser", "--store", str(demo.path)])
        assert "already serves this store at http://127.0.0.1:8501" in " ".join(result.output.split())
    assert served_at(demo.path) is None
    result = CliRunner().invoke(spotcheck, ["serve", "--no-browser", "--store", str(demo.path)])
    assert result.exit_code == 0 and "already" not in result.output
