"""The picture of an alert: its figure by day, the confidence sequence, the limit, and when it rang."""

from __future__ import annotations

from datetime import date
from typing import Any

import pandas as pd

from pages.parts.shared.chart_parts import (
    BLUE,
    GREY,
    INK,
    RED,
    Chart,
    Spec,
    amounts,
    columns,
    layers,
    measured,
    named,
    point,
    said_as_a_whole,
    shares,
    span,
    tooltip,
)
from review.monitoring.alerts.found import Watched
from review.monitoring.alerts.spans import spoken_start

LEGEND = (
    "Dashed: the most that is usual. Shaded: where the figure lies with 95% confidence, on all days together since "
    "the watch began."
)
MOST_DAYS = 8
"""So many labels fit below a picture, also on a small screen."""


def table_of(one: Watched) -> pd.DataFrame:
    """Return a row for each window: when, value, low, high, limit, n, and in words when it rang.

    The figure of an alert that waits for a fall is turned round, so that it is the one people know.
    """
    turned = one.declared.falling
    rang = {ring.at[:10] for ring in one.rings}
    rows = [
        {
            "at": k,
            "when": p.start,
            "value": _turned(p.value, turned),
            "low": _turned(p.high if turned else p.low, turned),
            "high": _turned(p.low if turned else p.high, turned),
            "limit": _turned(one.bound, turned),
            "n": p.n,
            "rang": "rang" if p.start[:10] in rang else "",
        }
        for k, p in enumerate(one.points)
    ]
    return pd.DataFrame(rows, columns=["at", "when", "value", "low", "high", "limit", "n", "rang"])


def _turned(value: float | None, turned: bool) -> float | None:
    return 1 - value if turned and value is not None else value


def picture(one: Watched) -> Chart:
    """Return the picture of an alert."""
    frame = table_of(one)
    percent = one.declared.how in ("rate", "judges")
    ends = span(columns(frame, "value", "limit"), zero=True, most=1.0 if percent else None)
    up: Spec = {"scale": {"domain": list(ends), "nice": False}}
    axis: Spec = shares(ends) if percent else amounts(ends) | {"tickCount": 5}
    step = max(1, -(-len(frame) // MOST_DAYS))
    across: Spec = {
        "field": "at",
        "type": "quantitative",
        "title": None,
        "scale": {"domain": [-0.5, max(len(frame) - 0.5, 0.5)], "nice": False},
        "axis": {
            "values": list(range(0, len(frame), step)),
            "labelExpr": _labels(frame),
            "grid": False,
            "labelOverlap": True,
            "aria": False,
        },
    }
    value = measured("value", title=None, axis=axis, **up)
    shown = tooltip(frame, ["when", "value", "low", "high", "limit", "n"])
    band = {"type": "area", "opacity": 0.18, "color": BLUE, "clip": True}
    limit = {"type": "rule", "strokeDash": [5, 4], "color": GREY, "strokeWidth": 2}
    drawn = layers(
        frame,
        200,
        _words(one),
        (band, {"x": across, "y": measured("low", title=None, axis=axis, **up), "y2": {"field": "high"}}),
        (limit, {"y": measured("limit", title=None, aggregate="min", **up)}),
        ({"type": "line", "strokeWidth": 1.5, "color": BLUE, "clip": True}, {"x": across, "y": value}),
        (point(36), {"x": across, "y": value, "color": {"value": BLUE}, "tooltip": shown}),
        ({"type": "rule", "color": RED, "strokeWidth": 2}, {"x": across}),
        ({"type": "text", "color": INK, "dy": -8, "y": 0, "fontWeight": 600}, {"x": across, "text": named("rang")}),
    )
    for layer in drawn.spec["layer"][-2:]:
        layer["transform"] = [{"filter": "datum.rang != ''"}]
    if one.bound is None:
        del drawn.spec["layer"][1]
    return said_as_a_whole(drawn)


def _labels(frame: pd.DataFrame) -> str:
    """Return the expression that writes the day below a place."""
    days = [date.fromisoformat(str(when)[:10]) for when in frame["when"]]
    listed = ", ".join(f"'{day.day} {day:%b}'" for day in days)
    return f"[{listed}][datum.value] || ''"


def _words(one: Watched) -> str:
    """Return what the picture shows: the latest figure beside the limit, and when the alert rang."""
    turned, percent = one.declared.falling, one.declared.how in ("rate", "judges")
    known: list[Any] = [_turned(p.value, turned) for p in one.points if p.value is not None]
    last = f"{_number(known[-1], percent=percent)} in the last window with a figure" if known else "no figure yet"
    bound = _turned(one.bound, turned)
    kind = "least" if turned else "most"
    limit = (
        f", the {kind} that is usual is {_number(bound, percent=percent)}" if bound is not None else ", no limit yet"
    )
    rang = ", ".join(spoken_start(ring.at) for ring in one.rings)
    return f"{one.declared.title} by {one.declared.alert.window}: {last}{limit}. " + (
        f"It rang: {rang}." if rang else "It has not rung."
    )


def _number(value: float, *, percent: bool) -> str:
    return f"{100 * value:.3g}%" if percent else f"{value:,.4g}"
