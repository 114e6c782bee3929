"""CSV cells that no spreadsheet runs as formulas, and files that are written completely or not at all."""

import csv
import io
import sys
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from review.basics.csv_safe import LONGEST_CELL, csv_text, long_cells, long_cells_of, plain_cell, safe_cell
from review.basics.errors import InputError, Refused
from review.basics.whole_files import check_target, replacing

STARTERS = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠", "﹢", "﹣", "﹦", "﹫")


@pytest.mark.parametrize("start", STARTERS)
def test_a_text_that_begins_a_formula_is_shown_as_text(start):
    assert safe_cell(f"{start}SUM(A1)") == f"'{start}SUM(A1)"


@pytest.mark.parametrize(
    ("value", "cell"),
    [
        *(
            (None, ""),
            (float("nan"), ""),
            (True, "true"),
            (0.5, "0.5"),
            (-0.5, "-0.5"),
            ("-0.5", "-0.5"),
            ("+3e4", "+3e4"),
        ),
        *(("-1-2", "'-1-2"), (["a", "=b"], '["a","=b"]'), ({"b": 1, "a": None}, '{"a":null,"b":1}'), ("a=b", "a=b")),
    ],
)
def test_other_values_have_one_form(value, cell):
    assert safe_cell(value) == cell


def test_no_invisible_character_hides_a_formula():
    kinds = ("Cc", "Cf", "Zs", "Zl", "Zp")
    others = "\u034f\u115f\u1160\u17b4\u17b5\u180b\u2800\u3164\ufe0f\uffa0\U000e0100"
    invisible = [c for c in map(chr, range(sys.maxunicode + 1)) if unicodedata.category(c) in kinds] + list(others)
    assert len(invisible) > 200
    for character in invisible:
        for text in (f"{character}=1+1", f"\ufeff{character} @x", f"'{character}-1+2"):
            assert safe_cell(text) == f"'{text}"
            assert plain_cell(safe_cell(text)) == text


def test_a_cell_that_a_spreadsheet_would_cut_off_is_named(tmp_path):
    rows = [{"id": 1, "answer": "a" * LONGEST_CELL}, {"id": 2, "answer": "b" * (LONGEST_CELL + 1)}, {"id": 3}]
    assert long_cells(["id", "answer"], rows[:1]) == ""
    said = long_cells(["id", "answer"], rows)
    assert said.startswith("1 cell is longer than the 32,767 characters") and "row 2, column answer" in said
    file = tmp_path / "x.csv"
    file.write_text(csv_text(["id", "answer"], rows), encoding="utf-8", newline="")
    assert long_cells_of(file) == said and long_cells_of(tmp_path / "x.jsonl") == ""


hostile = st.text(alphabet=st.sampled_from("=+-@'\t\r\n,;\"a1｜＝ \u200b\ufeff\xa0"), max_size=8)


@given(st.one_of(st.text(max_size=20), hostile))
def test_what_was_made_safe_can_be_read_back(text):
    cell = safe_cell(text)
    assert plain_cell(cell) == text
    assert not cell.startswith(STARTERS) or cell.lstrip("+-")[:1].isdigit() or cell.lstrip("+-")[:1] == "."


@given(st.lists(st.tuples(hostile, hostile), max_size=4))
def test_a_document_has_the_rows_that_went_in(rows):
    text = csv_text(["a", "b"], [{"a": a, "b": b, "c": "ignored"} for a, b in rows])
    read = list(csv.reader(io.StringIO(text, newline="")))
    assert [tuple(map(plain_cell, r)) for r in read[1:]] == rows
    assert read[0] == ["a", "b"]


def test_a_file_appears_when_it_is_whole(tmp_path):
    target = tmp_path / "out.txt"
    with pytest.raises(RuntimeError), replacing(target) as temporary:
        temporary.write_text("half")
        raise RuntimeError
    assert list(tmp_path.iterdir()) == []
    with replacing(target) as temporary:
        temporary.write_text("whole")
        assert not target.exists()
    assert target.read_text() == "whole" and list(tmp_path.iterdir()) == [target]


def test_a_full_disk_is_reported_in_a_sentence(tmp_path):
    with pytest.raises(InputError, match="No space left on device"), replacing(tmp_path / "out.txt"):
        raise OSError(28, "No space left on device")


def test_a_folder_is_replaced_only_by_its_own_kind(tmp_path):
    target = tmp_path / "set"

    def write(marker="README.md"):
        with replacing(target, marker=marker) as temporary:
            temporary.mkdir()
            (temporary / "README.md").write_text("new")

    write()
    (target / "stale").write_text("")
    write()
    assert [p.name for p in target.iterdir()] == ["README.md"]
    with pytest.raises(Refused, match="not an earlier export"):
        write(marker="other.md")
    with pytest.raises(Refused, match="a folder"), replacing(target) as temporary:
        temporary.write_text("a file")
    assert [p.name for p in target.iterdir()] == ["README.md"]


def test_a_target_is_checked_before_anything_is_done(tmp_path):
    (tmp_path / "empty").mkdir()
    (tmp_path / "file").write_text("x")
    check_target(tmp_path / "empty", force=False)
    check_target(tmp_path / "file", force=True)
    with pytest.raises(Refused):
        check_target(tmp_path / "file", force=False)
    with pytest.raises(InputError):
        check_target(tmp_path / "no" / "file", force=False)
