"""Standard errors: always named in JSON, and never shown to people without the interval."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from syntax_trees import nodes, tree

from review.basics.labels import Label, Scale, ratings_of
from review.commands.agreement import render_report
from review.commands.common import out
from review.statistics.agreement.report import agreement_report
from review.statistics.calibration.data import CalibrationRow, calibration_data
from review.statistics.calibration.report import calibration_report
from review.statistics.gate.cases import PairedResult
from review.statistics.gate.report import gate_report
from review.statistics.quality.people import people
from review.statistics.quality.strata import Cell, StratumCounts, Verdicts
from review.statistics.quantity import Quantity

ROOT = Path(__file__).resolve().parents[2]
STATISTICS = ROOT / "review" / "statistics"
SHOWN = sorted(
    path
    for path in [ROOT / "app.py", *(ROOT / "pages").rglob("*"), *(ROOT / "review").rglob("*")]
    if path.suffix in (".py", ".html", ".js") and STATISTICS not in path.parents
)
"""Everything that can put a figure before a person."""
FORBIDDEN = re.compile(r"""\.se\b(?!\()|\[["']se["']\]|\.get\(["']se["']|method_se|\bse Taylor""")


def reads_an_error(text: str) -> list[str]:
    """Return the places where a text reads a quantity's bare standard error."""
    return FORBIDDEN.findall(text)


def test_the_scan_finds_what_it_looks_for():
    assert len(SHOWN) > 200
    assert {p.suffix for p in SHOWN} == {".py", ".html", ".js"}
    for bad in ("f'{q.se:.3f}'", "{{ figure.se }}", "row['se']", 'q.get("se")', "${q.se}"):
        assert reads_an_error(bad), bad
    for good in ("q.shown_se", "response.seconds", "data.set", "--se"):
        assert not reads_an_error(good), good


def test_nothing_that_people_see_reads_a_bare_standard_error():
    found = {str(path.relative_to(ROOT)): reads_an_error(path.read_text(encoding="utf-8")) for path in SHOWN}
    assert {name: reads for name, reads in found.items() if reads} == {}


def functions_with(attribute: str) -> Iterator[tuple[Path, ast.FunctionDef]]:
    for path in SHOWN:
        if path.suffix == ".py" and attribute in path.read_text(encoding="utf-8"):
            for node in nodes(tree(path), ast.FunctionDef):
                if attribute in attributes(node):
                    yield path, node


def attributes(node: ast.AST) -> set[str]:
    return {n.attr for n in ast.walk(node) if isinstance(n, ast.Attribute)}


def test_what_shows_an_error_shows_the_interval_in_the_same_breath():
    found = list(functions_with("shown_se"))
    assert found
    for path, function in found:
        assert "ci" in attributes(function), f"{path}: {function.name}"


def test_every_standard_error_is_made_with_the_name_of_its_method():
    made = 0
    for path in STATISTICS.rglob("*.py"):
        for node in nodes(tree(path), ast.Call):
            if not (isinstance(node.func, ast.Name) and node.func.id == "Quantity"):
                continue
            given = {k.arg: k.value for k in node.keywords}
            if "se" in given and not (isinstance(given["se"], ast.Constant) and given["se"].value is None):
                made += 1
                assert "method_se" in given, f"{path.relative_to(ROOT)}, line {node.lineno}"
    assert made > 10


def quantities(found: object) -> Iterator[dict[str, object]]:
    """Walk through JSON and yield each quantity."""
    if isinstance(found, dict):
        if {"value", "ci", "se"} <= found.keys():
            yield found
        for inner in found.values():
            yield from quantities(inner)
    elif isinstance(found, list | tuple):
        for inner in found:
            yield from quantities(inner)


def ratings(first: str, second: str):
    labels = [Label(f"i{i}", r, "d", v) for r, row in (("a", first), ("b", second)) for i, v in enumerate(row)]
    return ratings_of(labels, Scale("nominal", ("x", "y", "z")))


def judged():
    rows = [
        CalibrationRow(
            item=f"{name}{i}",
            truth="ok" if i % 5 else "wrong",
            verdict=said,
            stratum=name,
            population=population,
            score=score,
        )
        for name, population, n in (("failing", 40, 20), ("rest", 900, 40))
        for i, (said, score) in zip(range(n), [("wrong", 0.9), ("ok", 0.2), ("ok", 0.4)] * n, strict=False)
    ]
    return calibration_data(rows)


def group(name: str, size: int, labelled: Cell) -> StratumCounts:
    return StratumCounts(name=name, population=size, verdicts=Verdicts(missing=size), said_nothing=labelled)


REPORTS = {
    "agreement": lambda: agreement_report(ratings("xyzxyzxx", "xyzxyyxy")).to_json(),
    "agreement, analytic": lambda: agreement_report(ratings("xyzxyzxx", "xyzxyyxy"), bootstrap=0).to_json(),
    "calibrate": lambda: calibration_report(judged(), positive="wrong").to_json(),
    "calibrate, analytic": lambda: calibration_report(judged(), positive="wrong", bootstrap=0).to_json(),
    "people": lambda: people([group("failing", 100, Cell(20, 3)), group("rest", 900, Cell(30, 1))]).to_json(),
    "gate": lambda: gate_report(
        [PairedResult(case=f"c{i}", baseline=1, candidate=i % 7 > 0) for i in range(50)]
    ).to_json(),
}


@pytest.mark.parametrize("report", REPORTS.values(), ids=REPORTS)
def test_json_names_the_method_of_every_standard_error(report):
    found = list(quantities(report()))
    assert found
    assert any(q["se"] is not None for q in found)
    for q in found:
        assert (q["se"] is None) == (q["method_se"] is None), q
        assert "se " not in str(q["method"]), q


def test_a_quantity_without_an_interval_shows_no_error():
    assert Quantity(value=0.5, se=0.1, method="no interval").shown_se is None
    assert Quantity(value=0.5, se=0.1, ci=(0.3, 0.7), method="m").shown_se == 0.1


def test_an_error_of_zero_is_shown_only_where_nothing_is_uncertain():
    assert Quantity(value=1, se=0.0, ci=(0.9, 1), method="perfect agreement").shown_se is None
    assert Quantity(value=0.7, se=0.0, ci=(0.7, 0.7), method="all items labelled").shown_se == 0


def test_the_table_of_agreement_leaves_out_an_error_without_interval():
    # each item has the same pattern: no interval, and an error of 0 that would read as certainty
    report = agreement_report(ratings("xyzxyz", "yzxyzx"))
    assert report.coefficients["percent_agreement"].ci is None
    assert report.coefficients["percent_agreement"].se == 0
    with out.capture() as shown:
        render_report(report)
    line = next(text for text in shown.get().splitlines() if "percent_agreement" in text)
    assert "none" in line
    assert line.split() == ["percent_agreement", "0.000", "none", "6"]
