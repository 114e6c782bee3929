"""spotcheck import: what it prints, remembers and exits with."""

import gzip
import secrets
import zipfile

import orjson
import pytest
from command_line import spotcheck

from review.audit import chain
from review.basics.log_paths import log_of
from review.log.log import weeks_in_log
from review.people.people import add_person
from storage.opening import open_store
from storage.records_log import Import, SourceSettings
from storage.records_people import AuditEntry


@pytest.fixture
def folder(tmp_path):
    add_person(open_store(tmp_path / "spotcheck.db"), "Ana", role="lead", by="test")
    return tmp_path


def run(folder, *arguments):
    return spotcheck(folder, "import", *arguments)


def test_counts_are_printed_and_stored_and_a_second_time_adds_nothing(folder):
    (folder / "log.jsonl").write_bytes(orjson.dumps({"id": "1", "question": "q", "created_at": "2026-11-20"}))
    first = run(folder, "log.jsonl")
    assert first.returncode == 0, first.stderr
    assert "log.jsonl (jsonl): read 1, added 1, duplicate 0, changed 0, rejected 0, undated 0" in first.stdout
    assert "format jsonl; the first record has" in " ".join(first.stderr.split())
    again = run(folder, "log.jsonl", "--json")
    assert again.returncode == 0
    result = orjson.loads(again.stdout)
    assert (result["imports"][0]["duplicate"], result["imports"][0]["added"]) == (1, 0)
    assert result["weeks"] == {"2026-W47": 1}
    stored = open_store(folder / "spotcheck.db").find(Import)
    assert [(i.by, i.added, i.duplicate) for i in stored] == [("ana", 1, 0), ("ana", 0, 1)]


def test_each_file_is_one_entry_of_the_audit_chain(folder):
    (folder / "log.jsonl").write_bytes(b"".join(b'{"id": "%d", "question": "q"}\n' % i for i in range(3)))
    assert run(folder, "log.jsonl").returncode == 0
    store = open_store(folder / "spotcheck.db")
    (entry,), (made,) = store.find(AuditEntry, action="import"), store.find(Import)
    assert (entry.actor, entry.subject) == ("ana", "log.jsonl")
    assert (entry.detail["id"], entry.detail["read"], entry.detail["added"]) == (made.id, 3, 3)
    assert chain.verify(store)[1] is None


def test_only_a_lead_imports(folder):
    store = open_store(folder / "spotcheck.db")
    add_person(store, "Ben", role="adjudicator", by="ana")
    (folder / "log.jsonl").write_bytes(orjson.dumps({"id": "1", "question": "q", "created_at": "2026-11-20"}))
    done = run(folder, "log.jsonl", "--as", "Ben")
    assert done.returncode == 1 and "needs the role lead; ben has adjudicator" in done.stderr
    assert not store.find(Import) and weeks_in_log(log_of(store.path)) == {}


def test_rejections_are_named_and_nothing_added_is_exit_1(folder):
    (folder / "bad.jsonl").write_text('{"id": "1", "question": "q", "created_at": "soon"}\nnot json\n')
    done = run(folder, "bad.jsonl")
    assert done.returncode == 1
    assert "bad.jsonl, line 1, created_at: found soon, expected ISO 8601" in done.stderr
    assert "bad.jsonl, line 2: found not json, expected one JSON object" in done.stderr
    assert "2 records could not be read; the lines above say why. Nothing was added." in done.stderr


@pytest.mark.parametrize("arguments", [["absent.jsonl"], ["."], [], ["log.csv", "--format", "excel"], ["log.csv"]])
def test_what_cannot_be_read_at_all_is_exit_2(folder, arguments):
    (folder / "log.csv").write_text("text\nhello\n")
    done = run(folder, *arguments)
    assert done.returncode == 2, done.stderr
    assert "Traceback" not in done.stderr


def test_a_mapping_is_remembered_for_the_next_time(folder):
    (folder / "log.csv").write_text("text,rating\nhello,good\n")
    (folder / "more.csv").write_text("text,rating\nhello again,good\n")
    options = [
        "--map",
        "question=text",
        "--map",
        "feedback=rating",
        "--value",
        "feedback:good=up",
        "--week",
        "2026-W46",
    ]
    assert run(folder, "log.csv", *options).returncode == 0
    (kept,) = open_store(folder / "spotcheck.db").find(SourceSettings)
    assert kept.source == "production" and kept.mapping == {"question": "text", "feedback": "rating"}
    assert kept.value_tables == {"feedback": {"good": "up"}}
    assert run(folder, "more.csv", "--week", "2026-W47").returncode == 0
    assert weeks_in_log(log_of(folder / "spotcheck.db")) == {"2026-W46": 1, "2026-W47": 1}


def test_conversations_that_the_log_has_with_other_content_are_named_when_nothing_was_added(folder):
    (folder / "log.jsonl").write_bytes(b'{"id": "1", "question": "q"}\n')
    assert run(folder, "log.jsonl").returncode == 0
    (folder / "later.jsonl").write_bytes(b'{"id": "1", "question": "other"}\nnone\n')
    done = run(folder, "later.jsonl")
    assert done.returncode == 1
    assert "1 conversation is already in the log with other content; the first version is kept." in done.stderr
    assert "1 record could not be read" in done.stderr and "Nothing was added." in done.stderr


def test_an_import_is_undone_by_its_id(folder):
    (folder / "log.csv").write_text("id,question,created_at\n1,hello,2026-11-20\n")
    done = orjson.loads(run(folder, "log.csv", "--json").stdout)
    undone = run(folder, "--undo", done["imports"][0]["id"])
    assert undone.returncode == 0 and "the 1 conversation of log.csv left the log" in undone.stdout
    assert weeks_in_log(log_of(folder / "spotcheck.db")) == {}
    assert run(folder, "--undo", "none").returncode == 2
    assert run(folder, "log.csv", "--undo", "x").returncode == 2


def test_a_file_that_needs_a_mapping_is_refused_with_a_proposal(folder):
    (folder / "desk.csv").write_text("Ticket;Frage;Antwort\nT-1;Wo ist es?;Hier.\n")
    done = run(folder, "desk.csv")
    assert done.returncode == 2
    text = " ".join(done.stderr.split())
    assert "found the fields Ticket, Frage, Antwort" in text
    assert "--map id=Ticket --map question=Frage --map answer=Antwort" in text


def test_ids_that_the_log_has_under_another_source_are_said_after_the_import(folder):
    (folder / "log.jsonl").write_bytes(
        b"".join(b'{"id": "%d", "question": "q", "answer": "a"}\n' % i for i in range(3))
    )
    assert run(folder, "log.jsonl").returncode == 0
    done = run(folder, "log.jsonl", "--source", "shop", "--json")
    told = "3 ids of this import are in the log under the source production too."
    assert done.returncode == 0 and told in " ".join(done.stderr.split())
    assert orjson.loads(done.stdout)["files"][0]["notes"][-1].startswith(told)
    again = run(folder, "log.jsonl", "--source", "shop")
    assert "under the source" not in again.stderr


ROW = b'{"id": "%s", "question": "q", "created_at": "2026-11-20"}\n'


def test_every_file_is_accounted_for_where_some_are_refused(folder):
    for name in ("a", "c"):
        (folder / f"{name}.jsonl").write_bytes(ROW % name.encode())
    (folder / "b.csv").write_text("text\nhello\n")
    (folder / "cut.jsonl.gz").write_bytes(gzip.compress(ROW * 20_000, mtime=0)[:-20])
    done = run(folder, "a.jsonl", "b.csv", "cut.jsonl.gz", "absent.jsonl", "c.jsonl", "--json")
    assert done.returncode == 2
    result = orjson.loads(done.stdout)
    assert [(f["file"], f["read"], f["added"], bool(f["error"])) for f in result["files"]] == [
        *(("a.jsonl", 1, 1, False), ("c.jsonl", 1, 1, False)),
        *(("b.csv", 0, 0, True), ("cut.jsonl.gz", 0, 0, True), ("absent.jsonl", 0, 0, True)),
    ]
    assert (result["added"], len(result["imports"])) == (2, 2)
    store = open_store(folder / "spotcheck.db")
    assert sum(weeks_in_log(log_of(store.path)).values()) == 2
    assert [i.file for i in store.find(Import)] == ["a.jsonl", "c.jsonl"]
    again = run(folder, "a.jsonl", "b.csv")
    assert again.returncode == 2 and "a.jsonl (jsonl): read 1, added 0, duplicate 1" in again.stdout
    assert "b.csv: not imported. b.csv: no known format fits" in " ".join(again.stderr.split())


def test_a_damaged_member_of_an_archive_costs_itself(folder):
    with zipfile.ZipFile(folder / "logs.zip", "w") as archive:
        for name in ("a", "b", "c"):
            archive.writestr(f"{name}.jsonl", ROW % name.encode())
        archive.writestr("odd.json", "[[]]")
    data = bytearray((folder / "logs.zip").read_bytes())
    data[data.index(ROW % b"b") + 5] ^= 1
    (folder / "logs.zip").write_bytes(data)
    done = run(folder, "logs.zip", "--json")
    assert done.returncode == 2
    files = orjson.loads(done.stdout)["files"]
    assert [(f["file"], f["added"]) for f in files if not f["error"]] == [
        ("logs.zip/a.jsonl", 1),
        ("logs.zip/c.jsonl", 1),
    ]
    assert sorted(f["file"] for f in files if f["error"]) == ["logs.zip/b.jsonl", "logs.zip/odd.json"]


def test_files_of_one_trace_format_are_refused_together_and_say_why(folder):
    spans = [
        {"traceId": "1" * 32, "spanId": f"{n:016x}", "name": "n", "attributes": {"output.value": secrets.token_hex(99)}}
        for n in range(1, 3_000)
    ]
    (folder / "a.jsonl").write_bytes(orjson.dumps(spans[0]))
    (folder / "b.jsonl.gz").write_bytes(gzip.compress(b"\n".join(map(orjson.dumps, spans)), mtime=0)[:-20])
    (folder / "c.jsonl").write_bytes(ROW % b"c")
    done = run(folder, "a.jsonl", "b.jsonl.gz", "c.jsonl", "--json")
    assert done.returncode == 2
    kept, refused = orjson.loads(done.stdout)["files"]
    assert (kept["file"], kept["added"], kept["together"]) == ("c.jsonl", 1, ["c.jsonl"])
    assert (refused["file"], refused["together"]) == ("a.jsonl, b.jsonl.gz", ["a.jsonl", "b.jsonl.gz"])
    assert "b.jsonl.gz" in refused["error"] and "none of them was imported" in refused["error"]


def test_a_list_beside_the_chosen_records_is_named(folder):
    row = {"id": "1", "question": "q", "created_at": "2026-11-20"}
    page = {"a": [row], "b": [row], "about": {"c": [row]}, "n": [1, 2]}
    (folder / "page.json").write_bytes(orjson.dumps(page))
    done = run(folder, "page.json", "--records", "a", "--json")
    assert done.returncode == 0
    notes = orjson.loads(done.stdout)["files"][0]["notes"]
    assert {"not read: 1 entry at b", "not read: 1 entry at about.c"} <= set(notes)


@pytest.mark.parametrize(
    ("name", "text", "words"),
    [
        ("page.json", '{"data": [], "meta": {"page": 3, "totalItems": 0}}', "the list at 'data' is empty"),
        ("runs.json", '{"cursors": {"next": null}, "runs": []}', "the list at 'runs' is empty"),
        ("nested.json", '{"data": {"traces": []}}', "the list at 'data.traces' is empty"),
        ("pages.jsonl", '{"data": [], "next": 2}\n{"data": [], "next": null}\n', "the list at 'data' is empty"),
        ("none.json", "[]", "found an empty list"),
        ("none.csv", "id,question\n", "there are no records"),
    ],
)
def test_a_page_without_entries_holds_no_records(folder, name, text, words):
    (folder / name).write_text(text)
    (folder / "a.jsonl").write_bytes(ROW % b"a")
    done = run(folder, name, "a.jsonl", "--json")
    assert done.returncode == 0, done.stderr
    rows, empty = orjson.loads(done.stdout)["files"]
    assert (rows["added"], empty["file"], empty["read"], empty["error"]) == (1, name, 0, None)
    assert words in empty["notes"][0] and "no records" in empty["notes"][0]


def test_an_empty_first_page_does_not_hide_the_next(folder):
    row = {"id": "1", "question": "q", "created_at": "2026-11-20"}
    (folder / "pages.jsonl").write_bytes(b"\n".join(map(orjson.dumps, ({"data": []}, {"data": [row]}))))
    done = run(folder, "pages.jsonl", "--json")
    assert done.returncode == 0 and orjson.loads(done.stdout)["added"] == 1
