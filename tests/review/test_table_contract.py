"""Every command that reads a table reads it in every form, and says the same whatever the form."""

import csv
import gzip
import io
import json

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from command_line import spotcheck
from golden_store import new_store
from hypothesis import given
from hypothesis import strategies as st

from review.basics.utf16 import has_zeros, utf16_of

ROUNDS = ["wrong partly wrong", "correct correct correct", "partly partly wrong", "wrong wrong -"]
RATINGS = [
    {"item": str(k), "rater": r, "label": v}
    for k, labels in enumerate(
        ["wrong partly wrong", "correct correct correct", "partly partly wrong", "wrong wrong -"]
    )
    for r, v in zip(("ana", "ben", "eva"), labels.split(), strict=True)
]
PAIRS = [("wrong", "wrong"), ("correct", "wrong"), ("correct", "correct"), ("N/A", "correct")]
PAIRED = [
    {"item": str(k), "truth": t, "verdict": v, "verdict_a": v, "verdict_b": t}
    for k, (t, v) in enumerate(
        [("wrong", "wrong"), ("correct", "wrong"), ("correct", "correct"), ("N/A", "correct")] * 3
    )
]
COMMANDS = {
    "agreement": (RATINGS, ["agreement", "--scale", "nominal", "--bootstrap", "0", "--json", "--file"]),
    "consensus": (RATINGS, ["consensus", "--json", "--file"]),
    "alt-test": (RATINGS, ["alt-test", "--judge", "eva", "--json", "--file"]),
    "calibrate": (PAIRED, ["calibrate", "--positive", "wrong", "--bootstrap", "0", "--json", "--file"]),
    "compare-judges": (PAIRED, ["compare-judges", "--json", "--file"]),
    "quality": (PAIRED, ["quality", "--positive", "wrong", "--json", "--file"]),
    "gate": (
        [{"case": str(k), "baseline": "1", "candidate": str(int(k % 4 > 0))} for k in range(12)],
        ["gate", "--json", "--file"],
    ),
    "labels import": (
        [{**r, "dimension": "correctness", "at": "2026-11-24T10:00:00Z"} for r in RATINGS],
        ["labels", "import", "--week", "2026-W48", "--json"],
    ),
    "verdicts import": (
        [{"item": str(k), "judge": "j", "dimension": "correctness", "label": v} for k, v in enumerate(["wrong", "NA"])],
        ["verdicts", "import", "--json"],
    ),
    "golden import": (
        [{"id": f"g{k}", "question": f"Where is {k}?", "expected_answer": "In Graz, or Linz."} for k in range(2)],
        ["golden", "import", "--json"],
    ),
}


def as_csv(rows, separator=","):
    out = io.StringIO(newline="")
    writer = csv.DictWriter(out, list(rows[0]), delimiter=separator, lineterminator="\r\n")
    writer.writeheader()
    writer.writerows(rows)
    return out.getvalue()


def as_parquet(rows):
    out = io.BytesIO()
    pq.write_table(pa.Table.from_pylist(rows), out)
    return out.getvalue()


FORMS = {
    "semicolon.csv": lambda rows: as_csv(rows, ";").encode(),
    "tab.tsv": lambda rows: as_csv(rows, "\t").encode(),
    "tab.txt": lambda rows: as_csv(rows, "\t").encode(),
    "pipe.csv": lambda rows: as_csv(rows, "|").encode(),
    "bom.csv": lambda rows: as_csv(rows, ";").encode("utf-8-sig"),
    "utf16.csv": lambda rows: as_csv(rows, "\t").encode("utf-16"),
    "utf16-le.csv": lambda rows: as_csv(rows).encode("utf-16-le"),
    "utf16-be.tsv": lambda rows: as_csv(rows, "\t").encode("utf-16-be"),
    "utf16-be.jsonl": lambda rows: "\n".join(map(json.dumps, rows)).encode("utf-16-be"),
    "packed-utf16-le.json.gz": lambda rows: gzip.compress(json.dumps(rows).encode("utf-16-le")),
    "packed.csv.gz": lambda rows: gzip.compress(as_csv(rows).encode()),
    "array.json": lambda rows: json.dumps(rows, indent=1).encode(),
    "lines.jsonl": lambda rows: "\n".join(map(json.dumps, rows)).encode(),
    "packed.jsonl.gz": lambda rows: gzip.compress("\n".join(map(json.dumps, rows)).encode()),
    "columns.parquet": as_parquet,
}


@pytest.fixture(scope="module")
def run(tmp_path_factory):
    """Run a command on a table, against a store of its own that knows the items; the answer without file names."""
    answers = {}

    def once(command, form, content):
        folder = tmp_path_factory.mktemp("form")
        path, store_path = folder / form, folder / "spotcheck.db"
        path.write_bytes(content)
        arguments = [*COMMANDS[command][1], str(path)]
        if " import" in command:
            new_store(folder)
            arguments += ["--store", str(store_path), "--as", "lea"]
            if command == "verdicts import":
                (folder / "items.csv").write_text(
                    "item,rater,dimension,label\n0,a,correctness,wrong\n1,a,correctness,wrong\n"
                )
                first = ["labels", "import", str(folder / "items.csv"), *arguments[4:]]
                assert spotcheck(folder, *first).returncode == 0
        done = spotcheck(folder, *arguments)
        assert done.returncode in (0, 1, 3) and done.stdout, done.stderr
        answer = json.loads(done.stdout)
        for name in ("examples", "format", "id"):
            answer.pop(name, None)
        return json.loads(json.dumps(answer).replace(str(path), "FILE"))

    def remembered(command, form, content):
        if (command, form) not in answers:
            answers[command, form] = once(command, form, content)
        return answers[command, form]

    return remembered


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("command", COMMANDS)
def test_the_form_of_a_table_changes_no_answer(run, command, form):
    rows = COMMANDS[command][0]
    plain = run(command, "comma.csv", as_csv(rows).encode())
    assert run(command, form, FORMS[form](rows)) == plain


@pytest.mark.parametrize("command", [c for c in COMMANDS if c not in ("gate", "golden import")])
def test_what_stands_for_a_missing_value_is_counted_and_said(run, command):
    answer = run(command, "comma.csv", as_csv(COMMANDS[command][0]).encode())
    (said,) = [n for n in answer["notes"] if "missing" in n]
    assert "'-' (1)" in said or "'N/A' (" in said or "'NA' (1)" in said, said


def test_a_verdict_that_says_it_is_missing_is_no_verdict(run):
    answer = run("verdicts import", "comma.csv", as_csv(COMMANDS["verdicts import"][0]).encode())
    assert answer["added"] == 2 and answer["no_verdict"] == {"missing": 1}
    assert answer["values"] == {"correctness": {"wrong": 1}} and answer["unknown_values"] == {}


def test_text_that_is_neither_utf8_nor_utf16_is_refused_with_what_to_do(tmp_path):
    path = tmp_path / "ratings.csv"
    path.write_bytes(as_csv(RATINGS).encode("utf-32-le"))
    done = spotcheck(tmp_path, *COMMANDS["agreement"][1], str(path))
    assert done.returncode == 2
    assert "found zero bytes, expected text in UTF-8 or UTF-16. Save the file as UTF-8." in " ".join(
        done.stderr.split()
    )


@given(
    st.lists(st.text(st.characters(codec="utf-16", exclude_characters='\0\r\n,;\t|"'), max_size=12), min_size=1),
    st.sampled_from(["utf-16-le", "utf-16-be"]),
)
def test_utf16_without_a_mark_is_recognised_and_utf8_is_not_taken_for_it(cells, codec):
    text = "id,question\n" + "".join(f"{k},{cell}\n" for k, cell in enumerate(cells))
    assert utf16_of(text.encode("utf-8")) is None and not has_zeros(text.encode("utf-8"))
    if all(c >= " " for c in text.replace("\n", "")):
        assert utf16_of(text.encode(codec)) == codec
    assert utf16_of(text.encode("utf-16")) == "utf-16"
