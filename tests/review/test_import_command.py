"""spotcheck import: what it prints, remembers and exits with."""

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
    assert "format jsonl; 1 of the first 1 records" in " ".join(first.stderr.split())
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
    (folder / "log.jsonl").write_bytes(b"".join(b'{"id": "%d", "question": "q"}\n' % i for i in range(3)))
    assert run(folder, "log.jsonl").returncode == 0
    done = run(folder, "log.jsonl", "--source", "shop", "--json")
    told = "3 ids of this import are in the log under the source production too."
    assert done.returncode == 0 and told in " ".join(done.stderr.split())
    assert orjson.loads(done.stdout)["files"][0]["notes"][-1].startswith(told)
    again = run(folder, "log.jsonl", "--source", "shop")
    assert "under the source" not in again.stderr
