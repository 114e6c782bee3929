"""How pages write figures: percentages, intervals, dashes."""

from __future__ import annotations

import ast
from pathlib import Path

import pandas as pd
import pytest

from pages.parts.shared import figures, rows
from review.basics.words import percent
from review.statistics.quantity import Quantity


@pytest.mark.parametrize(
    ("share", "text"),
    [
        (0.0, "0%"),
        (0.0004, "under 0.1%"),
        (0.0112, "1.1%"),
        (0.0949, "9.5%"),
        (0.09999, "10%"),
        (0.1, "10%"),
        (0.153, "15%"),
        (0.996, "99.6%"),
        (0.99996, "99.9%"),
        (1.0, "100%"),
    ],
)
def test_a_share_is_never_rounded_to_none_or_all(share: float, text: str) -> None:
    assert percent(share) == text


def test_a_figure_without_a_value_is_a_dash() -> None:
    assert (figures.number(None), figures.number(0.618), figures.number(0.1, percent=True)) == ("–", "0.62", "10%")


def test_an_interval_says_its_bounds_or_why_there_is_none() -> None:
    known = Quantity(value=0.1, n=112, ci=(0.011, 0.15), method="m")
    assert figures.interval(known, percent=True) == "1.1% to 15% · n = 112"
    assert figures.interval(Quantity(value=None, n=0, undefined="nobody labelled it")) == "nobody labelled it"


def test_rows_have_texts_as_keys() -> None:
    assert figures.rows_of(pd.DataFrame([{1: "a", "b": 2}])) == [{"1": "a", "b": 2}]


def test_no_page_and_no_report_reads_a_standard_error() -> None:
    # An interval of two standard errors would hold the truth too rarely, so pages show limits and never the error.
    root = Path(__file__).resolve().parents[2]
    files = [*(root / "pages").rglob("*.py"), *(root / "review" / "report").rglob("*.py")]
    readers = [
        f"{file.name}:{node.lineno}"
        for file in files
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8")))
        if isinstance(node, ast.Attribute) and node.attr == "se"
    ]
    assert files and readers == []
    shown = figures.quantity_table({"x": Quantity(value=0.5, ci=(0.4, 0.6), se=0.05, n=10)})
    assert "se" not in shown.columns and {"low", "high"} <= set(shown.columns)


def test_a_filter_leaves_the_rows_that_hold_every_word() -> None:
    frame = pd.DataFrame({"question": ["Where is it?", "Refund, please", "REFUND my order"], "n": [1, 20, 3]})
    assert list(figures.rows_with(frame, "refund")["n"]) == [20, 3]
    assert list(figures.rows_with(frame, " order  refund ")["n"]) == [3]
    assert list(figures.rows_with(frame, "20")["question"]) == ["Refund, please"], "numbers too"
    assert figures.rows_with(frame, " ") is frame and figures.rows_with(frame, "none").empty
    assert figures.rows_with(frame.head(0), "x").empty


GRIDS = {
    "figures.py": 1,
    "rows.py": 1,
    "coverage_matrix.py": 1,
    "audit_view.py": 1,
}
"""Where a table may be drawn directly: the two helpers, the matrix, and the audit with its filters over all entries."""


def test_every_table_has_the_filter_and_the_download_of_the_helpers() -> None:
    found: dict[str, int] = {}
    for path in (Path(__file__).parents[2] / "pages").rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and getattr(node.func, "attr", "") in ("dataframe", "table"):
                owner = getattr(node.func, "value", None)
                if isinstance(owner, ast.Name) and owner.id == "st":
                    found[path.name] = found.get(path.name, 0) + 1
    assert found == GRIDS


def test_a_link_in_a_table_keeps_who_is_looking() -> None:
    assert rows.address("ana", "adjudicate", item="a/b#1", week="W1") == "/adjudicate?rater=ana&item=a%2Fb%231&week=W1"
