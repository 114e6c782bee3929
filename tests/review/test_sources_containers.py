"""Records inside pages, objects by ids, text, packed files, archives and spreadsheets; and files that are traps."""

import gzip
import io
import json
import zipfile
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given
from hypothesis import strategies as st

from review.basics import input_file as packed_files
from review.basics import json_stream, unpacking
from review.basics.errors import InputError
from review.basics.input_file import InputFile, input_file
from review.basics.input_files import files_of
from review.basics.record import MAX_COLUMNS
from review.sources.file_sets import file_sets
from review.sources.files import opened_file

ROWS = [{"id": str(n), "question": f"Q{n}", "answer": "A"} for n in range(3)]
ODD = [{"key": n, "text": f"Q{n}"} for n in range(3)]


def written(folder: Path, name: str, content) -> Path:
    path = folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    if not isinstance(content, bytes):
        content = (content if isinstance(content, str) else json.dumps(content)).encode()
    path.write_bytes(content)
    return path


def opened(path, *, records=None, mapping=None, format="auto"):
    return opened_file(input_file(path), format=format, mapping=mapping or {}, records=records)


def ids(path, **choices):
    found = opened(path, **choices)
    return [raw.record["id"] if raw.record else raw.error.field for raw in found.raws]


@pytest.mark.parametrize("indent", [None, 1])
@pytest.mark.parametrize(
    "document",
    [
        ROWS,
        {"data": ROWS, "meta": {"page": 1}},
        {"results": {"results": ROWS}, "version": 3},
        {"a": {"b": {"runs": ROWS}}},
        json.dumps(ROWS),
        json.dumps(json.dumps({"data": ROWS})),
        {"data": json.dumps(ROWS)},
        {row["id"]: {k: v for k, v in row.items() if k != "id"} for row in ROWS},
        {"rows": {row["id"]: row for row in ROWS}},
        [{"data": ROWS[:2]}, {"data": ROWS[2:]}],
    ],
    ids=["list", "page", "nested", "deep", "text", "text-in-text", "text-in-page", "map", "map-inside", "pages"],
)
def test_the_records_of_a_document_are_found_wherever_they_are(tmp_path, document, indent):
    assert ids(written(tmp_path, "a.json", json.dumps(document, indent=indent))) == ["0", "1", "2"]


@pytest.mark.parametrize(
    "lines",
    [
        [{"data": ROWS[:2]}, {"data": ROWS[2:]}],
        [ROWS[:2], ROWS[2:]],
        [json.dumps(row) for row in ROWS],
    ],
    ids=["pages", "lists", "text"],
)
def test_the_records_of_lines_are_found_and_keep_their_line(tmp_path, lines):
    path = written(tmp_path, "a.jsonl", "\n".join(json.dumps(line) for line in lines))
    found = opened(path)
    assert [(raw.line, raw.record["id"]) for raw in found.raws][::2] == [(1, "0"), (2 if len(lines) == 2 else 3, "2")]


def test_what_is_not_read_is_said(tmp_path):
    found = opened(written(tmp_path, "a.json", {"data": ROWS, "users": ODD, "n": 3}))
    assert found.notes == ["the file keeps its records under data", "not read: 3 entries at users"]


def test_a_page_of_unknown_records_offers_their_keys(tmp_path):
    path = written(tmp_path, "a.json", {"data": ODD, "meta": {"page": 1}})
    with pytest.raises(InputError, match="found the keys key, text"):
        opened(path)
    assert len(list(opened(path, mapping={"question": "text"}).raws)) == 3


def test_a_mapping_that_leads_into_one_of_many_records_is_explained(tmp_path):
    path = written(tmp_path, "a.json", {"data": ODD})
    with pytest.raises(InputError, match=r"records are at data, .*'data.0.text' of question .*inside a record: text"):
        opened(path, mapping={"question": "data.0.text"})


def test_two_lists_that_could_be_the_records_ask_for_the_path(tmp_path):
    path = written(tmp_path, "a.json", {"first": ROWS, "second": ROWS})
    with pytest.raises(InputError, match="may be at first or second") as failed:
        opened(path)
    assert "--records" in failed.value.command_hint
    assert ids(path, records="second") == ["0", "1", "2"]
    with pytest.raises(InputError, match=r"nothing at the path 'third'; lists of records are at 'first', 'second'"):
        opened(path, records="third")


def test_a_path_for_rows_that_are_records_is_refused(tmp_path):
    with pytest.raises(InputError, match="each row of this file is a record"):
        opened(written(tmp_path, "a.csv", "id,question\n1,Q\n"), records="data")


def test_records_that_a_format_knows_are_never_taken_apart(tmp_path):
    chat = {"messages": [{"role": "user", "content": "Hi"}, {"role": "assistant", "content": "Ho"}], "data": ROWS}
    assert len(list(opened(written(tmp_path, "a.json", chat)).raws)) == 1


def test_odd_numbers_half_characters_and_bad_bytes_cost_a_field_or_a_row(tmp_path):
    text = b'{"data": [{"id": "1", "question": "Q", "confidence": NaN}, {"id": "2", "question": "half \\ud83d"},'
    text += b' {"id": "3", "question": "bad \xff byte"}, {"id": 18446744073709551616, "question": "Q"}, 5]}'
    raws = list(opened(written(tmp_path, "a.json", text)).raws)
    assert [raw.record and raw.record["id"] for raw in raws] == ["1", "2", None, "18446744073709551616", None]
    assert [dict(raw.mended) for raw in raws] == [{"number": 1}, {"half": 1}, {}, {"long": 1}, {}]
    assert "0xff" in raws[2].error.found and raws[4].error.expected


@pytest.mark.parametrize("at", ["data", None])
def test_documents_larger_than_their_beginning_are_read_one_by_one(tmp_path, monkeypatch, at):
    monkeypatch.setattr(json_stream, "CHUNK", 100)
    monkeypatch.setattr(json_stream, "HEAD", 2_000)
    rows = [{"id": str(n), "question": "Q" * (n % 300) or "Q", "n": n * 1.5} for n in range(500)]
    before, after = ('{"page": 1, "data": ', ', "next": [1, 2]}') if at else ("", "")
    path = written(tmp_path, "a.json", before + json.dumps(rows) + after)
    found = list(opened(path).raws)
    assert [raw.record for raw in found] == rows
    assert [raw.line for raw in found] == list(range(1, 501))
    done = [raw.done for raw in found]
    assert done == sorted(done) and done[0] > 0 and done[-1] <= path.stat().st_size


@pytest.mark.parametrize("end", ["[]", "}", ', {"id": "x"}]', '{"data": []}'])
def test_text_after_a_large_document_is_never_left_out_in_silence(tmp_path, monkeypatch, end):
    monkeypatch.setattr(json_stream, "HEAD", 100)
    for document in (ROWS * 20, {"data": ROWS * 20}):
        with pytest.raises(InputError, match="not readable as JSON"):
            list(opened(written(tmp_path, "a.json", json.dumps(document, indent=1) + end)).raws)


def test_a_large_request_of_spans_is_read_in_parts(tmp_path, monkeypatch):
    monkeypatch.setattr(json_stream, "CHUNK", 100)
    monkeypatch.setattr(json_stream, "HEAD", 2_000)
    monkeypatch.setattr(json_stream, "MAX_LINE", 5_000)
    spans = [{"traceId": f"{n + 1:032x}", "spanId": f"{n + 1:016x}", "name": "x", "attributes": []} for n in range(100)]
    document = {"resourceSpans": [{"resource": {}, "scopeSpans": [{"spans": [span]}]} for span in spans]}
    found = opened(written(tmp_path, "a.json", document))
    assert found.detected.format == "otlp"
    assert [raw.record["scopeSpans"][0]["spans"][0] for raw in found.raws] == spans


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ('[{"id": "1", "question": "Q"}, {"id":', "not readable as JSON"),
        ('{"data": [{"id": "1", "question": "Q"}] "x": 1}', "not readable as JSON"),
        ('{"data": [{"id": "1", "question": "Q"}]} more', "not readable as JSON"),
        ("[]", "found an empty list"),
        ("{}", "found an empty object"),
        ("null", "found null, expected JSON objects"),
        ("[{}, {}]", "found 2 records without any field"),
        ('{"data": [{}]}', "found an empty object"),
        ('{"data": []}', "it holds no records: the list at 'data' is empty"),
        ("[1, 2]", "found '1', expected a JSON object"),
    ],
)
def test_a_document_that_breaks_off_or_holds_no_records_is_refused(tmp_path, text, message):
    with pytest.raises(InputError, match=message):
        list(opened(written(tmp_path, "a.json", text)).raws)


@given(
    st.recursive(
        st.none() | st.booleans() | st.floats(allow_nan=False) | st.integers(-(2**60), 2**60) | st.text(),
        lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
        max_leaves=12,
    ),
    st.integers(1, 40),
    st.booleans(),
)
def test_a_document_is_walked_as_the_standard_library_reads_it(value, chunk, ascii):
    text = json.dumps([value, {"x": value}], ensure_ascii=ascii).encode()
    before, json_stream.CHUNK = json_stream.CHUNK, chunk
    try:
        given_file = InputFile("a.json", data=text)
        found = [json.loads(one) for _, _, one, _ in json_stream.records_at(given_file, (), named=False)]
        head, whole = json_stream.head_of(given_file)
    finally:
        json_stream.CHUNK = before
    assert found == [value, {"x": value}]
    assert whole and head == found


JSONL = "".join(json.dumps(row) + "\n" for row in ROWS)


@pytest.mark.parametrize("name", ["a.jsonl.zst", "a.json.zst", "a.csv.zst", "a.jsonl.gz", "a.json.gz"])
def test_packed_files_are_read(tmp_path, name):
    text = {"jsonl": JSONL, "json": json.dumps(ROWS), "csv": "id,question\n0,Q\n1,Q\n2,Q\n"}[name.split(".")[1]]
    data = text.encode()
    packed = pa.compress(data, codec="zstd", asbytes=True) if name.endswith("zst") else gzip.compress(data)
    assert ids(written(tmp_path, name, packed)) == ["0", "1", "2"]


PACKINGS = {"gz": gzip.compress, "zst": lambda data: pa.compress(data, codec="zstd", asbytes=True)}


def tables(folder):
    """The bytes of a Parquet file and of a spreadsheet with the same rows."""
    pq.write_table(pa.Table.from_pylist(ROWS), folder / "rows.parquet")
    sheet = [["id", "question"], *([row["id"], row["question"]] for row in ROWS)]
    return {"parquet": (folder / "rows.parquet").read_bytes(), "xlsx": spreadsheet(folder, {"A": sheet}).read_bytes()}


@pytest.mark.parametrize("packing", PACKINGS)
@pytest.mark.parametrize("in_memory", [10, 1_000_000])
def test_packed_tables_are_read_also_in_an_archive(tmp_path, monkeypatch, packing, in_memory):
    monkeypatch.setattr(packed_files, "IN_MEMORY", in_memory)
    for kind, data in tables(tmp_path).items():
        name = f"packed.{kind}.{packing}"
        path = written(tmp_path, name, PACKINGS[packing](data))
        assert list(map(str, ids(path))) == ["0", "1", "2"]
        [member] = files_of([zipped(tmp_path, {name: path.read_bytes()})]).files
        assert len(list(opened_file(member, format="auto", mapping={}).raws)) == 3
        with pytest.raises(InputError, match=r"not readable as|cannot be read"):
            ids(written(tmp_path, name, path.read_bytes()[:-40]))


@pytest.mark.parametrize("kind", ["parquet", "jsonl"])
@pytest.mark.parametrize("packing", PACKINGS)
def test_the_unpacked_bytes_of_a_file_have_a_limit_that_can_be_changed(tmp_path, monkeypatch, kind, packing):
    data = tables(tmp_path)["parquet"] if kind == "parquet" else JSONL.encode() * 3
    path = written(tmp_path, f"a.{kind}.{packing}", PACKINGS[packing](data))
    monkeypatch.setenv(unpacking.VARIABLE, "0.0000001")
    with pytest.raises(InputError, match=r"unpacks to more than .*SPOTCHECK_MAX_UNPACKED_GB"):
        ids(path)
    monkeypatch.setenv(unpacking.VARIABLE, "1")
    assert set(ids(path)) == {"0", "1", "2"}
    monkeypatch.setenv(unpacking.VARIABLE, "much")
    with pytest.raises(InputError, match="expected a number of GB"):
        ids(path)


@pytest.mark.parametrize("packing", ["zst", "gz"])
def test_packed_files_that_break_off_are_refused(tmp_path, packing):
    data = "".join(json.dumps({**ROWS[0], "id": str(n), "x": hash((n, 1))}) + "\n" for n in range(50_000)).encode()
    packed = pa.compress(data, codec="zstd", asbytes=True) if packing == "zst" else gzip.compress(data)
    path = written(tmp_path, f"a.jsonl.{packing}", packed[: len(packed) // 2])
    with pytest.raises(InputError, match=r"not readable as (zstd|gzip)"):
        list(opened(path).raws)


@pytest.mark.parametrize("packing", ["zst", "gz", "zip"])
def test_bombs_are_stopped_while_they_unpack(tmp_path, monkeypatch, packing):
    monkeypatch.setattr(unpacking, "FREE", 100_000)
    data = JSONL.encode() + b" " * 5_000_000
    if packing == "zip":
        path = zipped(tmp_path, {"a.jsonl": data})
        [given_file] = files_of([path]).files
    else:
        packed = pa.compress(data, codec="zstd", asbytes=True) if packing == "zst" else gzip.compress(data)
        given_file = input_file(written(tmp_path, f"a.jsonl.{packing}", packed))
    with pytest.raises(InputError, match="zip bomb; nothing was added"):
        list(opened_file(given_file, format="auto", mapping={}).raws)


def zipped(folder, members, name="a.zip"):
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for member, data in members.items():
            archive.writestr(member, data)
    return written(folder, name, buffer.getvalue())


def names(found):
    return [file.name.rsplit("/", 1)[-1] for one in found for file in one.files]


def sets(*paths, records=None):
    found, refused = file_sets(paths, format="auto", mapping={}, records=records)
    if not found:
        raise refused[0].error
    return found


def test_an_archive_is_read_like_a_folder_and_says_what_it_leaves_out(tmp_path):
    members = {
        "in/a.jsonl": JSONL,
        "in/b.csv": "id,question\n1,Q\n",
        "in/odd.json": json.dumps(ODD),
        "in/chat.html": "<p>",
        "__MACOSX/x.jsonl": "x",
        ".hidden.jsonl": "x",
    }
    found = sets(zipped(tmp_path, members))
    assert names(found) == ["a.jsonl", "b.csv"]
    assert "1 other files were not read: in/chat.html" in found[0].left_out[0]
    [refused] = file_sets([tmp_path / "a.zip"], format="auto", mapping={}).refused
    assert refused.name.endswith("in/odd.json") and "odd.json: no known format fits" in str(refused.error)
    assert ids_of(found) == ["0", "1", "2", "1"]
    for member, data in members.items():
        written(tmp_path / "folder", member, data)
    assert names(sets(tmp_path / "folder")) == ["a.jsonl", "b.csv"]


def ids_of(found):
    return [
        raw.record["id"]
        for one in found
        for file in one.files
        for raw in opened_file(file, format="auto", mapping={}).raws
    ]


def test_a_list_that_comes_after_the_beginning_of_a_document_is_named_too(tmp_path, monkeypatch):
    monkeypatch.setattr(json_stream, "HEAD", 200)
    found = opened(written(tmp_path, "a.json", {"data": ROWS * 9, "users": ODD, "n": 3, "more": {"x": 1}}))
    assert "not read: users" not in found.notes
    assert len(list(found.raws)) == len(ROWS) * 9
    assert found.notes[-1] == "not read: 3 entries at users"


def test_patterns_name_files_and_each_file_counts_once(tmp_path):
    for name in ("a.jsonl", "b.jsonl", "c.txt", "in/d.jsonl"):
        written(tmp_path, name, JSONL)
    assert names(sets(f"{tmp_path}/*.jsonl", tmp_path / "a.jsonl")) == ["a.jsonl", "b.jsonl"]
    assert names(sets(f"{tmp_path}/**/*.jsonl")) == ["a.jsonl", "b.jsonl", "d.jsonl"]
    with pytest.raises(InputError, match="no file has a name of this pattern"):
        sets(f"{tmp_path}/*.parquet")


def test_a_folder_or_archive_without_data_is_refused(tmp_path):
    written(tmp_path / "x", "a.txt", "hello")
    with pytest.raises(InputError, match="no file to read in this folder"):
        sets(tmp_path / "x")
    with pytest.raises(InputError, match="no file to read in this archive"):
        sets(zipped(tmp_path, {"a.txt": "hello"}))
    with pytest.raises(InputError, match="no known format fits"):
        sets(zipped(tmp_path, {"a.json": json.dumps(ODD)}))


@pytest.mark.parametrize("name", ["../a.jsonl", "/etc/a.jsonl", "x/../../a.jsonl", "..\\a.jsonl", "C:/a.jsonl"])
def test_names_that_lead_out_of_an_archive_are_refused_and_write_nothing(tmp_path, name):
    path = zipped(tmp_path, {"good.jsonl": JSONL, name: JSONL}, "sub/a.zip")
    with pytest.raises(InputError, match="leads out of it; nothing was read"):
        sets(path)
    assert [p.name for p in tmp_path.rglob("*") if p.is_file()] == ["a.zip"]


def test_an_archive_with_two_files_of_one_name_is_refused(tmp_path):
    path = tmp_path / "a.zip"
    with zipfile.ZipFile(path, "w") as packed:
        packed.writestr("a.jsonl", JSONL)
        with pytest.warns(UserWarning, match="Duplicate name"):
            packed.writestr("a.jsonl", JSONL)
    with pytest.raises(InputError, match=r"two files named 'a\.jsonl'"):
        sets(path)


def test_a_damaged_archive_and_one_with_a_password_are_refused(tmp_path):
    path = zipped(tmp_path, {"a.jsonl": JSONL * 100})
    data = path.read_bytes()
    with pytest.raises(InputError, match="not readable as zip"):
        sets(written(tmp_path, "half.zip", data[: len(data) // 2]))
    locked = bytearray(data)
    at = data.index(b"PK\x01\x02")
    locked[at + 8] |= 1
    with pytest.raises(InputError, match="needs a password"):
        sets(written(tmp_path, "locked.zip", bytes(locked)))
    wrong = bytearray(data)
    wrong[data.index(b"a.jsonl") + 12] ^= 0xFF
    with pytest.raises(InputError, match=r"a.jsonl: not readable as zip"):
        ids_of(sets(written(tmp_path, "wrong.zip", bytes(wrong))))


@pytest.mark.parametrize("kind", ["csv", "xlsx", "parquet"])
def test_tables_with_thousands_of_columns_are_refused(tmp_path, kind):
    columns = ["question", *(f"c{n}" for n in range(10_000))]
    if kind == "csv":
        path = written(tmp_path, "a.csv", ",".join(columns) + "\n" + "," * 10_000 + "\n")
    elif kind == "xlsx":
        path = spreadsheet(tmp_path, {"S": [columns, ["x"] * 10_001]})
    else:
        import pyarrow.parquet as pq

        path = tmp_path / "a.parquet"
        pq.write_table(pa.table({name: ["x"] for name in columns}), path)
    with pytest.raises(InputError, match=f"found 10,001 columns, expected at most {MAX_COLUMNS:,}"):
        opened(path)


def spreadsheet(folder, sheets, name="a.xlsx"):
    from openpyxl import Workbook

    book = Workbook()
    book.remove(book.active)
    for title, rows in sheets.items():
        page = book.create_sheet(title)
        for row in rows:
            page.append(row)
    book.save(folder / name)
    return folder / name


def test_spreadsheets_are_read_with_their_dates_and_the_other_sheets_are_named(tmp_path):
    from datetime import datetime

    rows = [
        ["id", "question", "created_at", None],
        [7, "Q", datetime(2026, 11, 23, 10), None],
        [],
        [8.5, " ", None, None],
    ]
    path = spreadsheet(tmp_path, {"Log": rows, "Notes": [["x"]], "Empty": []})
    found = opened(path)
    assert found.detected.format == "csv" and found.notes == ["the sheet Log was read; others were not: Notes, Empty"]
    assert [(raw.line, raw.record) for raw in found.raws] == [
        (2, {"id": 7, "question": "Q", "created_at": "2026-11-23T10:00:00"}),
        (4, {"id": 8.5, "question": None, "created_at": None}),
    ]
    with pytest.raises(InputError, match="there is no sheet 'Nope'; found Log, Notes, Empty"):
        opened(path, records="Nope")
    with pytest.raises(InputError, match=r"no known format fits; found the keys x"):
        opened(spreadsheet(tmp_path, {"A": rows, "B": [["x"], [1]]}, "b.xlsx"), records="B")
    assert ids_of(sets(zipped(tmp_path, {"in.xlsx": path.read_bytes()}))) == [7, 8.5]


def test_a_spreadsheet_with_values_outside_its_columns_or_double_columns_is_refused(tmp_path):
    raws = list(opened(spreadsheet(tmp_path, {"S": [["id", "question"], [1, "Q"], [1, "Q", "more"]]})).raws)
    assert raws[1].error.found == "a value right of the last column: more"
    with pytest.raises(InputError, match="row 1: found the column 'id' twice"):
        opened(spreadsheet(tmp_path, {"S": [["id", "id"], [1, 2]]}))


def test_a_spreadsheet_that_is_a_bomb_is_refused(tmp_path, monkeypatch):
    from review.basics import raw_xlsx

    monkeypatch.setattr(raw_xlsx, "FREE", 1_000)
    monkeypatch.setattr(raw_xlsx, "MAX_RATIO", 3)
    path = spreadsheet(tmp_path, {"S": [["id", "question"], *([n, "x" * 3_000] for n in range(500))]})
    with pytest.raises(InputError, match="zip bomb"):
        opened(path)


def read_all(path, **choices):
    """Read a file to its end; return the ids of its records and the notes."""
    found = opened(path, **choices)
    return [raw.record["id"] if raw.record else raw.error.field for raw in found.raws], list(found.notes)


@pytest.mark.parametrize("large", [False, True])
def test_lists_beside_the_records_are_counted_on_every_page(tmp_path, monkeypatch, large):
    if large:
        monkeypatch.setattr(json_stream, "HEAD", 2_000)
    pages = [{"runs": [{**ROWS[0], "id": f"r{n}"}], "next": n} for n in range(40)]
    pages[30]["more"] = [{**ROWS[0], "id": "lost"}, {**ROWS[0], "id": "lost too"}]
    pages[35] = {"runs": pages[35]["runs"], "page": {"more": [{"id": "x"}]}}
    for path in (
        written(tmp_path, "pages.jsonl", "\n".join(map(json.dumps, pages))),
        written(tmp_path, "pages.json", pages),
    ):
        found, notes = read_all(path)
        assert found == [f"r{n}" for n in range(40)]
        assert {"not read: 2 entries at more", "not read: 1 entry at page.more"} <= set(notes)


@pytest.mark.parametrize("more", [{"more": ROWS}, {"rest": {"more": ROWS}}])
def test_a_list_after_many_records_is_counted(tmp_path, monkeypatch, more):
    monkeypatch.setattr(json_stream, "HEAD", 2_000)
    runs = [{**ROWS[0], "id": f"r{n}"} for n in range(200)]
    found, notes = read_all(written(tmp_path, "page.json", {"runs": runs, **more}))
    assert len(found) == 200
    place = "more" if "more" in more else "rest.more"
    assert f"not read: 3 entries at {place}" in notes


def test_a_chosen_path_goes_through_lists(tmp_path):
    pages = {"pages": [{"items": ROWS[:1], "n": 1}, {"items": ROWS[1:], "extra": [{"id": "x"}]}, {"n": 3}]}
    for path in (
        written(tmp_path, "pages.json", pages),
        written(tmp_path, "pages.jsonl", json.dumps(pages) + "\n" + json.dumps({"pages": []})),
    ):
        found, notes = read_all(path, records="pages.items")
        assert found == ["0", "1", "2"]
        assert any("1 entry at pages.extra" in note for note in notes)


@pytest.mark.parametrize("name", ["rows.json", "rows.jsonl"])
@pytest.mark.parametrize("indent", [1, 4])
def test_objects_one_after_another_are_read(tmp_path, monkeypatch, name, indent):
    rows = [{**ROWS[0], "id": f"r{n}", "tags": []} for n in range(30)]
    path = written(tmp_path, name, "\n".join(json.dumps(row, indent=indent) for row in rows) + "\n")
    assert ids(path) == [row["id"] for row in rows]
    pages = "\n".join(json.dumps({"data": [row]}, indent=indent) for row in rows)
    assert ids(written(tmp_path, f"pages-{name}", pages)) == [row["id"] for row in rows]
    monkeypatch.setattr(json_stream, "HEAD", 500)
    assert ids(path) == [row["id"] for row in rows]
    with pytest.raises(InputError, match="not readable as JSON"):
        ids(written(tmp_path, name, path.read_text() + '{"id": '))


def test_a_mapping_whose_fields_are_at_the_top_means_the_top(tmp_path):
    row = {"ticket": "T1", "frage": "Wie viele?", "antwort": "Sieben.", "events": [{"name": "open"}, {"name": "close"}]}
    mapping = {"id": "ticket", "question": "frage", "answer": "antwort"}
    found = opened(written(tmp_path, "one.jsonl", json.dumps(row)), mapping=mapping)
    assert [raw.record["ticket"] for raw in found.raws] == ["T1"]
    page = {"ticket": "page 1", "items": [{k: v for k, v in row.items() if k != "events"}]}
    found = opened(written(tmp_path, "page.json", page), mapping=mapping)
    assert [raw.record["ticket"] for raw in found.raws] == ["T1"]


def test_a_state_of_langgraph_without_the_names_of_its_fields_is_read(tmp_path):
    messages = [{"type": "human", "content": "How many?"}, {"type": "ai", "content": "Seven."}]
    state = [
        {"messages": messages},
        [],
        {"configurable": {"thread_id": "t1"}},
        {},
        "2026-11-21T09:30:00Z",
        None,
        [],
        [],
    ]
    for path in (
        written(tmp_path, "one.json", state),
        written(tmp_path, "older.json", state[:7]),
        written(tmp_path, "many.json", [state, state]),
        written(tmp_path, "many.jsonl", json.dumps(state) + "\n" + json.dumps(state)),
    ):
        found = opened(path)
        assert found.detected.format == "langgraph"
        assert {raw.record["config"]["configurable"]["thread_id"] for raw in found.raws} == {"t1"}


@pytest.mark.parametrize(
    "message",
    [
        lambda role, text: {"role": role, "content": text},
        lambda role, text: {
            **{"lc": 1, "type": "constructor", "kwargs": {"content": text}},
            "id": ["langchain", "schema", "messages", "HumanMessage" if role == "user" else "AIMessage"],
        },
    ],
)
def test_a_file_that_is_the_list_of_its_messages_is_one_conversation(tmp_path, message):
    messages = [message(("user", "assistant")[n % 2], f"T{n}") for n in range(30)]
    found = opened(written(tmp_path, "talk.json", messages))
    assert [len(raw.record["messages"]) for raw in found.raws] == [30]
    assert found.detected.format in ("openai", "langchain")
    assert any("one conversation" in note for note in found.notes)
