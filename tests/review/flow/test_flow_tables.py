"""Small tables from people: read strictly, and every refusal says where."""

import io
import sys
from types import SimpleNamespace

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from examples import examples
from hypothesis import HealthCheck, given
from hypothesis import strategies as st

from review.basics.errors import InputError
from review.basics.tables import read_table

WANT = ["item", "rater", ("label", "value")]


def write(folder, content, name="t.csv"):
    path = folder / name
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return path


@pytest.mark.parametrize(
    ("content", "name", "sentence"),
    [
        ("", "t.csv", "t.csv: the file is empty"),
        (" \n\t\n", "t.csv", "t.csv: the file is empty"),
        ("item,rater,label\n", "t.csv", "t.csv: there are no rows below the header"),
        ("item,rater\na,b\n", "t.csv", "t.csv, line 1: column 'label' or 'value' is missing; found item, rater"),
        (
            "item,rater,label\na,b,c\na,b\n",
            "t.csv",
            r"t.csv, line 3: found '2 fields', expected 3 \(item, rater, label\)",
        ),
        ("item,rater,label\na,b,c,d\n", "t.csv", "t.csv, line 2: found '4 fields'"),
        ("item,rater,label,item\na,b,c,d\n", "t.csv", "t.csv, line 1: found the column 'item' twice"),
        ('item,rater,label\na,b,"c\n', "t.csv", "t.csv, line 2: found .* unreadable as CSV"),
        ('item,rater,label\n"a\nb",x,y\na,"b"c,d\n', "t.csv", "t.csv, line 4: found .* unreadable as CSV"),
        (b"item,rater,label\na,b,\xff\n", "t.csv", r"t.csv, line 2: found .*xff.*, expected UTF-8 .* its encoding"),
        ('{"item": 1}\n{"item": }\n', "t.jsonl", "t.jsonl, line 2: found .* expected one JSON object"),
        ('{"item": 1}\n\n[1]\n', "t.jsonl", "t.jsonl, line 3: found .* expected a JSON object"),
        ('{"item": 1}\n', "t.jsonl", "column 'rater', 'label' or 'value' is missing"),
        (b"PAR1 nonsense", "t.parquet", "t.parquet: not readable as Parquet"),
    ],
)
def test_a_file_that_cannot_be_read_is_refused_with_the_place(tmp_path, content, name, sentence):
    with pytest.raises(InputError, match=sentence):
        read_table(write(tmp_path, content, name), required=WANT)


def test_a_missing_file_is_named(tmp_path):
    with pytest.raises(InputError, match=r"nowhere.csv: there is no such file"):
        read_table(tmp_path / "nowhere.csv", required=WANT)
    with pytest.raises(InputError, match="found a folder, expected a file"):
        read_table(tmp_path, required=WANT)


def test_cells_are_read_with_the_line_they_stood_on(tmp_path):
    text = '\ufeffitem, rater ,value,note\n"a,1",ana,"two\nlines",x\n\n  b , ben,,y\n'
    found = read_table(write(tmp_path, text), required=WANT)
    assert found.columns == ("item", "rater", "label") and found.has("label") and not found.has("note")
    assert [(r.line, r.text("item"), r.text("rater"), r.text("label")) for r in found.rows] == [
        (2, "a,1", "ana", "two\nlines"),
        (5, "b", "ben", ""),
    ]
    assert found.notes == (f"{tmp_path / 't.csv'}: ignored column(s) note",)
    with pytest.raises(InputError, match=r"t.csv, line 5, column 'value': found '', expected a value"):
        found.rows[1].required("label")


@pytest.mark.parametrize("text", ["inf", "-inf", "much", "1,5", "0x10"])
def test_what_is_no_number_is_refused_with_line_and_column(tmp_path, text):
    (row,) = read_table(write(tmp_path, f'item,rater,label\na,b,"{text}"\n'), required=WANT).rows
    with pytest.raises(InputError, match=r"t.csv, line 2, column 'label': found .* expected a (finite )?number"):
        row.number("label")


def test_numbers_and_defaults(tmp_path):
    (row,) = read_table(write(tmp_path, "item,rater,label\n 1.5 ,,2e3\n"), required=WANT).rows
    assert (row.number("item"), row.number("rater"), row.number("label")) == (1.5, None, 2000.0)
    for text in ("nan", "NA", "null", "-"):
        (gap,) = read_table(write(tmp_path, f"item,rater,label\na,b,{text}\n"), required=WANT).rows
        assert gap.number("label", default=3.0) == 3.0
    assert row.number("rater", default=7.0) == 7.0 and row.number("absent", default=1.0) == 1.0


def test_the_same_rows_in_every_format(tmp_path):
    rows = [{"item": "1", "rater": "ana", "label": "true"}, {"item": "2", "rater": "ben", "label": None}]
    pq.write_table(pa.Table.from_pylist([{**r, "label": r["label"] and True} for r in rows]), tmp_path / "t.parquet")
    files = [
        write(tmp_path, "item,rater,label\n1,ana,true\n2,ben,\n"),
        write(tmp_path, '{"item":1,"rater":"ana","label":true}\n{"item":"2","rater":"ben"}', "t.jsonl"),
        write(tmp_path, '{"item":1,"rater":"ana","label":true}\n{"item":"2","rater":"ben"}', "t.txt"),
        tmp_path / "t.parquet",
    ]
    for file in files:
        found = read_table(file, required=WANT)
        assert [[r.text(c) for c in ("item", "rater", "label")] for r in found.rows] == [
            ["1", "ana", "true"],
            ["2", "ben", ""],
        ]


def test_a_dash_is_standard_input(monkeypatch):
    data = SimpleNamespace(buffer=io.BytesIO(b"item,rater,label\na,b,c\nd\n"))
    monkeypatch.setattr(sys, "stdin", data)
    with pytest.raises(InputError, match="standard input, line 3: found '1 fields'"):
        read_table("-", required=WANT)


@examples(80, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(content=st.binary(max_size=60), name=st.sampled_from(["t.csv", "t.jsonl", "t.parquet"]))
def test_any_bytes_are_read_or_refused(tmp_path, content, name):
    try:
        read_table(write(tmp_path, content, name), required=["item"])
    except InputError as error:
        assert str(error).startswith(str(tmp_path / name))
