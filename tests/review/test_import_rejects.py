"""What an import rejects is in a file that it names; what it mends or cannot use is said."""

import orjson
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from command_line import spotcheck

from review.basics.log_paths import log_of
from review.log.log import weeks_in_log
from review.people.people import add_person
from review.rubric.default import DEFAULT_RUBRIC
from review.rubric.rubric import rubric_from, save_rubric
from storage.opening import open_store


@pytest.fixture
def folder(tmp_path):
    store = open_store(tmp_path / "spotcheck.db")
    add_person(store, "Ana", role="lead", by="test")
    save_rubric(store, rubric_from(DEFAULT_RUBRIC), by="ana")
    return tmp_path


def imported(folder, name, content):
    (folder / name).write_bytes(content)
    done = spotcheck(folder, "import", name, "--json")
    return orjson.loads(done.stdout), done


def test_all_rejects_are_in_a_private_file_that_is_named(folder):
    bad = b"".join(
        b'{"id": "b%d", "question": "q", "answer": "a", "created_at": "write to a@b.com"}\n' % i for i in range(150)
    )
    answer, done = imported(folder, "log.jsonl", b'{"id": "1", "question": "q", "answer": "a"}\n' + bad)
    (file,) = answer["files"]
    assert (answer["read"], answer["added"], answer["rejected"]) == (151, 1, 150) and done.returncode == 0
    listed = folder / file["rejects_file"]
    rows = [orjson.loads(line) for line in listed.read_bytes().splitlines()]
    assert [r["line"] for r in rows] == list(range(2, 152)) and {r["column"] for r in rows} == {"created_at"}
    assert b"a@b.com" not in listed.read_bytes() and listed.stat().st_mode & 0o077 == 0
    assert (file["file"], file["format"], file["notes"]) == ("log.jsonl", "jsonl", []) and file["reason"]
    shown = spotcheck(folder, "import", "log.jsonl", "--source", "again")
    assert "All 150 rejected: spotcheck.db.rejects/" in shown.stderr


def test_without_a_reject_there_is_no_file_and_a_failed_import_leaves_none(folder):
    answer, _ = imported(folder, "log.jsonl", b'{"id": "1", "question": "q", "answer": "a"}\n')
    assert answer["files"][0]["rejects_file"] is None and not (folder / "spotcheck.db.rejects").exists()
    packed = b"\x1f\x8b\x08\x00\x00\x00\x00\x00\x00\x03" + b"\x00" * 40
    (folder / "broken.jsonl.gz").write_bytes(packed)
    assert spotcheck(folder, "import", "broken.jsonl.gz").returncode == 2
    assert not (folder / "spotcheck.db.rejects").exists()


def test_one_bad_time_in_parquet_costs_one_row(folder):
    times = pa.array([1_764_000_000_000_000 + i for i in range(999)] + [2**62], pa.int64()).view(pa.timestamp("us"))
    table = pa.table({"id": [str(i) for i in range(1000)], "question": ["q"] * 1000, "created_at": times})
    pq.write_table(table, folder / "log.parquet")
    answer, done = imported(folder, "log.parquet", (folder / "log.parquet").read_bytes())
    assert (answer["added"], answer["rejected"]) == (999, 1), done.stderr
    reject = orjson.loads((folder / answer["files"][0]["rejects_file"]).read_bytes())
    assert (reject["line"], reject["column"]) == (1000, "created_at") and str(2**62) in reject["found"]
    assert reject["expected"] == "a value of the type timestamp[us] in range"
    shown = spotcheck(folder, "import", "log.parquet", "--source", "again")
    assert "The rejected record: spotcheck.db.rejects/" in shown.stderr


def test_one_open_quote_in_csv_costs_one_row(folder):
    lines = ["id,question,answer", *(f"{i},q,a" for i in range(201))]
    lines[101] = '100,"open,a'
    answer, _ = imported(folder, "log.csv", "\n".join(lines).encode())
    assert (answer["added"], answer["rejected"]) == (200, 1)
    assert answer["imports"][0]["rejections"][0]["line"] == 102


def test_values_that_json_forbids_are_mended_and_counted(folder):
    content = (
        b'{"id":"c1","question":"Where?","answer":"a","confidence":NaN,"metadata":{"n":"half \\ud83d"}}\n'
        b'{"id":"c2","question":"half \\udc00","answer":"a","latency_ms":Infinity}\n'
        b'{"id":123456789012345678901234567890,"question":"q","answer":"a"}\n'
        b'{"id":123456789012345678901234567891,"question":"q","answer":"a"}\n'
    )
    answer, done = imported(folder, "log.jsonl", content)
    assert (answer["added"], answer["rejected"]) == (4, 0), done.stderr
    notes = answer["files"][0]["notes"]
    assert [n.split(" × ")[0] for n in notes] == ["2", "2", "2"] and "U+FFFD" in notes[1]
    assert sum(weeks_in_log(log_of(folder / "spotcheck.db")).values()) == 4


def test_verdicts_of_a_log_that_cannot_count_are_reported(folder):
    rows = [
        {"id": "1", "question": "q", "answer": "a", "verdicts": {"j": {"correctnes": "wrong", "politeness": "Nice"}}},
        {
            "id": "2",
            "question": "q",
            "answer": "a",
            "verdicts": {"j": {"correctness": {"value": "wrong"}, "politeness": "n/a"}},
        },
    ]
    answer, done = imported(folder, "log.jsonl", b"\n".join(map(orjson.dumps, rows)))
    first, second = answer["files"][0]["notes"]
    assert "1 verdict in the dimension 'correctnes'" in first and "correctness" in first
    assert "1 verdict in the dimension 'politeness'" in second and "'Nice' (1)" in second and "friendly" in second
    assert "correctnes" in " ".join(done.stderr.split())


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("log.csv", "id;question, user;answer\n1;Wo?;Graz, Linz\n".encode("utf-16")),
        ("log.tsv", "\ufeffid\tquestion, user\tanswer\n1\tWo?\tx\n".encode()),
    ],
)
def test_other_separators_and_encodings_are_imported(folder, name, content):
    (folder / name).write_bytes(content)
    done = spotcheck(folder, "import", name, "--map", "question=question, user", "--json")
    assert orjson.loads(done.stdout)["added"] == 1, done.stderr


def test_feedback_that_nothing_knows_is_counted_and_said_once(folder):
    odd = b"".join(b'{"id": "%d", "question": "q", "answer": "a", "feedback": "awful"}\n' % i for i in range(15))
    known = b'{"id": "u", "question": "q", "answer": "a", "feedback": "up"}\n'
    known += b'{"id": "d", "question": "q", "answer": "a", "feedback": {"thumb": "down", "copied": true}}\n'
    answer, done = imported(folder, "log.jsonl", odd + known)
    (note,) = answer["files"][0]["notes"]
    assert answer["added"] == 17
    assert note.startswith("15 records with feedback that is neither a thumb up nor a thumb down: 'awful' (15)")
    assert "feedback:awful=down" in note and done.stderr.count("awful") == 2


def test_rejections_of_one_kind_are_one_line_with_a_count(folder):
    bad = b"".join(b'{"id": "%d", "question": "q", "answer": "a", "created_at": "done"}\n' % i for i in range(15))
    _, _ = imported(folder, "log.jsonl", b'{"id": "ok", "question": "q", "answer": "a"}\n')
    (folder / "bad.jsonl").write_bytes(bad + b'{"id": "x", "question": "q", "answer": "a", "created_at": "odd"}\n')
    shown = " ".join(spotcheck(folder, "import", "bad.jsonl").stderr.split())
    assert shown.count("found done, expected ISO 8601") == 1 and "(14 more like this)" in shown
    assert "bad.jsonl, line 16, created_at: found odd" in shown


def test_a_cell_that_cannot_be_read_costs_its_field_and_is_counted_and_said(folder):
    rows = (
        '{"id": "1", "question": "q", "status": "offen", "confidence": "hoch", "tags": 5, "feedback": "up"}\n'
        '{"id": "2", "question": "q", "status": "offen", "repaired": "vielleicht", "model": "m"}\n'
        '{"id": "3", "question": "q", "status": "error", "latency_ms": 3}\n'
    )
    (folder / "log.jsonl").write_text(rows, encoding="utf-8")
    done = spotcheck(folder, "import", "log.jsonl", "--json")
    (file,) = orjson.loads(done.stdout)["files"]
    assert (file["read"], file["added"], file["rejected"]) == (3, 3, 0)
    said = " ".join(file["notes"])
    assert "2 records with a status that cannot be read: 'offen' (2); expected ok or error. They came in" in said
    assert "such as status:offen=error" in said
    for field, found in (("confidence", "hoch"), ("tags", "5"), ("repaired", "vielleicht")):
        assert f"1 record with a {field} that cannot be read: '{found}' (1)" in said


@pytest.mark.parametrize("order", [("1,q", "1.0,again", "2.0,r"), ("2.0,r", "1.0,again", "1,q")])
@pytest.mark.parametrize("header", ["id,question", "question,id"])
def test_ids_with_and_without_a_decimal_are_one_id_in_a_file_and_said_across_files(folder, order, header):
    def lines(rows):
        return [row if header.startswith("id") else ",".join(reversed(row.split(","))) for row in rows]

    (folder / "log.csv").write_text("\n".join([header, *lines(order)]), encoding="utf-8")
    done = spotcheck(folder, "import", "log.csv", "--json")
    (file,) = orjson.loads(done.stdout)["files"]
    assert (file["read"], file["added"], file["changed"]) == (3, 2, 1)
    assert "in column 'id', 1.0 and 1 are one id" in file["notes"]
    (folder / "more.csv").write_text("\n".join([header, *lines(["2,r", "5,s"])]), encoding="utf-8")
    (file,) = orjson.loads(spotcheck(folder, "import", "more.csv", "--json").stdout)["files"]
    assert file["added"] == 2
    (note,) = [note for note in file["notes"] if "another form" in note]
    assert note.startswith("1 id of this import is in the log in another form too, such as 2 here and 2.0 there.")
