"""Raw records out of files: every bad input is named with its place, the rest is read on."""

import gzip

import orjson
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

import review.sources.raw
from review.basics.errors import InputError
from review.sources.raw import layout_of, read_raw


def rows(path, layout=None):
    return list(read_raw(path, layout or layout_of(path)))


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
def test_the_layout_is_told_by_content_and_suffix(tmp_path, name, content, layout):
    assert layout_of(written(tmp_path, name, content)) == layout


@pytest.mark.parametrize(
    ("name", "content", "message"),
    [
        ("a.jsonl", b"", "empty"),
        ("a.csv", b" \n\n", "empty"),
        ("a.jsonl.gz", gzip.compress(b"{}", mtime=0), "gzip"),
        ("a.xlsx", b"PK\x03\x04rest", "spreadsheet"),
        ("a.csv", "id,question\n".encode("utf-16"), "line 1, byte 0: found UTF-16"),
        ("a.txt", b"hello there", "neither JSON nor Parquet"),
    ],
)
def test_a_file_that_cannot_be_read_at_all_is_refused(tmp_path, name, content, message):
    with pytest.raises(InputError, match=message):
        layout_of(written(tmp_path, name, content))


def test_an_absent_file_and_a_folder_are_refused(tmp_path):
    with pytest.raises(InputError, match="no such file"):
        layout_of(tmp_path / "none.jsonl")
    with pytest.raises(InputError, match="this is a folder"):
        layout_of(tmp_path)


def test_bad_lines_of_jsonl_are_named_and_the_rest_is_read(tmp_path):
    content = b'\xef\xbb\xbf{"a": 1}\n\n{"a": NaN}\n[1]\n{"a": "\xff"}\n{"a": 2}'
    read = rows(written(tmp_path, "a.jsonl", content))
    assert [r.record for r in read] == [{"a": 1}, None, None, None, {"a": 2}]
    assert [r.line for r in read] == [1, 3, 4, 5, 6]
    assert "column 7" in read[1].error.expected
    assert (read[2].error.found, read[2].error.expected) == ("[1]", "a JSON object")
    assert read[3].error.found == "byte 7 is 0xff"
    assert read[-1].done == len(content)


def test_an_overlong_line_is_passed_over_without_being_read_into_memory(tmp_path, monkeypatch):
    monkeypatch.setattr(review.sources.raw, "MAX_LINE", 1000)
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


def test_bad_lines_of_csv_are_named_and_the_rest_is_read(tmp_path):
    read = rows(written(tmp_path, "a.csv", b'id;question\n1;caf\xe9\n2;a"b"c\n3;"x" y\n4;ok\n5;"never closed\n6;x\n'))
    assert [(r.line, r.record) for r in read] == [
        (2, None),
        (3, {"id": "2", "question": 'a"b"c'}),
        (4, None),
        (5, {"id": "4", "question": "ok"}),
        (6, None),
    ]
    assert read[0].error.found == "line 2, byte 5 is 0xe9"
    assert "lines 6 to 7" in read[-1].error.found


def test_a_header_that_names_a_column_twice_or_is_not_utf8_is_refused(tmp_path):
    with pytest.raises(InputError, match="column 'id' stands twice"):
        rows(written(tmp_path, "a.csv", "id,id\n1,2\n"))
    with pytest.raises(InputError, match="line 1: line 1, byte 1 is 0xe9"):
        rows(written(tmp_path, "b.csv", b"x\xe9,id\n1,2\n"))


def test_json_says_where_it_breaks(tmp_path):
    with pytest.raises(InputError, match="line 2, column 2: not readable as JSON"):
        rows(written(tmp_path, "a.json", '[{"a": 1},\n x]'))
    with pytest.raises(InputError, match="line 2, byte 10: found 0xff"):
        rows(written(tmp_path, "b.json", b'[{"a": 1\n,\xff}]'))
    with pytest.raises(InputError, match="array is empty"):
        rows(written(tmp_path, "c.json", "[]"))


def test_a_json_document_that_is_too_large_is_refused(tmp_path, monkeypatch):
    monkeypatch.setattr(review.sources.raw, "MAX_JSON", 10)
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


def test_jsonl_of_any_unicode_comes_through(tmp_path):
    text = "line\u2028break\x00 \U0001f600 e\u0301"
    assert rows(written(tmp_path, "a.jsonl", orjson.dumps({"a": text})))[0].record == {"a": text}
