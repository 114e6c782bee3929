"""Raw records out of files: every bad input is named with its place, the rest is read on."""

import csv
import gzip
import io
import tempfile
from pathlib import Path

import orjson
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from examples import examples
from hypothesis import given
from hypothesis import strategies as st

import review.basics.raw_json
from review.basics.errors import InputError
from review.basics.input_file import input_file
from review.basics.raw import layout_of, read_raw


def rows(path, layout=None):
    given = input_file(path)
    return list(read_raw(given, layout or layout_of(given)))


def written(folder, name, content):
    path = folder / name
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return path


@pytest.mark.parametrize(
    ("name", "content", "layout"),
    [
        ("a.jsonl", '{"a": 1}\n', "jsonl"),
        ("a.log", '{"a": 1}\n{"a": 2}\n', "jsonl"),
        ("a.json", '[{"a": 1}]', "json"),
        ("a.json", '{\n"a": 1\n}', "json"),
        ("a.json", '{"a": 1}\n{"a": 2}\n', "jsonl"),
        ("a.csv", "a\n1\n", "csv"),
        ("a.csv", '"[x]",b\n1,2\n', "csv"),
    ],
)
def test_content_and_suffix_decide_the_layout(tmp_path, name, content, layout):
    assert layout_of(input_file(written(tmp_path, name, content))) == layout


@pytest.mark.parametrize(
    ("name", "content", "message"),
    [
        ("a.jsonl", b"", "empty"),
        ("a.csv", b" \n\n", "empty"),
        ("a.jsonl.gz", gzip.compress(b"{}" * 99, mtime=0)[:15], "gzip"),
        ("a.xlsx", b"PK\x03\x04rest", "spreadsheet.*Save a spreadsheet as CSV"),
        ("a.txt", b"hello there", "neither JSON nor Parquet"),
    ],
)
def test_a_file_that_cannot_be_read_at_all_is_refused(tmp_path, name, content, message):
    with pytest.raises(InputError, match=message):
        layout_of(input_file(written(tmp_path, name, content)))


def test_an_absent_file_and_a_folder_are_refused(tmp_path):
    with pytest.raises(InputError, match="no such file"):
        layout_of(input_file(tmp_path / "none.jsonl"))
    with pytest.raises(InputError, match="found a folder"):
        layout_of(input_file(tmp_path))


def test_bad_lines_of_jsonl_are_reported_and_the_others_read(tmp_path):
    content = b'\xef\xbb\xbf{"a": 1}\n\n{"a": Nil}\n[1]\n{"a": "\xff"}\n{"a": 2}'
    read = rows(written(tmp_path, "a.jsonl", content))
    assert [r.record for r in read] == [{"a": 1}, None, None, None, {"a": 2}]
    assert [r.line for r in read] == [1, 3, 4, 5, 6]
    assert "column 7" in read[1].error.expected
    assert (read[2].error.found, read[2].error.expected) == ("[1]", "a JSON object")
    assert read[3].error.found == "byte 7 is 0xff"
    assert read[-1].done == len(content)


def test_an_overlong_line_is_skipped_without_reading_it_into_memory(tmp_path, monkeypatch):
    monkeypatch.setattr(review.basics.raw_json, "MAX_LINE", 1000)
    path = written(tmp_path, "a.jsonl", b'{"a": "' + b"x" * 5_000_000 + b'"}\n{"a": 2}\n')
    read = rows(path)
    assert [r.record for r in read] == [None, {"a": 2}]
    assert read[0].error.found == "a line of 5 MB"


def test_csv_counts_lines_over_line_breaks_in_quotes(tmp_path):
    read = rows(written(tmp_path, "a.csv", 'id,question\r\n1,"two\nlines"\r\n\r\n2\r\n3,x\r\n'))
    assert [(r.line, r.record) for r in read] == [
        (2, {"id": "1", "question": "two\nlines"}),
        (5, None),
        (6, {"id": "3", "question": "x"}),
    ]
    assert (read[1].error.found, read[1].error.expected[:16]) == ("1 fields", "2 (id, question)")


def test_bad_lines_of_csv_are_reported_and_the_others_read(tmp_path):
    read = rows(written(tmp_path, "a.csv", b'id;question\n1;caf\xe9\n2;a"b"c\n3;"x" y\n4;ok\n5;"never closed\n6;x\n'))
    assert [(r.line, r.record) for r in read] == [
        (2, None),
        (3, {"id": "2", "question": 'a"b"c'}),
        (4, None),
        (5, {"id": "4", "question": "ok"}),
        (6, None),
        (7, {"id": "6", "question": "x"}),
    ]
    assert read[0].error.found == "line 2, byte 5 is 0xe9"
    assert "lines 6 to 7" in read[-2].error.found


@pytest.mark.parametrize(
    ("lines", "bad"),
    [
        (['1,"How', *(f"{k},q" for k in range(2, 102))], [2]),
        (['1,"How', *(f'{k},"q"' for k in range(2, 102))], [2]),
        (['1,"How', *(f'{k},""' for k in range(2, 9)), '9,"Why', "10,q"], [2, 10]),
        (["1,x", '2,"two', 'lines"', '3,"How', "4,q"], [5]),
        (["1,x", '2,"two', 'lines",extra', "3,q"], [3]),
        (['1,"How', "2,caf\udce9", "3,q"], [2, 3]),
        (['"1,How', '2,he said "yes"', "3,q"], [2]),
    ],
)
def test_a_quote_left_open_costs_one_row(tmp_path, lines, bad):
    content = "\n".join(["id,question", *lines]).encode("utf-8", "surrogateescape")
    read = rows(written(tmp_path, "a.csv", content))
    assert [r.line for r in read if r.record is None] == bad
    assert all(f"line{'s' if ' to ' in r.error.found else ''} {r.line}" in r.error.found for r in read if r.error)


@examples(60)
@given(
    st.lists(st.lists(st.text('ab,;"\n ', max_size=6), min_size=2, max_size=2), min_size=1, max_size=8),
    st.integers(0, 7),
    st.sampled_from(",;\t|"),
)
def test_rows_beside_a_quote_left_open_are_read(table, place, separator):
    """Rows without quotes after the open one are read whatever stands before it."""
    out = io.StringIO(newline="")
    writer = csv.writer(out, delimiter=separator, lineterminator="\n")
    writer.writerows([["id", "text"], *([f"i{k}", *row[1:]] for k, row in enumerate(table))])
    whole = out.getvalue().splitlines(keepends=True)
    content = out.getvalue() + f'bad{separator}"open\n' + f"last{separator}row\n" * (place + 1)
    assert whole
    with tempfile.TemporaryDirectory() as folder:
        read = rows(written(Path(folder), "a.csv", content))
    assert sum(r.record == {"id": "last", "text": "row"} for r in read) == place + 1
    assert sum(r.record is None for r in read) == 1


@pytest.mark.parametrize(
    ("content", "header"),
    [
        ("id;question, user;answer, bot, first, second\n1;Wo ist es?;In Köln\n", 3),
        ("id|question\n1|a;b,c\n", 2),
        ("id\tq, a\n1\tx\n", 2),
        ("id,label\n1,a|b\n", 2),
        ("id;a\n", 2),
        ('"id;x",b\n1,2\n', 2),
        ("only\n1\n", 1),
    ],
)
def test_the_separator_is_the_one_that_splits_the_rows_alike(tmp_path, content, header):
    read = rows(written(tmp_path, "a.csv", content))
    assert all(len(r.record) == header for r in read)


@pytest.mark.parametrize("name", ["a.csv", "a.jsonl"])
@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16", "gzip", "utf-16+gzip"])
def test_a_file_is_unpacked_and_decoded(tmp_path, name, encoding):
    text = "id,q\n1,caf\u00e9 \u2028 x\n" if name == "a.csv" else '{"id":"1","q":"caf\u00e9 \u2028 x"}\n'
    content = text.encode(encoding.split("+")[0] if encoding != "gzip" else "utf-8")
    if "gzip" in encoding:
        name, content = f"{name}.gz", gzip.compress(content, mtime=0)
    assert rows(written(tmp_path, name, content))[0].record == {"id": "1", "q": "caf\u00e9 \u2028 x"}


def test_a_gzip_file_that_breaks_off_is_refused(tmp_path):
    content = gzip.compress(b"id,q\n" + bytes(range(48, 58)) * 5000, compresslevel=0)
    with pytest.raises(InputError, match="not readable as gzip"):
        rows(written(tmp_path, "a.csv.gz", content[:-500]))


@pytest.mark.parametrize(
    ("text", "record", "mended"),
    [
        ('{"a": NaN, "b": [-Infinity, 1]}', {"a": None, "b": [None, 1]}, {"number": 2}),
        ('{"a": 1e999}', {"a": None}, {"number": 1}),
        ('{"a": "half \\ud83d", "\\udc00": 1}', {"a": "half \ufffd", "\ufffd": 1}, {"half": 2}),
        ('{"id": 18446744073709551616}', {"id": "18446744073709551616"}, {"long": 1}),
        ('{"id": 18446744073709551615}', {"id": 18446744073709551615}, {}),
        ('{"a": NaN, "n": -9223372036854775809}', {"a": None, "n": "-9223372036854775809"}, {"number": 1, "long": 1}),
        ('{"a": "\\ud83d\\ude00 NaN"}', {"a": "\U0001f600 NaN"}, {}),
    ],
)
@pytest.mark.parametrize("name", ["a.jsonl", "a.json"])
def test_what_json_forbids_costs_no_record(tmp_path, text, record, mended, name):
    (read,) = rows(written(tmp_path, name, f"[{text}]" if name == "a.json" else text))
    assert read.record == record and dict(read.mended) == mended


def test_a_header_that_names_a_column_twice_or_is_not_utf8_is_refused(tmp_path):
    with pytest.raises(InputError, match="found the column 'id' twice"):
        rows(written(tmp_path, "a.csv", "id,id\n1,2\n"))
    with pytest.raises(InputError, match="line 1: line 1, byte 1 is 0xe9"):
        rows(written(tmp_path, "b.csv", b"x\xe9,id\n1,2\n"))


def test_json_says_where_it_breaks(tmp_path):
    with pytest.raises(InputError, match="line 2, column 2: not readable as JSON"):
        rows(written(tmp_path, "a.json", '[{"a": 1},\n x]'))
    with pytest.raises(InputError, match="line 2, byte 10: found 0xff"):
        rows(written(tmp_path, "b.json", b'[{"a": 1\n,\xff}]'))
    with pytest.raises(InputError, match="it holds no records: found an empty list"):
        rows(written(tmp_path, "c.json", "[]"))


def test_a_json_document_that_is_too_large_is_refused(tmp_path, monkeypatch):
    monkeypatch.setattr(review.basics.raw_json, "MAX_JSON", 10)
    with pytest.raises(InputError, match="one record per line"):
        rows(written(tmp_path, "a.json", '[{"a": "0123456789"}]'))


def test_json_elements_that_are_no_objects_are_named(tmp_path):
    read = rows(written(tmp_path, "a.json", '[{"a": 1}, 2]'))
    assert [(r.line, r.record) for r in read] == [(1, {"a": 1}), (2, None)]


def test_parquet_is_read_by_rows_and_a_damaged_one_is_refused(tmp_path):
    path = tmp_path / "a.parquet"
    pq.write_table(pa.table({"id": list(range(5000)), "m": [[{"role": "user", "content": "x"}]] * 5000}), path)
    read = rows(path)
    assert len(read) == 5000
    assert read[4999].line == 5000 and read[4999].record == {"id": 4999, "m": [{"role": "user", "content": "x"}]}
    assert read[4999].done == path.stat().st_size
    path.write_bytes(path.read_bytes()[:-20])
    with pytest.raises(InputError, match="not readable as Parquet"):
        rows(path)


def test_jsonl_of_any_unicode_is_read_unchanged(tmp_path):
    text = "line\u2028break\x00 \U0001f600 e\u0301"
    assert rows(written(tmp_path, "a.jsonl", orjson.dumps({"a": text})))[0].record == {"a": text}


@pytest.mark.parametrize("kind", [pa.timestamp("us"), pa.timestamp("s", tz="UTC"), pa.date32(), pa.date64()])
def test_a_time_out_of_range_in_parquet_costs_its_row(tmp_path, kind):
    far = {32: 2**30, 64: 2**62}[kind.bit_width] if kind != pa.timestamp("s", tz="UTC") else 2**45
    stored = pa.array([1, far, 2], pa.int32() if kind.bit_width == 32 else pa.int64())
    path = tmp_path / "a.parquet"
    pq.write_table(pa.table({"id": ["a", "b", "c"], "other": stored.view(kind)}), path)
    read = rows(path)
    assert [r.record and r.record["id"] for r in read] == ["a", None, "c"]
    assert (read[1].line, read[1].error.field) == (2, "other") and "in range" in read[1].error.expected
