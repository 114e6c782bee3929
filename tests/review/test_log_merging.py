"""Many small imports become few files: the log says the same before and after, whenever the process is killed."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

import pytest
from flow_store import add_people, conversation, import_rows
from quick_stores import copy_store
from retained_store import ON
from small_disks import mounted

from review.basics.errors import NoSpace
from review.basics.log_paths import LogPaths, log_of
from review.compliance.running import due_days, run_checks
from review.erasure.requests import confirm, request_erasure
from review.erasure.running import run
from review.failures.rules import failure_rules
from review.log.checks_ran import checks_by_import, checks_ran
from review.log.days import imports_held
from review.log.digests import row_digests
from review.log.late import late_files
from review.log.log import log_files, read_conversations, weeks_in_log
from review.log.merging import merge_small
from review.log.searching import metadata_of_import
from review.log.withdrawn import PREFIX
from review.monitoring.given_up import never_draw
from review.monitoring.retention import run_retention
from review.privacy.holds import add_holds
from review.privacy.reveal import revealed
from review.serving.nightly import NIGHTLY, run_nightly
from review.settings.project import project_of
from review.sources.undoing import hide_withdrawn, undo_import, why_not, withdrawn_imports
from storage.opening import open_store
from storage.records_log import Import
from storage.store import Store

WEEKS = ("2026-W45", "2026-W46")
CALLS = ("rename", "unlink", "rmdir", "mkdir", "fsync", "replace")
"""What changes names or reaches the disk: between two of these calls, a kill leaves what one at the second leaves."""
IDS = [f"c{i:03d}" for i in range(1, 7)]


class Killed(BaseException):
    """The process is gone."""


@pytest.fixture(scope="module")
def small_path(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Six imports of one conversation each, in two weeks; two have originals, and two more tell of others."""
    store = open_store(tmp_path_factory.mktemp("small") / "spotcheck.db")
    add_people(store)
    for i in range(1, 7):
        row = conversation(i) | ({} if i % 2 else {"created_at": f"2026-11-{9 + i % 5:02d}T10:00:00Z"})
        if i in (3, 4):
            row["messages"][0]["content"] += " from anna@example.com"
        import_rows(store, [row], f"rows{i}.jsonl")
    for i in (1, 2):
        import_rows(store, [{"trace": f"c{i:03d}", "feedback": "down"}], f"told{i}.jsonl")
    store.close()
    return store.path


def copied(small_path: Path, folder: Path) -> Store:
    folder.mkdir(exist_ok=True, parents=True)
    return open_store(copy_store(small_path, folder / "spotcheck.db"))


def said(log: LogPaths) -> tuple[Any, ...]:
    """All that readers of the log are told."""
    digests = {week: sorted(row_digests(log, week)) for week in WEEKS}
    return read_conversations(log, IDS), weeks_in_log(log), digests, imports_held(log), checks_ran(log)


def merged(log: LogPaths) -> Any:
    return merge_small(log, least=2, settled=-60)


def test_a_merged_log_says_the_same_and_a_second_night_finds_nothing(small_path: Path, tmp_path: Path) -> None:
    store = copied(small_path, tmp_path)
    log = log_of(store.path)
    before, originals = said(log), revealed(store, "c003", by="lea")
    assert [one.feedback for one in before[0][:3]] == ["down", "down", "up"] and len(before[3]) == 6
    assert merge_small(log, settled=-60)[:] == (8, 1)
    assert said(log) == before and revealed(store, "c003", by="lea") == originals
    assert [path.name for path in log_files(log)] == [f"{week}-0001.parquet" for week in WEEKS]
    assert len(late_files(log.logs)) == 1 and len(list(log.originals.rglob("*.parquet"))) == 1
    assert all(file.stat().st_mode & 0o77 == 0 for file in log.originals.rglob("*.parquet"))
    assert sorted(path.name[:7] for path in log.logs.iterdir()) == [".lock", "merged-"]
    assert merge_small(log, settled=-60)[:] == (0, 0)


def test_the_night_merges_what_has_settled(small_path: Path, tmp_path: Path) -> None:
    store = copied(small_path, tmp_path)
    (fresh,) = run_nightly(store, steps={"merge": NIGHTLY["merge"]})
    for folder in log_of(store.path).logs.iterdir():
        os.utime(folder, (0, 0))
    (done,) = run_nightly(store, steps={"merge": NIGHTLY["merge"]})
    assert (fresh.status, done.status) == ("skipped", "done")
    assert done.detail == "8 small imports of the log merged into 1 set of files"


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


def test_a_kill_at_any_step_of_a_merge_changes_nothing_that_is_read(
    small_path: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole = copied(small_path, tmp_path / "whole")
    before = said(log_of(whole.path))
    with killed_at(10_000, monkeypatch) as calls:
        merged(log_of(whole.path))
    turn, ends = calls.index("rename"), set()
    for number in (0, turn // 2, turn - 1, turn, turn + 1, turn + 2, *range(turn + 3, len(calls), 13), len(calls) - 1):
        store = copied(small_path, tmp_path / f"kill{number}")
        log = log_of(store.path)
        with killed_at(number, monkeypatch), pytest.raises(Killed):
            merged(log)
        assert said(log) == before, (number, calls[number])
        assert revealed(store, "c004", by="lea")
        ends.add(len(log_files(log)))
        merged(log)
        assert said(log) == before and len(log_files(log)) == len(WEEKS), number
        assert len(list(log.originals.rglob("*.parquet"))) == 1 and not list(log.logs.glob(".partial*"))
        assert not list(log.logs.glob("*/*.json")), number
        store.close()
    assert ends == {6, 2}


def test_an_import_among_others_can_be_undone(small_path: Path, tmp_path: Path) -> None:
    store = copied(small_path, tmp_path)
    log = log_of(store.path)
    merged(log)
    ids = ids_of(store)
    assert why_not(store, ids["rows3.jsonl"]) == ""
    assert metadata_of_import(log, ids["rows3.jsonl"], with_any_of=["note"])
    undo_import(store, ids["rows3.jsonl"], by="lea")
    undo_import(store, ids["told1.jsonl"], by="lea")
    left = read_conversations(log, IDS)
    assert [one.id for one in left] == [i for i in IDS if i != "c003"]
    assert [one.feedback for one in left[:2]] == ["up", "down"]
    assert ids["rows3.jsonl"] not in imports_held(log) and weeks_in_log(log) == {"2026-W45": 2, "2026-W46": 3}
    assert revealed(store, "c004", by="lea") and b"anna" in content_of(log.originals.glob(".withdrawn-*/*.parquet"))
    assert b"anna" in content_of(log.originals.glob("merged-*/*.parquet"))
    import_rows(store, [conversation(3)], "again.jsonl")
    assert [one.id for one in read_conversations(log, IDS)] == IDS


def ids_of(store: Store) -> dict[str, str]:
    return {Path(one.file).name: one.id for one in store.find(Import)}


def content_of(paths: Iterator[Path]) -> bytes:
    import pyarrow.parquet as pq

    return b"".join(repr(pq.read_table(path, partitioning=None).to_pylist()).encode() for path in paths)


def test_a_kill_at_any_step_of_an_undo_is_finished_later(
    small_path: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    start = copied(small_path, tmp_path / "start")
    merged(log_of(start.path))
    import_id = ids_of(start)["rows3.jsonl"]
    start.close()
    whole = copied(start.path, tmp_path / "whole")
    with killed_at(10_000, monkeypatch) as calls:
        undo_import(whole, import_id, by="lea")
    rest = [i for i in IDS if i != "c003"]
    for number in range(0, len(calls), 5):
        store = copied(start.path, tmp_path / f"kill{number}")
        log = log_of(store.path)
        with killed_at(number, monkeypatch), pytest.raises(Killed):
            undo_import(store, import_id, by="lea")
        undone = import_id in withdrawn_imports(store)
        assert [c.id for c in read_conversations(log, IDS)] in ([IDS, rest] if undone else [IDS]), number
        if not undone:
            undo_import(store, import_id, by="lea")
        hide_withdrawn(store)
        merged(log)
        assert [c.id for c in read_conversations(log, IDS)] == rest, number
        assert revealed(store, "c004", by="lea") and b"c003" in content_of(log.logs.glob(f"{PREFIX}*/*.parquet"))
        assert not list(log.logs.glob(".partial*")) and not list(log.logs.glob("*/*.json")), number
        store.close()


def test_daily_checks_look_at_what_was_merged_once(small_path: Path, tmp_path: Path) -> None:
    store = copied(small_path, tmp_path)
    log = log_of(store.path)
    merged(log)
    ran = run_checks(store, project_of(store.path), by="lea")
    assert ran.rows == 6 and not due_days(store)
    import_rows(store, [conversation(20)], "later.jsonl")
    merged(log)
    assert run_checks(store, project_of(store.path), by="lea").rows == 1 and not due_days(store)


def test_erasure_reaches_what_was_merged(small_path: Path, tmp_path: Path) -> None:
    store = copied(small_path, tmp_path)
    log = log_of(store.path)
    merged(log)
    asked = request_erasure(store, "conversation", "c003", by="lea")
    confirm(store, asked.request.id, by="lea", reason="alone today")
    assert run(store, asked.request.id, by="lea").state == "done"
    everything = content_of(log.logs.rglob("*.parquet"))
    assert b"about order 3 " not in everything and b"about order 4 " in everything
    assert b"order 3" not in content_of(log.originals.rglob("*.parquet"))


def test_retention_and_holds_reach_what_was_merged(small_path: Path, tmp_path: Path) -> None:
    store = copied(small_path, tmp_path)
    store.path.with_name("spotcheck.toml").write_text(ON)
    log, project = log_of(store.path), project_of(store.path)
    merged(log)
    for week in WEEKS:
        never_draw(store, week, reason="before we began", by="lea")
    run_checks(store, project, by="lea")
    add_holds(store, conversations=["c003"], reason="Case 12", by="lea")
    assert run_retention(store, project, failure_rules(store, project), by="lea").expired == 5
    assert [one.id for one in read_conversations(log, IDS)] == ["c003"] and revealed(store, "c003", by="lea")
    assert b"c004" not in content_of(log.originals.rglob("*.parquet")) and not due_days(store)
    assert "cannot be undone" in why_not(store, ids_of(store)["rows4.jsonl"])
    assert merged(log)[:] == (0, 0) and not list(log.logs.glob("merged-*"))
    undo_import(store, ids_of(store)["rows3.jsonl"], by="lea")
    assert not read_conversations(log, IDS) and not list(log.logs.glob("merged-*"))


def test_a_full_disk_leaves_the_log_as_it_was(small_path: Path, tmp_path: Path) -> None:
    with mounted(tmp_path / "disk", "6m") as disk, closing(copied(small_path, disk / "here")) as store:
        log, before = log_of(store.path), said(log_of(store.path))
        with pytest.raises(OSError, match="No space left"), (disk / "filler").open("wb", buffering=0) as filler:
            while True:
                filler.write(b"0" * 4096)
        with pytest.raises(NoSpace, match="nothing was merged"):
            merged(log)
        assert said(log) == before and len(log_files(log)) == 6 and not list(log.logs.glob(".partial*"))
        (disk / "filler").unlink()
        assert merged(log)[:] == (8, 1) and said(log) == before


def erased(store: Store, conversation_id: str) -> None:
    asked = request_erasure(store, "conversation", conversation_id, by="lea")
    confirm(store, asked.request.id, by="lea", reason="alone today")
    assert run(store, asked.request.id, by="lea").state == "done"


@pytest.mark.parametrize("together", [True, False])
def test_which_checks_ran_is_known_after_a_conversation_was_erased(tmp_path: Path, together: bool) -> None:
    store = open_store(tmp_path / "spotcheck.db")
    add_people(store)
    import_rows(store, [conversation(1), conversation(2)], "two.jsonl")
    import_rows(store, [conversation(3)], "one.jsonl")
    log = log_of(store.path)
    before = checks_by_import(log_files(log))
    assert len(before) == 2 and all(before.values())
    if together:
        merged(log)
    erased(store, "c001")
    assert checks_by_import(log_files(log)) == before and checks_ran(log) == before


def test_originals_of_what_expires_go_also_after_an_undo_among_merged_imports(small_path: Path, tmp_path: Path) -> None:
    store = copied(small_path, tmp_path)
    store.path.with_name("spotcheck.toml").write_text(ON)
    log, project = log_of(store.path), project_of(store.path)
    merged(log)
    undo_import(store, ids_of(store)["rows3.jsonl"], by="lea")
    assert b"anna" in content_of(log.originals.glob("merged-*/*.parquet"))
    for week in WEEKS:
        never_draw(store, week, reason="before we began", by="lea")
    run_checks(store, project, by="lea")
    assert run_retention(store, project, failure_rules(store, project), by="lea").expired == 5
    assert b"c004" not in content_of(log.originals.rglob("*.parquet"))


def test_what_an_interrupted_retention_replaced_is_not_merged(
    small_path: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    store = copied(small_path, tmp_path)
    store.path.with_name("spotcheck.toml").write_text(ON)
    log, project = log_of(store.path), project_of(store.path)
    for week in WEEKS:
        never_draw(store, week, reason="before we began", by="lea")
    run_checks(store, project, by="lea")
    add_holds(store, conversations=["c003"], reason="Case 12", by="lea")

    def killed(*given: Any) -> None:
        raise Killed

    with monkeypatch.context() as patch, pytest.raises(Killed):
        patch.setattr("review.monitoring.retention.removed", killed)
        run_retention(store, project, failure_rules(store, project), by="lea")
    before = [one.id for one in read_conversations(log, IDS)]
    merged(log)
    assert [one.id for one in read_conversations(log, IDS)] == before and len(before) < len(IDS)
    run_retention(store, project, failure_rules(store, project), by="lea")
    assert [one.id for one in read_conversations(log, IDS)] == ["c003"]
    assert b"c004" not in content_of(log.originals.rglob("*.parquet")) and revealed(store, "c003", by="lea")


def test_no_row_is_missing_when_a_merge_begins_and_ends_while_files_are_listed(
    small_path: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    log = log_of(copied(small_path, tmp_path).path)
    listing, turns = Path.glob, []

    def slowly(folder: Path, pattern: str) -> Iterator[Path]:
        """List the folders, and their files when all of the folders are gone already."""
        if pattern != "*/*.parquet" or turns:
            return listing(folder, pattern)
        turns.append(pattern)
        folders = [one for one in listing(folder, "*") if one.is_dir()]
        merged(log)
        return iter([file for one in folders for file in listing(one, "*.parquet")])

    monkeypatch.setattr(Path, "glob", slowly)
    assert [path.name for path in log_files(log)] == [f"{week}-0001.parquet" for week in WEEKS]
