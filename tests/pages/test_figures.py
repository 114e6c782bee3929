"""How pages write figures: percentages, intervals, dashes."""

from __future__ import annotations

import ast
from pathlib import Path

import pandas as pd
import pytest

from pages.parts.shared import figures
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
