"""A mapping belongs to a source: files that fit a remembered one use it, and others are asked about."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any

import orjson
import pytest
from flow_store import add_people

from review.basics.errors import InputError, ReviewError
from review.basics.log_paths import log_of
from review.judges.runs.targets import JudgeTarget, subjects_of
from review.log.log import every_conversation, weeks_in_log
from review.people.people import add_person
from review.rubric.default import DEFAULT_RUBRIC
from review.rubric.rubric import rubric_from, save_rubric
from review.settings.project import project_of
from review.sources.fit import NotMapped
from review.sources.import_source import import_from_source
from review.sources.options import import_options
from review.sources.prepared import AmbiguousDates, prepared
from review.sources.readings import Reading, as_remembered, fitting_source, known_readings, remember
from review.week.drawing import Request
from review.week.opening import open_week
from storage.opening import open_store
from storage.records_log import Conversation, Import, SourceSettings
from storage.records_people import AuditEntry
from storage.store import Store

HELPDESK = (
    "\ufeffTicket;Eröffnet;Kunde;Frage;Antwort;Status\n"
    "T-1;09/11/2026 08:15;Jörg;Wo ist Paket 7?;Unterwegs.;gelöst\n"
    'T-2;30/11/2026 17:05;Zoë;"Größe 42?\nIn Braun.";"Ja; drei ""Älpli"" sind da.";gelöst\n'
    "T-3;01/12/2026 09:00;;Storno 8;;offen\n"
)
DECLARED = {"id": "Ticket", "question": "Frage", "answer": "Antwort", "created_at": "Eröffnet"}


@pytest.fixture
def store(tmp_path: Path) -> Store:
    made = open_store(tmp_path / "spotcheck.db")
    add_person(made, "Lea", role="lead", by="test")
    return made


def bring(store: Store, name: str, content: str | bytes, **asked: Any) -> Import:
    file = store.path.parent / name
    file.write_bytes(content if isinstance(content, bytes) else content.encode())
    project = project_of(store.path)
    return import_from_source(store, project, file, import_options(project, **asked), by="lea")


def logged(store: Store) -> dict[str, Conversation]:
    log = log_of(store.path)
    return {c.id: c for c in every_conversation(log, weeks=list(weeks_in_log(log)))}


def test_a_mapping_of_one_file_does_not_bring_another_in_twice(store: Store) -> None:
    """The column ``key`` of the second file is empty: the first file's mapping would take its ids away."""
    own = "".join(f'{{"id": "c{n}", "key": null, "question": "q{n}"}}\n' for n in range(5))
    assert bring(store, "own.jsonl", own).added == 5
    assert bring(store, "other.csv", "key,text\nk1,hello\n", mapping={"id": "key", "question": "text"}).added == 1
    again = bring(store, "own.jsonl", own)
    assert (again.added, again.duplicate) == (0, 5)
    assert len(logged(store)) == 6


def test_a_remembered_mapping_reads_the_next_file_of_its_source_alone(store: Store) -> None:
    bring(store, "a.csv", "text,rating\nhello,good\n", mapping={"question": "text"}, source="shop")
    assert bring(store, "b.csv", "text,rating\nhello again,good\n", source="shop").added == 1
    with pytest.raises(NotMapped, match="no mapping is known for it; found the fields text, rating"):
        bring(store, "c.csv", "text,rating\nhello, stranger\n", source="helpdesk")
    row = store.find(SourceSettings)
    assert [(r.source, r.mapping, r.by) for r in row] == [("shop", {"question": "text"}, "lea")]
    assert [e.subject for e in store.find(AuditEntry, action="source settings")] == ["shop"]


def test_of_several_mappings_the_latest_that_fits_counts(store: Store) -> None:
    bring(store, "a.csv", "n,text\n1,hello\n", mapping={"id": "n", "question": "text"})
    bring(store, "b.csv", "nr,frage\n2,hallo\n", mapping={"id": "nr", "question": "frage"})
    assert bring(store, "a.csv", "n,text\n1,hello\n3,bye\n").added == 1
    assert bring(store, "b.csv", "nr,frage\n2,hallo\n").duplicate == 1
    assert set(logged(store)) == {"1", "2", "3"}


def test_a_file_without_ids_that_fits_no_mapping_is_asked_about(store: Store) -> None:
    bring(store, "a.csv", "ticket,text\n1,hello\n", mapping={"id": "ticket", "question": "text"})
    with pytest.raises(NotMapped) as refused:
        bring(store, "b.csv", "ticket_no,question\n1,hello there\n2,how are you\n")
    assert "id: nothing is at 'ticket'; the nearest field is 'ticket_no'" in str(refused.value)
    assert "--map id=ticket_no --map question=question" in refused.value.command_hint
    assert {row.field: row.path for row in refused.value.proposal} == {"id": "ticket_no", "question": "question"}
    assert len(store.find(Import)) == 1


def test_a_path_that_finds_nothing_is_named_with_what_is_there(store: Store) -> None:
    with pytest.raises(InputError, match=r"question: nothing is at 'Fraeg'; the nearest field is 'Frage'"):
        bring(store, "a.csv", HELPDESK, mapping={"question": "Fraeg"})
    rows = orjson.dumps({"id": 1, "data": {"input": {"text": "hello"}}})
    with pytest.raises(InputError, match=r"the nearest field is 'data\.input\.text'"):
        bring(store, "a.jsonl", rows, mapping={"question": "input.text"})
    with pytest.raises(InputError, match=r"there are id, data\.input\.text"):
        bring(store, "a.jsonl", rows, mapping={"question": "zzzzzz"})
    with pytest.raises(InputError, match="found the fields no, 'question, user', 'answer, bot'"):
        bring(store, "b.csv", b"no;question, user;answer, bot\n1;Wo?;Da.\n")


def test_a_helpdesk_export_comes_in_whole_with_dates_that_its_column_decides(store: Store) -> None:
    done = bring(store, "helpdesk.csv", HELPDESK, mapping=DECLARED, source="helpdesk")
    assert (done.read, done.added, done.rejected) == (3, 3, 0)
    found = logged(store)
    assert [c.created_at for c in found.values()] == [
        "2026-11-09T08:15:00.000+00:00", "2026-11-30T17:05:00.000+00:00", "2026-12-01T09:00:00.000+00:00",
    ]  # fmt: skip
    assert [c.question for c in found.values()] == ["Wo ist Paket 7?", "Größe 42?\nIn Braun.", "Storno 8"]
    assert [c.answer for c in found.values()] == ["Unterwegs.", 'Ja; drei "Älpli" sind da.', ""]
    assert store.find(SourceSettings)[0].date_format == "day-first"


def test_dates_that_two_forms_read_are_asked_and_never_guessed(store: Store) -> None:
    text = "id,question,created_at\n1,q,09/11/2026\n2,q,10/11/2026\n"
    with pytest.raises(AmbiguousDates, match="day-first and month-first both read all 2 values") as refused:
        bring(store, "a.csv", text)
    assert "day-first or month-first" in refused.value.command_hint and not logged(store)
    assert bring(store, "a.csv", text, date_format="day-first").added == 2
    assert set(weeks_in_log(log_of(store.path))) == {"2026-W46"}
    # The declared form is remembered for the source, and says what the next file leaves open.
    assert bring(store, "b.csv", "id,question,created_at\n3,q,11/11/2026\n").added == 1
    with pytest.raises(AmbiguousDates):
        bring(store, "b.csv", "id,question,created_at\n3,q,11/11/2026\n", source="other")


def test_one_date_that_contradicts_the_others_is_named(store: Store) -> None:
    text = "id,question,created_at\n" + "".join(f"{n},q,{n + 12}/11/2026\n" for n in range(1, 15)) + "x,q,11/30/2026\n"
    with pytest.raises(AmbiguousDates, match=r"No single form reads all 15 values.*'11/30/2026'"):
        bring(store, "a.csv", text)
    done = bring(store, "a.csv", text, date_format="day-first")
    assert (done.added, done.rejected) == (14, 1)
    assert done.rejections[0]["expected"].startswith("a date in the form day-first")


@pytest.mark.parametrize("form", ["month-first", "%m/%d/%Y"])
def test_a_declared_form_that_a_date_disproves_is_refused(store: Store, form: str) -> None:
    iso = "".join(f"{n},q,2026-11-11T10:00Z\n" for n in range(10, 40))
    text = f"id,question,created_at\n1,q,09/11/2026\n2,q,10/11/2026\n3,q,\n{iso}5,q,30/11/2026\n"
    with pytest.raises(
        InputError, match=rf"'30/11/2026', which is no date in the form {form}, and day-first reads all"
    ):
        bring(store, "a.csv", text, date_format=form)
    assert not logged(store)
    assert bring(store, "a.csv", text, date_format="day-first").rejected == 0
    assert bring(store, "b.csv", "id,question,created_at\n8,q,09/11/2026\n9,q,1/2/2026\n", date_format=form).added == 2


def test_times_without_a_zone_are_in_the_zone_of_the_project(store: Store) -> None:
    (store.path.parent / "spotcheck.toml").write_text('[project]\ntime_zone = "Europe/Berlin"\n')
    bring(store, "a.csv", "id,question,created_at\n1,q,2026-11-23 00:30\n2,q,2026-11-23T00:30Z\n")
    assert [(c.created_at, c.week) for c in logged(store).values()] == [
        ("2026-11-22T23:30:00.000+00:00", "2026-W48"),
        ("2026-11-23T00:30:00.000+00:00", "2026-W48"),
    ]


def test_a_declared_encoding_is_read_and_remembered(store: Store) -> None:
    text = "Ticket;Frage\nÄ-1;Größe?\n"
    mapping = {"id": "Ticket", "question": "Frage"}
    assert bring(store, "a.csv", text.encode("cp1252"), mapping=mapping, encoding="windows-1252").added == 1
    assert bring(store, "b.csv", text.replace("1", "2").encode("cp1252")).added == 1
    # A file that is UTF-8 is read as UTF-8, whatever is remembered.
    assert bring(store, "c.csv", text.replace("1", "3").encode()).added == 1
    assert [c.question for c in logged(store).values()] == ["Größe?"] * 3
    assert {row.encoding for row in store.find(SourceSettings)} == {"cp1252"}


def test_presets_of_the_settings_come_after_what_was_declared(store: Store) -> None:
    (store.path.parent / "spotcheck.toml").write_text(
        "[sources.desk]\nalias = 'production'\nmap = {id = 'n', question = 'text'}\n[import.values.status]\nok = 'ok'\n"
    )
    done = bring(store, "a.csv", "n,text\n1,hello\n", source="desk")
    assert (done.source, done.added) == ("production", 1) and set(logged(store)) == {"1"}
    assert not store.find(SourceSettings)
    bring(store, "a.csv", "n,text,more\n2,hello,again\n", mapping={"question": "more"})
    known = known_readings(store, project_of(store.path), "production")
    assert [one.where.partition(" ")[0] for one in known] == ["remembered", "set", "set"]
    assert known[0].mapping == {"id": "n", "question": "more"}


def test_nothing_is_remembered_of_an_import_that_failed(store: Store) -> None:
    with pytest.raises(ReviewError):
        bring(store, "a.csv", "", mapping={"question": "text"})
    bring(store, "b.csv", "text,created_at\nhello,broken\n", mapping={"question": "text"})
    assert not store.find(SourceSettings)


def test_remembering_the_same_adds_no_row(store: Store) -> None:
    reading = Reading(mapping={"question": "text"}, values={"status": {"a": "ok"}}, date_format="day-first")
    assert remember(store, "shop", reading, by="lea")
    assert not remember(store, "shop", reading, by="lea")
    assert len(store.find(SourceSettings)) == 1


def test_a_file_of_a_known_format_needs_no_mapping(store: Store) -> None:
    bring(store, "a.csv", "n,text\n1,hello\n", mapping={"id": "n", "question": "text"})
    rows = b'{"messages": [{"role": "user", "content": "Hi"}, {"role": "assistant", "content": "Hello"}]}\n'
    assert bring(store, "chats.jsonl", rows).format == "openai"
    found = prepared(store.path.parent / "chats.jsonl", import_options(project_of(store.path)))
    assert found.options.mapping == {} and found.news is None and found.notes == ()


def test_what_is_remembered_reads_sources_that_are_drawn_from_directly(store: Store) -> None:
    (store.path.parent / "spotcheck.toml").write_text("[import.map]\nquestion = 'q'\nanswer = 'a'\n")
    bring(store, "a.csv", "nr,frage\n1,hallo\n", mapping={"id": "nr", "question": "frage"})
    remember(store, "production", Reading(date_format="day-first", encoding="cp1252"), by="lea")
    remember(store, "production", Reading(mapping={"question": "text"}, values={"status": {"x": "ok"}}), by="lea")
    found = as_remembered(store, project_of(store.path), "production")
    assert found.mapping == {"question": "text", "answer": "a"} and found.values == {"status": {"x": "ok"}}
    assert (found.date_format, found.encoding) == ("day-first", "cp1252")
    other = as_remembered(store, project_of(store.path), "other")
    assert other == project_of(store.path)


@pytest.mark.parametrize("kind", ["csv", "sqlite"])
def test_dates_and_encoding_that_are_remembered_hold_for_a_draw_straight_from_a_file_or_table(
    store: Store, kind: str
) -> None:
    rows = [(str(n), "Größe?", "Sieben.", f"{9 + n:02d}.11.2026 10:00") for n in range(3)]
    source = store.path.parent / f"chats.{kind}"
    if kind == "csv":
        lines = ["id,question,answer,created_at", *(",".join(row) for row in rows)]
        source.write_bytes("\n".join(lines).encode("cp1252"))
    else:
        with closing(sqlite3.connect(source)) as base, base:
            base.execute("CREATE TABLE conversations (id TEXT, question TEXT, answer TEXT, created_at TEXT)")
            base.executemany("INSERT INTO conversations VALUES (?, ?, ?, ?)", rows)
    remember(store, "production", Reading(date_format="day-first", encoding="cp1252"), by="lea")
    add_people(store)
    save_rubric(store, rubric_from(DEFAULT_RUBRIC), by="lea")
    request = Request(week="2026-W46", rate=1.0, raters=("ana",), source=str(source))
    opened = open_week(store, project_of(store.path), request, by="lea")
    assert (opened.result.frame.rows, opened.new_items) == (3, 3)
    [first] = [c for c in store.find(Conversation) if c.source_id == "0"]
    assert (first.created_at, first.question) == ("2026-11-09T10:00:00.000+00:00", "Größe?")


def test_dates_and_encoding_that_are_remembered_hold_for_a_file_that_judges_read(store: Store) -> None:
    path = store.path.parent / "rows.csv"
    path.write_bytes("id,question,answer,created_at\n1,Größe?,Sieben.,03.11.2026\n".encode("cp1252"))
    remember(store, "production", Reading(date_format="day-first", encoding="cp1252"), by="lea")
    [subject] = subjects_of(store, JudgeTarget("file", str(path)), project=project_of(store.path))
    assert "Größe?" in str(subject)


def test_a_file_is_proposed_for_the_source_whose_files_looked_like_it(store: Store) -> None:
    project = project_of(store.path)
    assert fitting_source(store, project, ["Ticket", "Frage"], format=None) is None
    remember(store, "helpdesk", Reading(mapping=DECLARED), by="lea")
    remember(store, "short", Reading(mapping={"question": "Frage"}), by="lea")
    fields = ["Ticket", "Eröffnet", "Kunde", "Frage", "Antwort", "Status"]
    assert fitting_source(store, project, fields, format=None) == "helpdesk", "more of its fields are there"
    assert fitting_source(store, project, ["Frage", "x"], format=None) == "short"
    assert fitting_source(store, project, ["question"], format=None) is None
    messages = b'{"messages": [{"role": "user", "content": "q"}, {"role": "assistant", "content": "a"}]}\n'
    assert bring(store, "chat.jsonl", messages, source="chat", format="openai").added == 1
    assert fitting_source(store, project, ["messages"], format="openai") == "chat"
    assert fitting_source(store, project, ["messages"], format="gemini") is None
