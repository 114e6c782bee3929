"""Charts as Vega-Lite specifications, which the browser draws.

They are plain values. Altair checks every part of a chart against its schema each time, which takes longer than all
else that a page does on its second opening. Every axis fits its data, so that an interval of one percent can be seen,
and every chart says in words what it shows.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import pandas as pd

from pages.parts.shared.chart_parts import (
    BLUE,
    CELLS,
    DARK_INK,
    GREY,
    INK,
    RED,
    Chart,
    Spec,
    columns,
    layers,
    listed,
    measured,
    named,
    percent_format,
    point,
    shares,
    span,
    tooltip,
    words_of,
)
from review.basics.words import counted, spoken


def intervals(
    frame: pd.DataFrame,
    *,
    x: str,
    y_title: str | None,
    series: str | None = None,
    order: Sequence[str] | None = None,
    series_order: Sequence[str] | None = None,
    percent: bool = False,
) -> Chart:
    """Return points with their intervals from the columns ``x``, value, low, high and, for several series, ``series``.

    Points are not joined: a line would make changes within the interval look like a trend. ``order`` sorts ``x`` and
    ``series_order`` the series; without them the alphabet does. With ``percent`` the figures are shares.
    """
    axis = {"labelAngle": 0, "labelLimit": 140}
    base: Spec = {"x": named(x, axis=axis, sort=list(order) if order else "ascending", title=None)}
    base["color"] = {"value": BLUE}
    if series:
        sort: Any = list(series_order) if series_order else "ascending"
        base["xOffset"] = named(series, sort=sort)
        base["color"] = named(series, sort=sort, title=None, legend={"orient": "top"})
    domain = list(span(columns(frame, "low", "high", "value")))
    up: Spec = {"scale": {"domain": domain, "nice": False, "zero": False}}
    up |= {"axis": shares((domain[0], domain[1]))} if percent else {}
    shown = tooltip(frame, [str(c) for c in frame.columns if not str(c).startswith("how")])
    names = [x, series] if series else [x]
    return layers(
        frame,
        240,
        words_of(frame, names, f"{y_title or 'Figures'} with intervals", percent=percent),
        (
            {"type": "rule", "strokeWidth": 2},
            base | {"y": measured("low", title=y_title, **up), "y2": {"field": "high"}},
        ),
        *_caps(base, "y", up),
        (point(70), base | {"y": measured("value"), "tooltip": shown}),
    )


def _caps(base: Mapping[str, Any], channel: str, scale: Mapping[str, Any]) -> list[tuple[Spec, Spec]]:
    """Return the ends of intervals as short bars: a narrow interval stays visible behind its point."""
    cap = {"type": "tick", "size": 14, "thickness": 2, "orient": "horizontal" if channel == "y" else "vertical"}
    return [(dict(cap), dict(base) | {channel: measured(end, title=None, **scale)}) for end in ("low", "high")]


def forest(frame: pd.DataFrame, *, names: str, percent: bool, ranges: bool) -> Chart:
    """Return figures one below the other, from the columns ``names``, value, low, high, from, to, text and centre.

    With ``ranges``, a broad bar goes from ``from`` to ``to``.
    """
    ends = span(columns(frame, "low", "high", "value", "centre", "from", "to"), zero=True, most=1.0)
    rows = named(names, axis={"labelLimit": 220, "ticks": False}, sort=list(frame[names]), title=None)
    scale = {"scale": {"domain": list(ends), "nice": False}}
    axis = {"format": percent_format(ends) if percent else ".2~f", "tickCount": 4}
    across = measured("low", title=None, axis=axis, **scale)
    rule = {"type": "rule", "strokeWidth": 3, "color": GREY}
    broad = {"type": "rule", "strokeWidth": 9, "opacity": 0.7, "color": BLUE}
    text = {"type": "text", "dy": -13, "fontWeight": 600, "color": INK}
    shown = tooltip(frame, [names, "value", "low", "high", "n"])
    spread = (broad, {"x": measured("from"), "x2": {"field": "to"}, "y": rows})
    return layers(
        frame,
        44 * len(frame) + 40,
        words_of(frame, [names], "Figures with intervals", percent=percent),
        (rule, {"x": across, "x2": {"field": "high"}, "y": rows}),
        *_caps({"y": rows, "color": {"value": GREY}}, "x", scale),
        *([spread] if ranges else []),
        (point(90), {"x": measured("value"), "y": rows, "tooltip": shown}),
        (text, {"x": measured("centre"), "y": rows, "text": named("text")}),
    )


def curves(frame: pd.DataFrame, *, x: str, x_title: str, y_title: str, series: str, words: str) -> Chart:
    """Return a line for each series over a measured ``x``, from the columns ``x``, value, ``series`` and label.

    A row with a label is a chosen point beside the lines: a large mark with the label beside it. ``words`` says what
    the lines show.
    """
    ends = {name: list(span(columns(frame, name), zero=True)) for name in (x, "value")}
    across = measured(x, title=x_title, scale={"domain": ends[x], "nice": False})
    up = measured("value", title=y_title, scale={"domain": ends["value"], "nice": False})
    colour = named(series, sort=list(dict.fromkeys(frame[series])), title=None, legend={"orient": "top"})
    base = {"x": across, "y": up, "color": colour}
    shown = tooltip(frame, [str(c) for c in frame.columns if c != "label"])
    drawn = layers(
        frame,
        260,
        words,
        ({"type": "line", "strokeWidth": 2}, base),
        (point(30), base | {"tooltip": shown}),
        ({**point(220), "shape": "diamond", "stroke": GREY}, base | {"tooltip": shown}),
        (
            {"type": "text", "align": "left", "dx": 12, "dy": -10, "fontWeight": 600},
            {"x": across, "y": up, "text": named("label")},
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
        "x": named(x, title=x_title, sort=sort, axis=axis),
        "y": named(y, title=y_title, sort=sort),
        "tooltip": tooltip(frame, [str(c) for c in frame.columns]),
    }
    scale: Spec = {"range": list(CELLS), "clamp": True} | ({"domain": list(domain)} if domain else {})
    cells = [f"{a} and {b} {t}" for a, b, t in zip(frame[x], frame[y], frame[text], strict=True)]
    return layers(
        frame,
        max(120, 46 * frame[y].nunique() + 40),
        f"{value} by {x} and {y}: {listed(cells)}",
        ({"type": "rect", "cornerRadius": 3}, base | {"color": measured(value, scale=scale, legend=None)}),
        (
            {"type": "text", "fontSize": 13},
            base | {"text": named(text), "color": {"value": DARK_INK}},
        ),
    )


def curve(frame: pd.DataFrame) -> Chart:
    """Return precision against recall by threshold, from the columns threshold, precision and recall."""
    up = span(columns(frame, "precision"), zero=True, most=1.0)
    across = span(columns(frame, "recall"), zero=True, most=1.0)
    line = {"type": "line", "interpolate": "step-after", "strokeWidth": 2, "color": BLUE}
    best = f"precision up to {frame['precision'].max():.0%}, recall up to {frame['recall'].max():.0%}"
    return layers(
        frame,
        260,
        f"Precision against recall at {counted(len(frame), 'threshold')}: {best}.",
        (
            line,
            {
                "x": measured("recall", axis=shares(across), scale={"domain": list(across), "nice": False}),
                "y": measured("precision", axis=shares(up), scale={"domain": list(up), "nice": False}),
                "order": measured("recall"),
                "tooltip": tooltip(frame, ["threshold", "precision", "recall"]),
            },
        ),
    )


def reliability(frame: pd.DataFrame, *, positive: str) -> Chart:
    """Return the share that people call ``positive`` against the mean score, from score, value, low, high and n.

    A score that says what it means lies on the dashed diagonal.
    """
    up = span(columns(frame, "low", "high", "value"), zero=True, most=1.0)
    across = span(columns(frame, "score"), zero=True, most=1.0)
    corner = min(up[1], across[1])
    x = measured("score", title="mean score", scale={"domain": list(across), "nice": False})
    scale = {"scale": {"domain": list(up), "nice": False}}
    base = {"x": x, "color": {"value": BLUE}}
    shown = tooltip(frame, ["score", "value", "low", "high", "n"])
    ends = {
        "y": measured("low", title=f"share that is '{spoken(positive)}'", axis=shares(up), **scale),
        "y2": {"field": "high"},
    }
    made = layers(
        frame,
        260,
        words_of(frame, ["score"], f"Share that is '{spoken(positive)}' by mean score", percent=True),
        ({"type": "rule", "strokeWidth": 2}, base | ends),
        *_caps(base, "y", scale),
        (point(70), base | {"y": measured("value"), "tooltip": shown}),
    )
    diagonal: Spec = {
        "data": {"values": [{"score": 0, "value": 0}, {"score": corner, "value": corner}]},
        "mark": {"type": "line", "strokeDash": [4, 4], "opacity": 0.5, "color": BLUE},
        "encoding": {"x": x, "y": measured("value")},
    }
    return made._replace(spec=made.spec | {"layer": [diagonal, *made.spec["layer"]]})


def drift(frame: pd.DataFrame, *, title: str) -> Chart:
    """Return a figure by week beside the band of the weeks before it, from week, value, low, high, band low and alarm.

    Weeks with an alarm are red.
    """
    ends = span(columns(frame, "low", "high", "value", "band low", "band high"), most=1.0)
    week = named("week", title=None, axis={"labelAngle": 0, "labelExpr": "slice(datum.label, 5)"})
    scale = {"scale": {"domain": list(ends), "nice": False, "zero": False}}
    colour = {"condition": {"test": "datum.alarm", "value": RED}, "value": BLUE}
    base = {"x": week, "color": colour}
    up = measured("band low", title=None, axis=shares(ends), **scale)
    shown = tooltip(frame, ["week", "value", "low", "high", "n", "band low", "band high", "moved"])
    return layers(
        frame,
        240,
        words_of(frame, ["week"], title, percent=True),
        (
            {"type": "bar", "opacity": 0.35, "color": "#8a94a6", "size": 26},
            {"x": week, "y": up, "y2": {"field": "band high"}},
        ),
        ({"type": "rule", "strokeWidth": 2}, base | {"y": measured("low", **scale), "y2": {"field": "high"}}),
        *_caps(base, "y", scale),
        (point(80), base | {"y": measured("value"), "tooltip": shown}),
    )
