"""Pulling into a store: nothing twice, the cursor kept, failures said, keys never in the settings."""

from __future__ import annotations

import json
import os
import time
from pathlib import Path
from typing import Any

import fsspec
import pytest
from command_line import spotcheck
from filelock import FileLock

from review.audit.verifying import check_store
from review.basics.errors import InputError, Refused, ReviewError
from review.basics.log_paths import log_of
from review.people.people import add_person
from review.serving.nightly import NIGHTLY, run_nightly
from review.settings.project import Project, project_of
from review.sources.pulling import pull as pulling
from review.sources.pulling.catalogue import puller_of
from review.sources.pulling.connecting import connect, connected_sources, disconnect
from review.sources.pulling.pull import pull
from review.sources.undoing import undo_import
from storage.queries.pulls import last_cursor, latest_pulls
from storage.records_log import Import, Pull
from storage.store import Store


@pytest.fixture
def lead(store: Store) -> str:
    return add_person(store, "Lea", role="lead", by="test").id


@pytest.fixture
def folder(store: Store) -> Path:
    """A watched folder with two conversations, named in spotcheck.toml."""
    path = store.path.parent / "in"
    path.mkdir()
    wrote(path, "a.jsonl", "a1", "a2")
    settings = f'[[sources]]\nname = "shop"\nkind = "folder"\npath = "{path}"\nfiles = "*.jsonl"\n'
    (store.path.parent / "spotcheck.toml").write_text(settings)
    return path


def wrote(folder: Path, name: str, *ids: str) -> None:
    rows = [{"id": i, "question": "How many?", "answer": "Seven.", "created_at": "2026-11-10T08:00:00Z"} for i in ids]
    (folder / name).write_text("".join(json.dumps(row) + "\n" for row in rows))
    earlier = time.time() - 3600
    os.utime(folder / name, (earlier, earlier))


def pulled(store: Store, lead: str) -> pulling.Pulled:
    project = project_of(store.path)
    return pull(store, project, project.pulled[0], by=lead)


def test_a_pull_adds_what_is_new_and_nothing_twice(store: Store, lead: str, folder: Path):
    first = pulled(store, lead)
    assert (first.total("read"), first.total("added"), first.errors) == (2, 2, ())
    again = pulled(store, lead)
    assert again.imports == ()
    wrote(folder, "b.jsonl", "a2", "b1")
    third = pulled(store, lead)
    assert (third.total("added"), third.total("duplicate")) == (1, 1)
    assert [one.file for one in store.find(Import)] == ["a.jsonl", "b.jsonl"]
    assert {one.source for one in store.find(Import)} == {"shop"}
    assert [one.status for one in store.find(Pull)] == ["done", "nothing", "done"]
    assert list(latest_pulls(store)) == ["shop"]
    assert check_store(store).holds


def test_a_file_that_may_still_grow_is_said_and_comes_with_the_next_pull(store: Store, lead: str, folder: Path):
    os.utime(folder / "a.jsonl")
    first = pulled(store, lead)
    assert (first.imports, first.errors) == ((), ())
    assert first.left_out == {"file that changed in the last minute": 1}
    assert [one.status for one in store.find(Pull)] == ["nothing"]
    wrote(folder, "a.jsonl", "a1")
    assert pulled(store, lead).total("added") == 1


def test_what_came_before_an_error_stays_and_the_next_pull_goes_on(store: Store, lead: str, folder: Path):
    (folder / "b.jsonl").write_bytes(b"\x00\x01 no records")
    earlier = time.time() - 3600
    os.utime(folder / "b.jsonl", (earlier, earlier))
    first = pulled(store, lead)
    assert first.total("added") == 2 and isinstance(first.errors[0], InputError)
    row = store.find(Pull)[-1]
    assert row.status == "failed" and "b.jsonl" in row.detail
    assert list(last_cursor(store, "shop")["files"]) == [str(folder / "a.jsonl")]
    wrote(folder, "b.jsonl", "b1")
    second = pulled(store, lead)
    assert not second.errors and second.total("added") == 1


def test_nothing_unmasked_is_left_beside_the_log(store: Store, lead: str, folder: Path):
    pulled(store, lead)
    assert not list(log_of(store.path).logs.glob(".pulling-*"))


def test_what_a_killed_pull_left_is_removed_by_the_next(store: Store, lead: str, folder: Path):
    left = log_of(store.path).logs / ".pulling-shop"
    left.mkdir(parents=True)
    (left / "0.jsonl").write_text("jane.doe@example.org")
    pulled(store, lead)
    assert not left.exists()


def test_an_import_that_was_undone_is_pulled_again(store: Store, lead: str, folder: Path):
    (done,) = pulled(store, lead).imports
    undo_import(store, done.id, by=lead, reason="")
    again = pulled(store, lead)
    assert again.total("added") == 2
    assert pulled(store, lead).imports == ()


def test_one_file_that_cannot_be_read_stops_no_other(store: Store, lead: str, folder: Path):
    wrote(folder, "c.jsonl", "c1")
    (folder / "b.jsonl").write_text("garbage\n")
    os.utime(folder / "b.jsonl", (1, 1))
    for _ in range(2):
        found = pulled(store, lead)
        assert len(found.errors) == 1 and "b.jsonl" in str(found.errors[0])
    assert {one.file for one in store.find(Import)} == {"a.jsonl", "c.jsonl"}


def test_files_of_one_trace_format_are_pulled_together(store: Store, lead: str, folder: Path):
    (folder / "a.jsonl").unlink()
    question = {"messages": [{"role": "user", "content": "How many?"}]}
    answer = {"choices": [{"message": {"role": "assistant", "content": "Seven."}}]}
    rows = {
        "in.jsonl": {"custom_id": "1", "method": "POST", "url": "/v1/chat/completions", "body": question},
        "out.jsonl": {"id": "b", "custom_id": "1", "response": {"status_code": 200, "body": answer}, "error": None},
    }
    for name, row in rows.items():
        (folder / name).write_text(json.dumps(row) + "\n")
        os.utime(folder / name, (1, 1))
    found = pulled(store, lead)
    assert not found.errors and (found.total("added"), found.total("rejected")) == (1, 0)


def bucket(store: Store, files: dict[str, bytes]) -> fsspec.AbstractFileSystem:
    """A bucket in memory, named in spotcheck.toml."""
    memory = fsspec.filesystem("memory")
    name = f"/{store.path.parent.name}"
    memory.pipe({f"{name}/{path}": content for path, content in files.items()})
    settings = f'[[sources]]\nname = "shop"\nkind = "folder"\npath = "fsspec+memory://{name}"\n'
    (store.path.parent / "spotcheck.toml").write_text(settings)
    return memory


def line(id: str) -> bytes:
    row = {"id": id, "question": "How many?", "answer": "Seven.", "created_at": "2026-11-10T08:00:00Z"}
    return json.dumps(row).encode()


def test_files_of_a_bucket_with_one_name_in_several_folders_all_come_in(store: Store, lead: str):
    bucket(store, {f"dt=2026-11-{day}/part-0.jsonl": line(f"c{day}") for day in (10, 11, 12)})
    found = pulled(store, lead)
    assert not found.errors and found.total("added") == 3
    assert [one.file for one in store.find(Import)] == [f"dt=2026-11-{day}/part-0.jsonl" for day in (10, 11, 12)]
    assert pulled(store, lead).imports == ()


def test_a_trace_that_spreads_over_files_of_one_name_comes_whole(store: Store, lead: str):
    question = {"messages": [{"role": "user", "content": "How many?"}]}
    answer = {"choices": [{"message": {"role": "assistant", "content": "Seven."}}]}
    asked = {"custom_id": "1", "method": "POST", "url": "/v1/chat/completions", "body": question}
    given = {"id": "b", "custom_id": "1", "response": {"status_code": 200, "body": answer}, "error": None}
    bucket(store, {"in/0.jsonl": json.dumps(asked).encode(), "out/0.jsonl": json.dumps(given).encode()})
    found = pulled(store, lead)
    assert not found.errors and (found.total("added"), found.total("rejected")) == (1, 0)


def test_a_file_that_cannot_be_fetched_costs_itself_alone_and_is_said(
    store: Store, lead: str, monkeypatch: pytest.MonkeyPatch
):
    memory = bucket(store, {f"dt={day}/part-0.jsonl": line(f"c{day}") for day in (10, 11, 12)})
    opened = type(memory)._open

    def refused(self: Any, path: str, *args: Any, **named: Any) -> Any:
        if "dt=11" in path:
            raise PermissionError("access denied")
        return opened(self, path, *args, **named)

    monkeypatch.setattr(type(memory), "_open", refused)
    first = pulled(store, lead)
    assert first.total("added") == 2 and len(first.errors) == 1
    assert "dt=11/part-0.jsonl: cannot be read (access denied)" in str(first.errors[0])
    assert [one.status for one in store.find(Pull)] == ["done", "failed", "done"]
    monkeypatch.undo()
    second = pulled(store, lead)
    assert not second.errors and second.total("added") == 1


def test_copies_of_a_bucket_do_not_pile_up(store: Store, lead: str):
    bucket(store, {f"dt={day}/part-0.jsonl": line(f"c{day}") for day in (10, 11, 12)})
    there = []
    project = project_of(store.path)
    folder = log_of(store.path).logs / ".pulling-shop"
    pull(store, project, project.pulled[0], by=lead, on_file=lambda _: there.append(len(list(folder.iterdir()))))
    assert there == [1, 1, 1]


def test_a_source_is_pulled_once_at_a_time(store: Store, lead: str, folder: Path):
    logs = log_of(store.path).logs
    logs.mkdir(parents=True)
    with FileLock(logs / ".pull-shop.lock"), pytest.raises(Refused, match="is being pulled already"):
        pulled(store, lead)


def test_only_a_lead_pulls(store: Store, lead: str, folder: Path):
    other = add_person(store, "Ann", role="annotator", by="test").id
    with pytest.raises(Refused, match="needs the role lead"):
        pulled(store, other)
    assert store.find(Pull) == []


def test_the_command_says_what_came(store: Store, lead: str, folder: Path):
    done = spotcheck(store.path.parent, "pull", "--json", "--store", str(store.path))
    assert done.returncode == 0, done.stderr
    found = json.loads(done.stdout)
    assert found["added"] == 2 and list(found["cursor"]["files"]) == [str(folder / "a.jsonl")]
    assert found["sources"][0] | {"cursor": None} == {
        "source": "shop",
        "status": "done",
        "read": 2,
        "added": 2,
        "duplicate": 0,
        "changed": 0,
        "updated": 0,
        "waiting": 0,
        "erased": 0,
        "expired": 0,
        "rejected": 0,
        "left_out": {},
        "cursor": None,
        "error": None,
        "notes": [],
        "rejects_files": [],
    }
    assert "nothing new" in spotcheck(store.path.parent, "pull", "shop", "--store", str(store.path)).stdout
    unknown = spotcheck(store.path.parent, "pull", "shoop", "--store", str(store.path))
    assert unknown.returncode == 2 and "there are: shop" in unknown.stderr


def test_the_night_pulls_in_the_name_of_a_lead(store: Store, lead: str, folder: Path):
    (outcome,) = run_nightly(store, steps={"pull": NIGHTLY["pull"]})
    assert (outcome.status, outcome.detail) == ("done", "shop: 2 conversations added")
    assert store.find(Pull)[0].by == lead
    (folder / "b.jsonl").write_bytes(b"\x00\x01 no records")
    os.utime(folder / "b.jsonl", (1, 1))
    (failed,) = run_nightly(store, steps={"pull": NIGHTLY["pull"]})
    assert failed.status == "failed" and failed.detail.startswith("shop: ")


def settings(tmp_path: Path, text: str) -> Project:
    (tmp_path / "spotcheck.toml").write_text(text)
    return project_of(tmp_path / "spotcheck.db")


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ('[[sources]]\nkind = "folder"\n', r"sources\[1\].name: found ''"),
        ('[[sources]]\nname = "a/b"\nkind = "folder"\n', "letters, digits"),
        ('[[sources]]\nname = "a"\n[[sources]]\nname = "a"\n', "the name 'a' twice"),
        ('[sources.a]\nkind = "folder"\npath = 3\n', r"sources.a.path: found 3"),
        ('[sources]\nname = "a"\n', "sources.name: found"),
        ('[sources.a]\npath = "in"\n', "found setting .path., expected one of"),
    ],
)
def test_a_wrong_source_in_the_settings_is_named(text: str, words: str, tmp_path: Path):
    with pytest.raises(InputError, match=words):
        settings(tmp_path, text)


def test_a_key_in_the_settings_is_refused_and_not_repeated(tmp_path: Path):
    text = '[sources.a]\nkind = "langfuse"\naddress = "x"\npublic_key = "PUBLIC"\nsecret_key = "sk-lf-0123"\n'
    with pytest.raises(InputError, match="Keys do not belong in settings") as caught:
        puller_of(settings(tmp_path, text).pulled[0])
    assert "0123" not in str(caught.value)


# --- sources that leads connect


KIND = {"public_key": "SPOTCHECK_SOURCE_PUBLIC", "secret_key": "SPOTCHECK_SOURCE_SECRET"}
ADDRESS = {"address": "https://cloud.langfuse.com"}


def test_a_lead_connects_changes_and_ends_a_source(store: Store, lead: str):
    project = project_of(store.path)
    assert connected_sources(store, project) == ()
    connect(store, project, name="shop", kind="langfuse", options={**KIND, **ADDRESS, "since": " "}, by=lead)
    (found,) = connected_sources(store, project)
    assert (found.name, found.kind, found.options) == ("shop", "langfuse", {**KIND, **ADDRESS})
    connect(store, project, name="shop", kind="langfuse", options={**KIND, "address": "https://b.org"}, by=lead)
    assert [one.options["address"] for one in connected_sources(store, project)] == ["https://b.org"]
    disconnect(store, "shop", by=lead)
    assert connected_sources(store, project) == ()
    with pytest.raises(Refused, match="was not connected"):
        disconnect(store, "shop", by=lead)
    assert check_store(store).holds


def test_a_source_of_the_settings_wins_and_is_changed_there(store: Store, lead: str, folder: Path):
    project = project_of(store.path)
    assert [one.kind for one in connected_sources(store, project)] == ["folder"]
    with pytest.raises(Refused, match=r"set up in spotcheck\.toml"):
        connect(store, project, name="shop", kind="langfuse", options={**KIND, **ADDRESS}, by=lead)


@pytest.mark.parametrize(
    ("changes", "error", "words"),
    [
        ({"name": "a/b"}, InputError, "letters, digits"),
        ({"kind": "excel"}, InputError, "expected one of langfuse"),
        ({"kind": "folder", "options": {"path": "/etc"}}, Refused, r"spotcheck\.toml alone"),
        ({"options": {**KIND, **ADDRESS, "secret_key": "SPOTCHECK_AUDIT_KEY"}}, InputError, "SPOTCHECK_SOURCE_"),
        ({"options": {**KIND, "address": "file:///etc/passwd"}}, InputError, "address: found"),
        ({"options": {**KIND, "address": "https://me:pass@b.org"}}, InputError, "address: found"),
        ({"options": KIND}, InputError, "address: found nothing"),
        ({"by": "ann"}, Refused, "needs the role lead"),
    ],
)
def test_what_a_lead_may_not_connect(
    store: Store, lead: str, changes: dict[str, Any], error: type[ReviewError], words: str
):
    add_person(store, "Ann", role="annotator", by="test")
    given = {"name": "shop", "kind": "langfuse", "options": {**KIND, **ADDRESS}, "by": lead, **changes}
    with pytest.raises(error, match=words):
        connect(store, project_of(store.path), **given)
    assert connected_sources(store, project_of(store.path)) == ()


def test_a_key_that_was_typed_as_its_variable_is_not_repeated(store: Store, lead: str):
    options = {**KIND, **ADDRESS, "secret_key": "sk-lf-0123"}
    with pytest.raises(InputError) as caught:
        connect(store, project_of(store.path), name="shop", kind="langfuse", options=options, by=lead)
    assert "0123" not in str(caught.value)
