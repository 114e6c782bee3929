"""Charts as Vega-Lite specifications, which the browser draws.

They are plain values. Altair checks every part of a chart against its schema each time, which takes longer than all
else that a page does on its second opening. Every axis fits its data, so that an interval of one percent can be seen,
and every chart says in words what it shows.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, NamedTuple

import pandas as pd
from pandas.api.types import is_numeric_dtype

from review.basics.words import counted

BLUE = "#4f7fe0"
"""The colour of a single series. It reads well on light and dark pages; marks without a colour would be black."""
GREY = "#7d879b"
"""Of what stands back, such as intervals; it can be seen on light and dark pages."""
RED = "#d1495b"
"""Of what needs a look."""
DARK_INK = "#1a2233"
INK = "currentColor"
"""The colour of the words of the page, which follows a change of theme without a rerun."""
CELLS = ("#e4edfd", "#76a1ec")
"""From the lowest to the highest cell of a heat map. Dark letters can be read on all of them, on any page."""
ROOM = 0.06
"""The part of an axis that stays free beyond the data, so that no mark is cut off."""
NAMED = 8
"""How many figures the words of a chart name; its table has all."""
Spec = dict[str, Any]
Span = tuple[float, float]


class Chart(NamedTuple):
    """A table, how to draw it, and what the drawing shows in words."""

    frame: pd.DataFrame
    spec: Spec
    alt: str


def span(values: Iterable[float | None], *, zero: bool = False, most: float | None = None) -> Span:
    """Return the ends of an axis that holds all ``values`` with some room; from 0 with ``zero``, at most to ``most``.

    Without a value it is 0 to 1. Pure.
    """
    known = [float(v) for v in values if v is not None and math.isfinite(v)]
    if not known:
        return 0.0, 1.0
    low, high = min([*known, 0.0] if zero else known), max(known)
    room = ROOM * (high - low) or max(abs(high) * ROOM, 0.01)
    ends = (low if zero and low == 0 else low - room), high + room
    # A share is never beyond 1 and hardly ever below 0; the axis ends there only where the data do.
    return ends[0], ends[1] if most is None else max(min(ends[1], most), high)


def _columns(frame: pd.DataFrame, *names: str) -> list[float]:
    return [float(v) for name in names if name in frame for v in frame[name].dropna()]


def _percent_format(ends: Span) -> str:
    return ".2~%" if ends[1] - ends[0] < 0.1 else "~%"


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
    domain = list(span(_columns(frame, "low", "high", "value")))
    up = {"scale": {"domain": domain, "nice": False, "zero": False}}
    shown = _tooltip(frame, [str(c) for c in frame.columns if not str(c).startswith("how")])
    names = [x, series] if series else [x]
    return _layers(
        frame,
        240,
        _words(frame, names, f"{y_title or 'Figures'} with intervals"),
        (
            {"type": "rule", "strokeWidth": 2},
            base | {"y": _measured("low", title=y_title, **up), "y2": {"field": "high"}},
        ),
        *_caps(base, "y", up),
        (_point(70), base | {"y": _measured("value"), "tooltip": shown}),
    )


def _caps(base: Mapping[str, Any], channel: str, scale: Mapping[str, Any]) -> list[tuple[Spec, Spec]]:
    """Return the ends of intervals as short bars: a narrow interval stays visible behind its point."""
    cap = {"type": "tick", "size": 14, "thickness": 2, "orient": "horizontal" if channel == "y" else "vertical"}
    return [(dict(cap), dict(base) | {channel: _measured(end, title=None, **scale)}) for end in ("low", "high")]


def forest(frame: pd.DataFrame, *, names: str, percent: bool, ranges: bool) -> Chart:
    """Return figures one below the other, from the columns ``names``, value, low, high, from, to, text and centre.

    With ``ranges``, a broad bar goes from ``from`` to ``to``.
    """
    ends = span(_columns(frame, "low", "high", "value", "centre", "from", "to"), zero=True, most=1.0)
    rows = _named(names, axis={"labelLimit": 220, "ticks": False}, sort=list(frame[names]), title=None)
    scale = {"scale": {"domain": list(ends), "nice": False}}
    axis = {"format": _percent_format(ends) if percent else ".2~f", "tickCount": 4}
    across = _measured("low", title=None, axis=axis, **scale)
    rule = {"type": "rule", "strokeWidth": 3, "color": GREY}
    broad = {"type": "rule", "strokeWidth": 9, "opacity": 0.7, "color": BLUE}
    text = {"type": "text", "dy": -13, "fontWeight": 600, "color": INK}
    shown = _tooltip(frame, [names, "value", "low", "high", "n"])
    spread = (broad, {"x": _measured("from"), "x2": {"field": "to"}, "y": rows})
    return _layers(
        frame,
        44 * len(frame) + 40,
        _words(frame, [names], "Figures with intervals", percent=percent),
        (rule, {"x": across, "x2": {"field": "high"}, "y": rows}),
        *_caps({"y": rows, "color": {"value": GREY}}, "x", scale),
        *([spread] if ranges else []),
        (_point(90), {"x": _measured("value"), "y": rows, "tooltip": shown}),
        (text, {"x": _measured("centre"), "y": rows, "text": _named("text")}),
    )


def curves(frame: pd.DataFrame, *, x: str, x_title: str, y_title: str, series: str, words: str) -> Chart:
    """Return a line for each series over a measured ``x``, from the columns ``x``, value, ``series`` and label.

    A row with a label is a chosen point beside the lines: a large mark with the label beside it. ``words`` says what
    the lines show.
    """
    ends = {name: list(span(_columns(frame, name), zero=True)) for name in (x, "value")}
    across = _measured(x, title=x_title, scale={"domain": ends[x], "nice": False})
    up = _measured("value", title=y_title, scale={"domain": ends["value"], "nice": False})
    colour = _named(series, sort=list(dict.fromkeys(frame[series])), title=None, legend={"orient": "top"})
    base = {"x": across, "y": up, "color": colour}
    shown = _tooltip(frame, [str(c) for c in frame.columns if c != "label"])
    drawn = _layers(
        frame,
        260,
        words,
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
    cells = [f"{a} and {b} {t}" for a, b, t in zip(frame[x], frame[y], frame[text], strict=True)]
    return _layers(
        frame,
        max(120, 46 * frame[y].nunique() + 40),
        f"{value} by {x} and {y}: {_listed(cells)}",
        ({"type": "rect", "cornerRadius": 3}, base | {"color": _measured(value, scale=scale, legend=None)}),
        (
            {"type": "text", "fontSize": 13},
            base | {"text": _named(text), "color": {"value": DARK_INK}},
        ),
    )


def curve(frame: pd.DataFrame) -> Chart:
    """Return precision against recall by threshold, from the columns threshold, precision and recall."""
    up = span(_columns(frame, "precision"), zero=True, most=1.0)
    across = span(_columns(frame, "recall"), zero=True, most=1.0)
    line = {"type": "line", "interpolate": "step-after", "strokeWidth": 2, "color": BLUE}
    best = f"precision up to {frame['precision'].max():.0%}, recall up to {frame['recall'].max():.0%}"
    return _layers(
        frame,
        260,
        f"Precision against recall at {counted(len(frame), 'threshold')}: {best}.",
        (
            line,
            {
                "x": _measured("recall", axis=_shares(across), scale={"domain": list(across), "nice": False}),
                "y": _measured("precision", axis=_shares(up), scale={"domain": list(up), "nice": False}),
                "order": _measured("recall"),
                "tooltip": _tooltip(frame, ["threshold", "precision", "recall"]),
            },
        ),
    )


def reliability(frame: pd.DataFrame, *, positive: str) -> Chart:
    """Return the share that people call ``positive`` against the mean score, from score, value, low, high and n.

    A score that says what it means lies on the dashed diagonal.
    """
    up = span(_columns(frame, "low", "high", "value"), zero=True, most=1.0)
    across = span(_columns(frame, "score"), zero=True, most=1.0)
    corner = min(up[1], across[1])
    x = _measured("score", title="mean score", scale={"domain": list(across), "nice": False})
    scale = {"scale": {"domain": list(up), "nice": False}}
    base = {"x": x, "color": {"value": BLUE}}
    shown = _tooltip(frame, ["score", "value", "low", "high", "n"])
    ends = {
        "y": _measured("low", title=f"share that is '{positive}'", axis=_shares(up), **scale),
        "y2": {"field": "high"},
    }
    made = _layers(
        frame,
        260,
        _words(frame, ["score"], f"Share that is '{positive}' by mean score", percent=True),
        ({"type": "rule", "strokeWidth": 2}, base | ends),
        *_caps(base, "y", scale),
        (_point(70), base | {"y": _measured("value"), "tooltip": shown}),
    )
    diagonal: Spec = {
        "data": {"values": [{"score": 0, "value": 0}, {"score": corner, "value": corner}]},
        "mark": {"type": "line", "strokeDash": [4, 4], "opacity": 0.5, "color": BLUE},
        "encoding": {"x": x, "y": _measured("value")},
    }
    return made._replace(spec=made.spec | {"layer": [diagonal, *made.spec["layer"]]})


def drift(frame: pd.DataFrame, *, title: str) -> Chart:
    """Return a figure by week beside the band of the weeks before it, from week, value, low, high, band low and alarm.

    Weeks with an alarm are red.
    """
    ends = span(_columns(frame, "low", "high", "value", "band low", "band high"), most=1.0)
    week = _named("week", title=None, axis={"labelAngle": 0, "labelExpr": "slice(datum.label, 5)"})
    scale = {"scale": {"domain": list(ends), "nice": False, "zero": False}}
    colour = {"condition": {"test": "datum.alarm", "value": RED}, "value": BLUE}
    base = {"x": week, "color": colour}
    up = _measured("band low", title=None, axis=_shares(ends), **scale)
    shown = _tooltip(frame, ["week", "value", "low", "high", "n", "band low", "band high", "moved"])
    return _layers(
        frame,
        240,
        _words(frame, ["week"], title, percent=True),
        (
            {"type": "bar", "opacity": 0.35, "color": "#8a94a6", "size": 26},
            {"x": week, "y": up, "y2": {"field": "band high"}},
        ),
        ({"type": "rule", "strokeWidth": 2}, base | {"y": _measured("low", **scale), "y2": {"field": "high"}}),
        *_caps(base, "y", scale),
        (_point(80), base | {"y": _measured("value"), "tooltip": shown}),
    )


def _shares(ends: Span) -> Spec:
    return {"format": _percent_format(ends), "tickCount": 5}


def _words(frame: pd.DataFrame, names: Sequence[str], what: str, *, percent: bool = False) -> str:
    """Return a chart of intervals in words: each figure with its name, its value and its interval."""
    parts = []
    for row in frame.to_dict("records"):
        called = ", ".join(str(row[n]) for n in names)
        value, low, high = (_said(row.get(n), percent=percent) for n in ("value", "low", "high"))
        interval = f" ({low} to {high})" if low and high else ""
        parts.append(f"{called} {value or row.get('text') or 'unknown'}{interval}")
    return f"{what}: {_listed(parts)}"


def _said(value: Any, *, percent: bool) -> str:
    if value is None or not isinstance(value, int | float) or not math.isfinite(value):
        return ""
    return f"{100 * value:.3g}%" if percent else f"{value:.2f}"


def _listed(parts: Sequence[str]) -> str:
    more = f"; and {len(parts) - NAMED:,} more in the table" if len(parts) > NAMED else ""
    return f"{'; '.join(parts[:NAMED])}{more}."


def _layers(frame: pd.DataFrame, height: int, words: str, *layers: tuple[Spec, Mapping[str, Any]]) -> Chart:
    drawn = [{"mark": mark, "encoding": dict(e)} for mark, e in layers]
    return Chart(frame, {"layer": drawn, "height": height}, words)


def _point(size: int) -> Spec:
    return {"type": "point", "filled": True, "size": size, "opacity": 1}


def _named(field: str, **options: Any) -> Spec:
    return {"field": field, "type": "nominal", **options}


def _measured(field: str, **options: Any) -> Spec:
    return {"field": field, "type": "quantitative", **options}


def _tooltip(frame: pd.DataFrame, names: Sequence[str]) -> list[Spec]:
    return [_measured(n) if is_numeric_dtype(frame[n]) else _named(n) for n in names]
