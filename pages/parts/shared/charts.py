"""Charts as Vega-Lite specifications, which the browser draws.

They are plain values. Altair checks every part of a chart against its schema each time, which takes longer than all
else that a page does on its second opening.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

import pandas as pd
from pandas.api.types import is_numeric_dtype

BLUE = "#4f7fe0"
"""The colour of a single series. It reads well on light and dark pages; marks without a colour would be black."""
GREY = "#7d879b"
"""Of what stands back, such as intervals; it can be seen on light and dark pages."""
DARK_INK = "#1a2233"
LIGHT_INK = "#e6eaf2"
CELLS = ("#e4edfd", "#76a1ec")
"""From the lowest to the highest cell of a heat map. Dark letters can be read on all of them, on any page."""
Spec = dict[str, Any]


class Chart(NamedTuple):
    """A table and how to draw it."""

    frame: pd.DataFrame
    spec: Spec


def intervals(
    frame: pd.DataFrame,
    *,
    x: str,
    y_title: str | None,
    series: str | None = None,
    order: Sequence[str] | None = None,
    series_order: Sequence[str] | None = None,
) -> Chart:
    """Return points with their intervals from the columns ``x``, value, low, high and, for several series, ``series``.

    Points are not joined: a line would make changes within the interval look like a trend. ``order`` sorts ``x`` and
    ``series_order`` the series; without them the alphabet does.
    """
    axis = {"labelAngle": 0, "labelLimit": 140}
    base: Spec = {"x": _named(x, axis=axis, sort=list(order) if order else "ascending", title=None)}
    base["color"] = {"value": BLUE}
    if series:
        sort: Any = list(series_order) if series_order else "ascending"
        base["xOffset"] = _named(series, sort=sort)
        base["color"] = _named(series, sort=sort, title=None, legend={"orient": "top"})
    ends = {"y": _measured("low", title=y_title, scale={"zero": False}), "y2": {"field": "high"}}
    shown = _tooltip(frame, [str(c) for c in frame.columns if not str(c).startswith("how")])
    return _layers(
        frame,
        240,
        ({"type": "rule", "strokeWidth": 2}, base | ends),
        (_point(70), base | {"y": _measured("value"), "tooltip": shown}),
    )


def forest(frame: pd.DataFrame, *, names: str, percent: bool, ink: str, ranges: bool) -> Chart:
    """Return figures one below the other, from the columns ``names``, value, low, high, from, to, text and centre.

    With ``ranges``, a broad bar goes from ``from`` to ``to``.
    """
    low = min(0.0, float(frame["low"].fillna(frame["centre"]).min()))
    rows = _named(names, axis={"labelLimit": 220, "ticks": False}, sort=list(frame[names]), title=None)
    across = _measured(
        "low",
        title=None,
        axis={"format": "%" if percent else ".1f", "tickCount": 5},
        scale={"domain": [low, 1], "nice": False},
    )
    rule = {"type": "rule", "strokeWidth": 3, "color": GREY}
    broad = {"type": "rule", "strokeWidth": 9, "opacity": 0.7, "color": BLUE}
    text = {"type": "text", "dy": -13, "fontWeight": 600, "color": ink}
    shown = _tooltip(frame, [names, "value", "low", "high", "n"])
    spread = (broad, {"x": _measured("from"), "x2": {"field": "to"}, "y": rows})
    return _layers(
        frame,
        44 * len(frame) + 40,
        (rule, {"x": across, "x2": {"field": "high"}, "y": rows}),
        *([spread] if ranges else []),
        (_point(90), {"x": _measured("value"), "y": rows, "tooltip": shown}),
        (text, {"x": _measured("centre"), "y": rows, "text": _named("text")}),
    )


def curves(frame: pd.DataFrame, *, x: str, x_title: str, y_title: str, series: str) -> Chart:
    """Return a line for each series over a measured ``x``, from the columns ``x``, value, ``series`` and label.

    A row with a label is a chosen point beside the lines: a large mark with the label beside it.
    """
    across = _measured(x, title=x_title, scale={"zero": True, "nice": True})
    up = _measured("value", title=y_title, scale={"zero": True})
    colour = _named(series, sort=list(dict.fromkeys(frame[series])), title=None, legend={"orient": "top"})
    base = {"x": across, "y": up, "color": colour}
    shown = _tooltip(frame, [str(c) for c in frame.columns if c != "label"])
    drawn = _layers(
        frame,
        260,
        ({"type": "line", "strokeWidth": 2}, base),
        (_point(30), base | {"tooltip": shown}),
        ({**_point(220), "shape": "diamond", "stroke": GREY}, base | {"tooltip": shown}),
        (
            {"type": "text", "align": "left", "dx": 12, "dy": -10, "fontWeight": 600},
            {"x": across, "y": up, "text": _named("label")},
        ),
    )
    for k, layer in enumerate(drawn.spec["layer"]):
        layer["transform"] = [{"filter": f"datum.label {'==' if k < 2 else '!='} ''"}]
    return drawn


def heat_map(
    frame: pd.DataFrame,
    *,
    x: str,
    y: str,
    value: str,
    text: str,
    x_title: str | None = None,
    y_title: str | None = None,
    order: Sequence[str] | None = None,
    domain: tuple[float, float] | None = None,
    angle: int = 0,
) -> Chart:
    """Return a matrix with its figures written in the cells. A missing cell stays empty: it is not zero.

    ``angle`` turns long names above the columns.
    """
    sort = list(order) if order else None
    axis: Spec = {"labelAngle": angle, "orient": "top"} | ({"labelOverlap": False} if angle else {})
    base = {
        "x": _named(x, title=x_title, sort=sort, axis=axis),
        "y": _named(y, title=y_title, sort=sort),
        "tooltip": _tooltip(frame, [str(c) for c in frame.columns]),
    }
    scale: Spec = {"range": list(CELLS), "clamp": True} | ({"domain": list(domain)} if domain else {})
    return _layers(
        frame,
        max(120, 46 * frame[y].nunique() + 40),
        ({"type": "rect", "cornerRadius": 3}, base | {"color": _measured(value, scale=scale, legend=None)}),
        (
            {"type": "text", "fontSize": 13},
            base | {"text": _named(text), "color": {"value": DARK_INK}},
        ),
    )


def _layers(frame: pd.DataFrame, height: int, *layers: tuple[Spec, Mapping[str, Any]]) -> Chart:
    return Chart(frame, {"layer": [{"mark": mark, "encoding": dict(e)} for mark, e in layers], "height": height})


def _point(size: int) -> Spec:
    return {"type": "point", "filled": True, "size": size, "opacity": 1}


def _named(field: str, **options: Any) -> Spec:
    return {"field": field, "type": "nominal", **options}


def _measured(field: str, **options: Any) -> Spec:
    return {"field": field, "type": "quantitative", **options}


def _tooltip(frame: pd.DataFrame, names: Sequence[str]) -> list[Spec]:
    return [_measured(n) if is_numeric_dtype(frame[n]) else _named(n) for n in names]
