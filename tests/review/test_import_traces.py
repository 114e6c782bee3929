"""Imports of files that hold traces together: counts, rejects with their file, notes, and the command line."""

import dataclasses
import json
import zipfile

import orjson
import pytest
from command_line import spotcheck

from review.basics.errors import InputError
from review.basics.log_paths import log_of
from review.log.log import read_conversations
from review.people.people import add_person
from review.sources import grouping
from review.sources.file_sets import FileSet, file_sets, files_at, trace_format
from review.sources.importing import import_file
from review.sources.jobs import Job, run
from review.sources.options import ImportOptions
from review.sources.tally import Tally
from storage.opening import open_store


def request(number, text="How many?"):
    body = {"model": "m", "messages": [{"role": "user", "content": text}]}
    return {"custom_id": f"c-{number}", "method": "POST", "url": "/v1/chat/completions", "body": body}


def reply(number, text="Seven."):
    body = {"model": "m", "created": 1763717400, "choices": [{"message": {"role": "assistant", "content": text}}]}
    return {
        "id": f"r-{number}",
        "custom_id": f"c-{number}",
        "response": {"status_code": 200, "body": body},
        "error": None,
    }


def lines(path, *records):
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(b"".join((r if isinstance(r, bytes) else orjson.dumps(r)) + b"\n" for r in records))
    return path


@pytest.fixture
def files(tmp_path):
    """The input and the output of a batch; one answer has no question and one line is broken."""
    asked = lines(tmp_path / "logs/in.jsonl", *(request(n) for n in range(30)))
    told = lines(tmp_path / "logs/out.jsonl", *(reply(n) for n in range(25)), b"{broken", reply(99))
    return asked, told


@pytest.mark.parametrize("memory", [grouping.MEMORY, 3_000])
def test_files_that_hold_traces_together_are_one_import(tmp_path, files, monkeypatch, memory):
    monkeypatch.setattr(grouping, "MEMORY", memory)
    log, tally, seen = log_of(tmp_path / "spotcheck.db"), Tally(), []
    done = import_file(
        files_at(files), log=log, key=b"key", by="ana", tally=tally, progress=lambda *at: seen.append(at)
    )
    assert (done.read, done.added, done.rejected, done.undated) == (32, 25, 7, 0)
    assert done.file == f"{files[0]}, {files[1]}" and done.format == "openai_batch"
    refused = sorted((row["file"], row["line"], row["column"]) for row in done.rejections)
    waiting = [(str(files[0]), line, "response") for line in range(26, 31)]
    assert refused == [*waiting, (str(files[1]), 26, "line"), (str(files[1]), 27, "body")]
    assert any(note.startswith("5 requests wait for an answer") for note in tally.notes)
    assert "56 × records of traces, put together to conversations" in tally.notes
    size = sum(file.stat().st_size for file in files)
    assert seen[-1] == (size, size) and (size // 2, size) in seen
    assert [at for at, _ in seen] == sorted(at for at, _ in seen)
    again = import_file(files_at(files[::-1]), log=log, key=b"key", by="ana")
    assert (again.added, again.duplicate, again.changed, again.rejected) == (0, 25, 0, 7)
    assert sorted(path.name for path in tmp_path.iterdir() if path.name != "logs") == [
        "spotcheck.db.logs",
        "spotcheck.db.rejects",
    ]


def test_requests_come_in_once_their_answers_are_imported_with_them(tmp_path, files):
    log = log_of(tmp_path / "spotcheck.db")
    first = import_file(files_at(files[:1]), log=log, key=b"key", by="ana")
    assert (first.read, first.added, first.rejected) == (30, 0, 30)
    both = import_file(files_at(files), log=log, key=b"key", by="ana")
    assert (both.added, both.changed) == (25, 0)


def test_a_file_of_another_format_stops_the_import_and_nothing_is_added(tmp_path, files):
    odd = lines(tmp_path / "x.jsonl", {"id": "1", "question": "q"})
    log = log_of(tmp_path / "spotcheck.db")
    with pytest.raises(InputError, match=r"x.jsonl: found the format jsonl, expected openai_batch as in .*in.jsonl"):
        import_file(files_at((*files, odd)), log=log, key=b"key", by="ana")
    assert not read_conversations(log, ["c-1"]) and not log.rejects.exists()


def test_files_are_sorted_into_sets_by_trace_format(tmp_path, files):
    more = lines(tmp_path / "logs/chat.jsonl", {"messages": request(1)["body"]["messages"]})
    lines(tmp_path / "logs/odd.jsonl", {"x": 1})
    found, refused = file_sets([tmp_path / "logs"], format="auto", mapping={})
    assert [[file.path.name for file in one.files] for one in found] == [["chat.jsonl"], ["in.jsonl", "out.jsonl"]]
    assert ["odd.jsonl: no known format fits" in str(one.error) for one in refused] == [True]
    assert trace_format(files[0], ImportOptions()) == "openai_batch"
    assert (
        trace_format(more, ImportOptions()) is None and trace_format(tmp_path / "none.jsonl", ImportOptions()) is None
    )


def test_many_files_are_named_in_short():
    assert files_at(["a", "b"]).name == "a, b"
    assert (
        files_at([f"{n}.jsonl" for n in range(1_205)]).name
        == "0.jsonl, 1.jsonl, 2.jsonl, 3.jsonl, 4.jsonl and 1,200 more"
    )


def test_a_known_mapping_keeps_a_file_that_has_no_format(tmp_path):
    lines(tmp_path / "logs/odd.jsonl", {"text": "q"})
    lines(tmp_path / "logs/more.jsonl", {"x": 1})
    seen = []

    def known(one: FileSet) -> None:
        seen.append(one.name)
        if "more" in one.name:
            raise InputError("nothing fits")

    [found], refused = file_sets([tmp_path / "logs"], format="auto", mapping={}, known=known)
    assert found.files[0].path.name == "odd.jsonl" and len(seen) == 2
    assert [str(one.error) for one in refused] == ["nothing fits"]


@pytest.fixture
def folder(tmp_path):
    add_person(open_store(tmp_path / "spotcheck.db"), "Ana", role="lead", by="test")
    return tmp_path


def test_the_command_reads_folders_patterns_and_archives(folder, files):
    lines(folder / "logs/notes.txt", b"hello")
    done = spotcheck(folder, "import", "logs", "--json")
    assert done.returncode == 0, done.stderr
    result = orjson.loads(done.stdout)
    [report] = result["files"]
    assert (report["format"], report["read"], report["added"], report["rejected"]) == ("openai_batch", 32, 25, 7)
    assert any("1 other files were not read: notes.txt" in note for note in report["notes"])
    assert report["rejects_file"]
    with zipfile.ZipFile(folder / "all.zip", "w") as archive:
        for file in files:
            archive.write(file, file.name)
    again = orjson.loads(spotcheck(folder, "import", "all.zip", "--json").stdout)
    assert (again["added"], again["duplicate"], again["files"][0]["file"]) == (
        0,
        25,
        "all.zip/in.jsonl, all.zip/out.jsonl",
    )
    pattern = spotcheck(folder, "import", "logs/*.jsonl")
    assert pattern.returncode == 0 and "duplicate 25" in pattern.stdout
    assert "logs/out.jsonl, line 27, body: found" in " ".join(pattern.stderr.split())


def test_the_command_takes_the_path_of_the_records(folder):
    rows = [{"id": "1", "question": "q", "created_at": "2026-11-20"}]
    (folder / "two.json").write_text(json.dumps({"first": rows, "second": [{**rows[0], "id": "2"}]}))
    asked = spotcheck(folder, "import", "two.json")
    assert asked.returncode == 2 and "may be at first or second" in asked.stderr and "--records PATH" in asked.stderr
    done = orjson.loads(spotcheck(folder, "import", "two.json", "--records", "second", "--json").stdout)
    assert done["added"] == 1
    assert read_conversations(log_of(folder / "spotcheck.db"), ["2"])


def test_a_job_of_the_page_reads_files_of_one_trace_format_together(folder, files):
    job = Job(
        store_path=folder / "spotcheck.db", file=files[0], beside=(files[1],), name="in, out", options=ImportOptions(),
        by="ana",
    )  # fmt: skip
    done = run(job)
    assert (done.added, done.file) == (25, "in, out")
    assert dataclasses.asdict(done)["rejected"] == 7
    assert files[0].exists() and files[1].exists()
