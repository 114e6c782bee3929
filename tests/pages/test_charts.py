"""Every chart keeps one contract: Altair accepts it, its axes fit the data, nothing is cut off, and it says itself."""

from __future__ import annotations

import ast
import inspect
from collections.abc import Callable
from pathlib import Path
from typing import Any

import altair as alt
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from syntax_trees import nodes, tree

from pages.parts.health.pictures import Point, points_picture
from pages.parts.shared import chart_parts, charts
from pages.parts.shared.chart_parts import DARK_INK, Chart, span

PAGES = Path(__file__).parents[2] / "pages"


def table(low: float, high: float) -> pd.DataFrame:
    """Two figures at the ends of a range, with every column that a chart of intervals reads."""
    step = (high - low) / 5
    ends = {"low": [low, high - step], "high": [low + step, high]}
    value = [low + step / 2, high - step / 2]
    more = {"from": [low, None], "to": [low + step, None], "centre": value, "text": ["a%", "b%"], "score": value}
    bands = {"band low": [None, low], "band high": [None, high], "moved": ["–", "fell"], "alarm": [False, True]}
    names = {"week": ["W1", "W2"], "who": ["a", "b"], "n": [30, 40], "threshold": [0.4, 0.6]}
    return pd.DataFrame({**names, "value": value, **ends, **more, **bands, "precision": value, "recall": value})


CELLS = pd.DataFrame({"one": ["a", "b"], "two": ["b", "a"], "kappa": [0.5, 0.9], "n": [3, 4], "text": ["0.5", "0.9"]})
BUILDERS: dict[str, Callable[[pd.DataFrame], Chart]] = {
    "intervals": lambda f: charts.intervals(
        f, x="week", y_title="agreement", series="who", order=["W2", "W1"], series_order=["b", "a"]
    ),
    "forest": lambda f: charts.forest(f, names="week", percent=True, ranges=True),
    "heat_map": lambda f: charts.heat_map(
        CELLS, x="one", y="two", value="kappa", text="text", order=["a", "b"], domain=(0, 1), angle=-40
    ),
    "curve": charts.curve,
    "curves": lambda f: charts.curves(
        f.assign(label=["", "plan"]),
        x="recall",
        x_title="x",
        y_title="y",
        series="who",
        words="Two lines that rise together.",
    ),
    "reliability": lambda f: charts.reliability(f, positive="rude"),
    "drift": lambda f: charts.drift(f, title="Recall"),
}
RANGES = [(0.01, 0.05), (0.0, 0.004), (0.4, 0.8), (0.97, 1.0), (-0.2, 0.6)]


def test_every_builder_is_held_to_the_contract() -> None:
    made = {
        name
        for name, value in vars(charts).items()
        if inspect.isfunction(value)
        and value.__module__ == charts.__name__
        and value.__annotations__.get("return") == "Chart"
        and not name.startswith("_")
    }
    assert made == set(BUILDERS)


@pytest.mark.parametrize("name", BUILDERS)
def test_altair_accepts_every_chart(name: str) -> None:
    made = BUILDERS[name](table(0.01, 0.05))
    assert alt.LayerChart.from_dict({**made.spec, "data": {"name": "given"}}), "the schema of Vega-Lite"


def encodings(chart: Chart) -> list[tuple[str, dict[str, Any]]]:
    """Every channel of every layer that measures something."""
    return [
        (channel, encoding)
        for layer in chart.spec["layer"]
        if "data" not in layer
        for channel, encoding in layer["encoding"].items()
        if isinstance(encoding, dict) and encoding.get("type") == "quantitative" and channel in "xy"
    ]


def domains(chart: Chart) -> dict[str, list[float]]:
    """The ends of each axis; all layers that name them must name the same."""
    found: dict[str, list[float]] = {}
    for channel, encoding in encodings(chart):
        ends = encoding.get("scale", {}).get("domain")
        if ends:
            assert found.setdefault(channel, ends) == ends
    return found


@pytest.mark.parametrize("ends", RANGES)
@pytest.mark.parametrize("name", [name for name in BUILDERS if name != "heat_map"])
def test_axes_fit_the_data_and_cut_nothing_off(name: str, ends: tuple[float, float]) -> None:
    frame = table(*ends)
    made = BUILDERS[name](frame)
    axes = domains(made)
    assert axes, "no axis is left to chance"
    for channel, encoding in encodings(made):
        if encoding["field"] == "n":
            continue  # minutes, in a measure of their own
        fields = [encoding["field"], *(_second(made, channel, encoding))]
        values = [v for field in fields for v in frame[field].dropna()]
        low, high = axes[channel]
        assert low <= min(values) and max(values) <= high, f"{encoding['field']} is cut off"
    widest = max(high - min(low, 0) for low, high in axes.values() if high < 2)
    assert widest <= 1.3 * max(abs(ends[1]), ends[1] - min(ends[0], 0)) + 0.02, "the axis is wider than the data"


def _second(chart: Chart, channel: str, encoding: dict[str, Any]) -> list[str]:
    """The field of the other end, where a mark reaches from one to another."""
    for layer in chart.spec["layer"]:
        if layer["encoding"].get(channel) == encoding and f"{channel}2" in layer["encoding"]:
            return [layer["encoding"][f"{channel}2"]["field"]]
    return []


@pytest.mark.parametrize("name", ["intervals", "forest", "reliability", "drift"])
def test_an_interval_of_one_percent_can_be_seen(name: str) -> None:
    """It takes a visible part of its axis, and its ends are drawn, so that no point hides it."""
    made = BUILDERS[name](table(0.01, 0.05))
    (axis,) = {tuple(ends) for channel, ends in domains(made).items() if (channel == "x") == (name == "forest")}
    assert 0.008 / (axis[1] - axis[0]) > 0.1
    caps = [layer for layer in made.spec["layer"] if layer["mark"]["type"] == "tick"]
    assert {c["encoding"]["x" if name == "forest" else "y"]["field"] for c in caps} == {"low", "high"}


@pytest.mark.parametrize("name", BUILDERS)
def test_every_chart_says_in_words_what_it_shows(name: str) -> None:
    words = BUILDERS[name](table(0.01, 0.05)).alt
    assert len(words) > 20 and words.endswith(".") and "nan" not in words and "None" not in words
    if name in ("forest", "drift"):
        assert "W1" in words and "%" in words


def test_many_figures_are_named_in_part_and_the_table_has_all() -> None:
    frame = pd.concat([table(0.1, 0.2)] * 6, ignore_index=True)
    assert charts.intervals(frame, x="week", y_title=None).alt.endswith("; and 4 more in the table.")


@given(st.lists(st.floats(-5, 5), min_size=1, max_size=9), st.booleans())
def test_an_axis_holds_every_value(values: list[float], zero: bool) -> None:
    low, high = span(values, zero=zero)
    assert low <= min(values) and max(values) <= high and low < high
    assert not zero or low <= 0


def test_an_axis_without_values_is_that_of_a_share() -> None:
    assert span([]) == span([None]) == (0.0, 1.0)
    assert span([0.2, 0.99], most=1.0)[1] == 1.0 and span([0.2, 1.4], most=1.0)[1] == 1.4


def test_every_chart_is_drawn_with_its_words_and_beside_a_table() -> None:
    drawn: dict[str, list[str]] = {}
    for path in PAGES.rglob("*.py"):
        for function in nodes(tree(path), ast.FunctionDef):
            calls = [n.func for n in ast.walk(function) if isinstance(n, ast.Call)]
            names = {getattr(f, "attr", getattr(f, "id", "")) for f in calls}
            if names & {"vega_lite_chart", "altair_chart", "line_chart", "bar_chart", "area_chart"}:
                drawn.setdefault("direct", []).append(f"{path.name}:{function.name}")
            if any(ast.unparse(f) == "figures.draw" for f in calls):
                assert names & {"table", "with_table"}, f"{path.name}: {function.name} draws a chart without a table"
    assert drawn == {"direct": ["figures.py:draw"]}


def test_the_figure_of_every_cell_can_be_read() -> None:
    """WCAG asks for 4.5 to 1; between both ends each channel only falls, so the ends decide."""
    for cell in chart_parts.CELLS:
        one, two = sorted((_lightness(cell), _lightness(DARK_INK)))
        assert (two + 0.05) / (one + 0.05) >= 4.5


def _lightness(colour: str) -> float:
    channels = [int(colour[k : k + 2], 16) / 255 for k in (1, 3, 5)]
    linear = [v / 12.92 if v <= 0.03928 else ((v + 0.055) / 1.055) ** 2.4 for v in channels]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


@pytest.mark.parametrize(("ends", "written"), [((0.0, 0.4), ",.2~f"), ((0.0, 9.9), ",.2~f"), ((0.0, 6000.0), "~s")])
def test_an_axis_never_writes_a_small_amount_in_thousandths(ends: tuple[float, float], written: str) -> None:
    assert chart_parts.amounts(ends)["format"] == written


def test_shares_with_intervals_stand_in_percent_on_the_axis_and_in_words() -> None:
    made = charts.intervals(table(0.1, 0.9), x="week", y_title="accuracy", percent=True)
    axes = [e["axis"]["format"] for channel, e in encodings(made) if channel == "y" and e.get("axis")]
    assert axes and set(axes) == {"~%"} and "18%" in made.alt


def test_a_picture_over_time_says_the_latest_figure_and_how_it_moved() -> None:
    shares = [(0.04, 0.03, 0.05), (None, None, None), (0.2, 0.15, 0.26), (0.0512, 0.04, 0.06)]
    points = [
        Point(start=f"2026-11-0{k + 1}T00:00:00.000+00:00", by="day", value=v, low=low, high=high, n=100)
        for k, (v, low, high) in enumerate(shares)
    ]
    assert points_picture(points, "Error rate", percent=True).alt == (
        "Error rate: 5.12% (4% to 6%) on 04 Nov, lowest 4% on 01 Nov, highest 20% on 03 Nov; 3 of 4 windows have a "
        "figure."
    )
    assert points_picture(points[1:2], "Cost", percent=False).alt == "Cost: no figure in any window."
