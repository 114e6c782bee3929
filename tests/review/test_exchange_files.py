"""Files of labels and verdicts in every form that conversations take: spreadsheets, packed, several, zipped."""

import gzip
import zipfile

import orjson
import pytest
from command_line import spotcheck
from golden_store import store_of_two
from openpyxl import Workbook

from review.basics.errors import InputError
from review.current.settled import annotations_of
from review.exchange.labels import import_labels, read_labels
from review.exchange.verdicts import import_verdicts, read_verdicts
from storage.opening import open_store
from storage.records_review import Verdict

WEEK = "2026-W47"
ANA = "item,rater,dimension,label,at\nu1,ana,correctness,wrong,03/11/2026 10:00\n"
BEN = "item,rater,dimension,label,at\nu1,ben,correctness,correct,13/11/2026 10:00\n"
JUDGED = "item,judge,dimension,label\nu1,strict,correctness,wrong\n"


@pytest.fixture
def store(tmp_path):
    return store_of_two(tmp_path)


def sheet(path, *sheets):
    book = Workbook()
    book.remove(book.active)
    for name, text in sheets:
        page = book.create_sheet(name)
        for line in text.strip().split("\n"):
            page.append(line.split(","))
    book.save(path)
    return path


def zipped(path, **files):
    with zipfile.ZipFile(path, "w") as archive:
        for name, text in files.items():
            archive.writestr(f"{name}.csv", text)
    return path


def raters(table):
    return [row.text("rater") for row in table.rows]


def test_several_files_and_files_in_a_zip_are_one_table(tmp_path):
    (tmp_path / "ana.csv").write_text(ANA)
    (tmp_path / "ben.csv.gz").write_bytes(gzip.compress(BEN.encode()))
    table = read_labels([tmp_path / "ana.csv", tmp_path / "ben.csv.gz"])
    assert raters(table) == ["ana", "ben"] and table.file == "ana.csv, ben.csv.gz"
    packed = read_labels(zipped(tmp_path / "both.zip", a=ANA, b=BEN))
    assert raters(packed) == ["ana", "ben"]
    verdicts = read_verdicts(zipped(tmp_path / "judged.zip", a=JUDGED, b=JUDGED.replace("u1", "u2")))
    assert [row.text("item") for row in verdicts.rows] == ["u1", "u2"]


def test_a_bad_row_in_one_of_several_files_names_that_file_and_nothing_is_taken(store, tmp_path):
    (tmp_path / "a.csv").write_text(ANA)
    (tmp_path / "b.csv").write_text(ANA.replace("wrong", "correct"))
    table = read_labels([tmp_path / "a.csv", tmp_path / "b.csv"])
    with pytest.raises(InputError, match=r"b\.csv, line 2, .*the label of .*a\.csv, line 2"):
        import_labels(store, table, by="lea", date_format="day-first")
    assert annotations_of(store, [WEEK]) == []


def test_files_of_several_tools_are_not_one_import(tmp_path):
    (tmp_path / "a.csv").write_text(ANA)
    scores = [{"id": "s", "traceId": "u1", "name": "correctness", "source": "ANNOTATION", "dataType": "NUMERIC",
               "value": 1, "authorUserName": "cem"}]  # fmt: skip
    (tmp_path / "scores.json").write_bytes(orjson.dumps(scores))
    with pytest.raises(InputError, match=r"scores\.json: .*langfuse.*a\.csv.*one after another"):
        read_labels([tmp_path / "a.csv", tmp_path / "scores.json"])


def test_the_files_of_a_zip_of_doccano_name_the_annotators(tmp_path):
    path = tmp_path / "doccano.zip"
    with zipfile.ZipFile(path, "w") as archive:
        for name in ("ana", "ben"):
            one = {"id": 1, "text": "Seven.", "conv_id": "u1", "label": ["good"], "Comments": []}
            archive.writestr(f"{name}.jsonl", orjson.dumps(one) + b"\n")
    assert raters(read_labels(path)) == ["ana", "ben"]


def test_a_named_sheet_and_a_path_into_a_document_are_read(tmp_path):
    book = sheet(tmp_path / "labels.xlsx", ("Notes", "what\nnothing"), ("Votes", ANA))
    table = read_labels(book, records="Votes")
    assert raters(table) == ["ana"] and any("Notes" in note for note in table.notes)
    row = {"item": "u1", "rater": "ana", "label": "wrong"}
    path = tmp_path / "labels.json"
    path.write_bytes(orjson.dumps({"export": {"votes": [row]}, "people": [{"name": "ana"}]}))
    assert raters(read_labels(path)) == ["ana"], "the only list with items and labels is found"
    assert raters(read_labels(path, records="export.votes")) == ["ana"]
    with pytest.raises(InputError, match=r"nothing at the path 'export\.labels'; .*'export\.votes'"):
        read_labels(path, records="export.labels")
    (tmp_path / "ana.csv").write_text(ANA)
    with pytest.raises(InputError, match="each row of this file is a record"):
        read_labels(tmp_path / "ana.csv", records="data")


def test_text_in_a_declared_encoding_and_dates_in_a_declared_form_are_read(store, tmp_path):
    path = tmp_path / "labels.csv"
    path.write_bytes(ANA.replace("ana", "Jörg").encode("cp1252"))
    assert raters(read_labels(path, encoding="cp1252")) == ["Jörg"]
    with pytest.raises(InputError, match="UTF-8"):
        read_labels(path)
    (tmp_path / "ana.csv").write_text(ANA)
    table = read_labels(tmp_path / "ana.csv")
    with pytest.raises(InputError, match="Say how the dates are written") as refused:
        import_labels(store, table, by="lea")
    assert "--date-format" in refused.value.command_hint
    (store.path.parent / "spotcheck.toml").write_text('[project]\ntime_zone = "Europe/Berlin"\n')
    import_labels(store, table, by="lea", date_format="day-first")
    assert [n.at for n in annotations_of(store, [WEEK])] == ["2026-11-03T09:00:00.000+00:00"]


def test_the_commands_take_several_files_and_say_how_they_are_read(store, tmp_path):
    zipped(tmp_path / "labels.zip", a=ANA)
    sheet(tmp_path / "more.xlsx", ("First", "x\n1"), ("Votes", BEN))
    words = ("--date-format", "day-first", "--as", "lea", "--store", str(store.path), "--json")
    done = spotcheck(tmp_path, "labels", "import", "labels.zip", "more.xlsx", "--records", "Votes", *words)
    assert done.returncode == 2 and "each row of this file is a record" in done.stderr
    done = spotcheck(tmp_path, "labels", "import", "more.xlsx", "--records", "Votes", *words)
    assert done.returncode == 0 and orjson.loads(done.stdout)["added"] == 1
    done = spotcheck(tmp_path, "labels", "import", "labels.zip", *words)
    assert done.returncode == 0 and orjson.loads(done.stdout)["added"] == 1
    (tmp_path / "judged.csv").write_bytes(JUDGED.replace("strict", "schön").encode("cp1252"))
    done = spotcheck(tmp_path, "verdicts", "import", "judged.csv", "--encoding", "cp1252", *words[2:])
    assert done.returncode == 0, done.stderr
    assert [v.judge for v in open_store(store.path).find(Verdict)] == ["schön"]


def test_verdicts_in_several_files_are_imported_at_once(store, tmp_path):
    path = zipped(tmp_path / "judged.zip", a=JUDGED, b=JUDGED.replace("u1", "u2"))
    assert import_verdicts(store, read_verdicts(path), by="lea").added == 2
