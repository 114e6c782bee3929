"""What a lead sees before an import: what the file needs, ten conversations, values to translate, what is rejected."""

from __future__ import annotations

import dataclasses
from pathlib import Path

import orjson
import pytest

from review.settings.project import Project
from review.sources.conversations import NO_ANSWER
from review.sources.file_sets import files_at
from review.sources.look import look_at
from review.sources.options import ImportOptions, import_options
from review.sources.preview import preview_of
from review.sources.readings import Reading
from review.sources.value_words import proposed_values, translations

HELPDESK = (
    "\ufeffTicket;Eröffnet;Kunde;Frage;Antwort;Bearbeiter;Status;Dauer (s)\n"
    "T-100;09/11/2026 08:15;Müller, Jörg;Wo ist mein Paket 4411?;Unterwegs.;Mara;gelöst;184,5\n"
    'T-101;30/11/2026 17:05;Zoë;"Größe 42?\nIn Braun.";"Ja; an zoe@example.com.";Mara;gelöst;92,0\n'
    "T-102;01/12/2026 09:00;;Storno 7780;;;kaputt;\n"
)


@pytest.fixture
def asked(tmp_path: Path) -> ImportOptions:
    return import_options(Project(path=tmp_path / "spotcheck.toml"), source="helpdesk")


def write(folder: Path, text: str | bytes, name: str = "a.csv") -> Path:
    path = folder / name
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return path


def declared(asked: ImportOptions, reading: Reading) -> ImportOptions:
    return dataclasses.replace(
        asked, mapping=reading.mapping, values=reading.values, date_format=reading.date_format,
        encoding=reading.encoding,
    )  # fmt: skip


def test_an_unknown_helpdesk_is_proposed_and_previewed(tmp_path: Path, asked: ImportOptions) -> None:
    file = write(tmp_path, HELPDESK)
    look = look_at(file, asked, ())
    assert look.guessed and look.dates is None and look.reading.date_format == "day-first"
    assert look.reading.mapping == {
        "id": "Ticket", "created_at": "Eröffnet", "question": "Frage", "answer": "Antwort", "user_id": "Kunde",
    }  # fmt: skip
    assert list(look.places)[-1] == "Dauer (s)"
    mapping, values = {**look.reading.mapping, "status": "Status"}, {"status": {"gelöst": "ok"}}
    reading = dataclasses.replace(look.reading, mapping=mapping, values=values)
    seen = preview_of(file, declared(asked, reading), key=b"key")
    assert (seen.counted.read, seen.counted.rejected, seen.whole) == (3, 0, True)
    assert [c.question for c in seen.counted.conversations] == [
        *("Wo ist mein Paket 4411?", "Größe 42?\nIn Braun.", "Storno 7780"),
    ]
    assert "[EMAIL_1]" in seen.counted.conversations[1].answer
    assert (seen.counted.masked, seen.counted.masked_in) == (1, 1)
    assert [(t.raw, t.count, t.value) for t in seen.values] == [("gelöst", 2, "ok"), ("kaputt", 1, "")]
    assert [(one.field, one.found, n) for one, n in seen.counted.unread.items()] == [("status", "kaputt", 1)]
    assert seen.counted.source_ids == ["T-100", "T-101", "T-102"]
    assert seen.counted.notes == {NO_ANSWER: 1}, "said before the import, as after it"


def test_a_known_source_is_not_asked_again(tmp_path: Path, asked: ImportOptions) -> None:
    known = (Reading(mapping={"question": "Frage", "id": "Ticket"}, where="remembered"),)
    look = look_at(write(tmp_path, HELPDESK), asked, known)
    assert not look.guessed and look.reading.mapping == known[0].mapping
    assert look.notes == ("Read with the mapping remembered.",)


def test_dates_that_fit_two_ways_are_a_question(tmp_path: Path, asked: ImportOptions) -> None:
    look = look_at(write(tmp_path, "id,question,created_at\n1,q,09/11/2026\n"), asked, ())
    assert look.dates is not None and look.dates.fits == ("day-first", "month-first")
    assert look.reading.date_format == ""


def test_text_that_is_not_utf_8_is_shown_as_each_encoding_reads_it(tmp_path: Path, asked: ImportOptions) -> None:
    file = write(tmp_path, "id,question\n1,Größe 42?\n".encode("cp1252"))
    look = look_at(file, asked, ())
    assert look.encodings["cp1252"] == "1,Größe 42?" and look.encodings["cp1251"] == "1,GrцЯe 42?"
    assert look.records == ()
    again = look_at(file, dataclasses.replace(asked, encoding="cp1252"), ())
    assert again.encodings == {} and again.places["question"] == ["Größe 42?"]


def test_records_without_an_id_are_counted(tmp_path: Path, asked: ImportOptions) -> None:
    seen = preview_of(write(tmp_path, "question\nhello\nbye\n"), asked, key=b"key")
    assert (seen.counted.unnamed, seen.counted.undated, seen.format) == (2, 2, "csv")


@pytest.mark.parametrize(
    ("field", "raws", "expected"),
    [
        ("feedback", ["5", "4", "3", "2", "1", "0"], {"5": "up", "4": "up", "2": "down", "1": "down"}),
        ("feedback", ["10", "8", "6", "0"], {"10": "up", "6": "down", "0": "down"}),
        ("feedback", ["1", "0"], {}),
        ("feedback", ["1", "2"], {}),
        ("feedback", ["Gut", "schlecht", "egal"], {"Gut": "up", "schlecht": "down"}),
        ("feedback", ["хорошо", "плохо", "5"], {"хорошо": "up", "плохо": "down"}),
        ("feedback", ["satisfait", "insatisfait"], {"satisfait": "up", "insatisfait": "down"}),
        ("status", ["gelöst", "offen", "Fehler", "x"], {"Fehler": "error"}),
        ("status", ["erfolgreich", "fallido", "200"], {"erfolgreich": "ok", "fallido": "error", "200": "ok"}),
    ],
)  # fmt: skip
def test_values_are_proposed_where_their_meaning_is_known(
    field: str, raws: list[str], expected: dict[str, str]
) -> None:
    assert proposed_values(field, raws) == expected


def test_a_declared_value_comes_before_a_proposal() -> None:
    records = [{"csat": 5}, {"csat": 5}, {"csat": 1}, {"csat": None}]
    found = translations(records, {"feedback": "csat"}, {"feedback": {"1": "up"}}, plain=True)
    assert [(t.field, t.raw, t.count, t.value) for t in found] == [
        ("feedback", "5", 2, "up"),
        ("feedback", "1", 1, "up"),
    ]


def test_files_that_belong_together_are_previewed_together(tmp_path: Path, asked: ImportOptions) -> None:
    """The output of a batch has no questions; its input has them."""
    body = {"model": "m", "messages": [{"role": "user", "content": "Where is it?"}]}
    answer = {"choices": [{"message": {"role": "assistant", "content": "Here."}}]}
    request = {"custom_id": "c-1", "method": "POST", "url": "/v1/chat/completions", "body": body}
    reply = {"id": "b-1", "custom_id": "c-1", "response": {"status_code": 200, "body": answer}, "error": None}
    sent = write(tmp_path, orjson.dumps(request), "input.jsonl")
    got = write(tmp_path, orjson.dumps(reply), "output.jsonl")
    assert preview_of(got, asked, key=b"key").counted.rejected == 1
    seen = preview_of(files_at((got, sent)), asked, key=b"key")
    assert [(c.question, c.answer) for c in seen.counted.conversations] == [("Where is it?", "Here.")]
