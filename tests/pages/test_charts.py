"""Charts are written as specifications; Altair, which checks each part of them, makes the same ones."""

from __future__ import annotations

from typing import Any

import altair as alt
import pandas as pd
import pytest

from pages.parts.shared import charts

FRAME = pd.DataFrame(
    {"week": ["W1", "W2"], "value": [0.5, 0.7], "low": [0.4, 0.6], "high": [0.6, 0.8], "n": [30, 40], "who": ["a", "b"]}
)
CELLS = pd.DataFrame({"one": ["a", "b"], "two": ["b", "a"], "kappa": [0.5, 0.9], "n": [3, 4], "text": ["0.5", "0.9"]})


def drawn(chart: Any) -> dict[str, Any]:
    """Return what Altair gives to the browser, without the data and the version of the schema."""
    with alt.theme.enable("none"):
        spec: dict[str, Any] = chart.to_dict()
    return {name: value for name, value in spec.items() if name not in ("$schema", "data", "datasets")}


@pytest.mark.parametrize("series", [None, "who"])
def test_intervals_are_what_altair_makes(series: str | None) -> None:
    order = ["W2", "W1"] if series else None
    axis = alt.Axis(labelAngle=0, labelLimit=140)
    across = alt.X("week:N", title=None, axis=axis, sort=order or "ascending")
    base = alt.Chart(FRAME).encode(x=across, color=alt.value(charts.BLUE))
    if series:
        base = base.encode(
            xOffset=alt.XOffset("who:N", sort=["b", "a"]),
            color=alt.Color("who:N", title=None, sort=["b", "a"], legend=alt.Legend(orient="top")),
        )
    bars = base.mark_rule(strokeWidth=2).encode(y=alt.Y("low:Q", title="t", scale=alt.Scale(zero=False)), y2="high:Q")
    points = base.mark_point(filled=True, size=70, opacity=1).encode(y="value:Q", tooltip=list(FRAME.columns))
    made = charts.intervals(
        FRAME, x="week", y_title="t", series=series, order=order, series_order=["b", "a"] if series else None
    )
    assert made.spec == drawn(alt.layer(bars, points).properties(height=240))


@pytest.mark.parametrize("ranges", [False, True])
@pytest.mark.parametrize("percent", [False, True])
def test_a_forest_is_what_altair_makes(ranges: bool, percent: bool) -> None:
    known = FRAME.assign(**{"from": [0.1, None], "to": [0.2, None]}, text=["50%", "70%"], centre=[0.5, 0.7])
    axis = alt.Axis(format="%" if percent else ".1f", tickCount=5)
    base = alt.Chart(known).encode(
        y=alt.Y("week:N", sort=list(known["week"]), title=None, axis=alt.Axis(labelLimit=220, ticks=False))
    )
    low = alt.X("low:Q", title=None, axis=axis, scale=alt.Scale(domain=[0.0, 1], nice=False))
    bars = base.mark_rule(strokeWidth=3, color=charts.GREY).encode(x=low, x2="high:Q")
    broad = base.mark_rule(strokeWidth=9, opacity=0.7, color=charts.BLUE).encode(x="from:Q", x2="to:Q")
    shown = ["week", "value", "low", "high", "n"]
    points = base.mark_point(filled=True, size=90, opacity=1).encode(x="value:Q", tooltip=shown)
    texts = base.mark_text(dy=-13, fontWeight=600, color=charts.DARK_INK).encode(x="centre:Q", text="text:N")
    layers = [bars, *([broad] if ranges else []), points, texts]
    made = charts.forest(known, names="week", percent=percent, ink=charts.DARK_INK, ranges=ranges)
    assert made.spec == drawn(alt.layer(*layers).properties(height=44 * 2 + 40))


@pytest.mark.parametrize(("domain", "angle"), [(None, 0), ((0.0, 1.0), -40)])
def test_a_heat_map_is_what_altair_makes(domain: tuple[float, float] | None, angle: int) -> None:
    axis = alt.Axis(labelAngle=angle, orient="top", labelOverlap=False if angle else alt.Undefined)
    base = alt.Chart(CELLS).encode(
        x=alt.X("one:N", title="t", sort=["a", "b"], axis=axis),
        y=alt.Y("two:N", title=None, sort=["a", "b"]),
        tooltip=list(CELLS.columns),
    )
    scale = alt.Scale(range=list(charts.CELLS), clamp=True, domain=list(domain) if domain else alt.Undefined)
    cells = base.mark_rect(cornerRadius=3).encode(color=alt.Color("kappa:Q", scale=scale, legend=None))
    labels = base.mark_text(fontSize=13).encode(text="text:N", color=alt.value(charts.DARK_INK))
    made = charts.heat_map(
        CELLS, x="one", y="two", value="kappa", text="text", x_title="t", order=["a", "b"], domain=domain, angle=angle
    )
    assert made.spec == drawn(alt.layer(cells, labels).properties(height=46 * 2 + 40))


def test_the_figure_of_every_cell_can_be_read() -> None:
    """WCAG asks for 4.5 to 1; between both ends each channel only falls, so the ends decide."""
    for cell in charts.CELLS:
        one, two = sorted((_lightness(cell), _lightness(charts.DARK_INK)))
        assert (two + 0.05) / (one + 0.05) >= 4.5


def _lightness(colour: str) -> float:
    channels = [int(colour[k : k + 2], 16) / 255 for k in (1, 3, 5)]
    linear = [v / 12.92 if v <= 0.03928 else ((v + 0.055) / 1.055) ** 2.4 for v in channels]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]
