"""The pictures of the Compare page."""

from __future__ import annotations

import pandas as pd

from pages.parts.shared.chart_parts import (
    BLUE,
    GREY,
    INK,
    Chart,
    columns,
    layers,
    listed,
    measured,
    named,
    percent_format,
    point,
    span,
    tooltip,
)


def frontier(frame: pd.DataFrame, *, x_title: str) -> Chart:
    """Return versions by a price (column x) and accuracy (value, low, high); ``place`` marks those on the frontier."""
    up_ends, across_ends = span(columns(frame, "low", "high", "value"), most=1.0), span(columns(frame, "x"), zero=True)
    up = {
        "title": "combined accuracy",
        "scale": {"domain": list(up_ends), "nice": False, "zero": False},
        "axis": {"format": percent_format(up_ends), "tickCount": 5},
    }
    across = measured("x", title=x_title, scale={"domain": list(across_ends), "nice": False})
    colour = named(
        "place",
        title=None,
        legend={"orient": "top"},
        scale={"domain": ["on the frontier", "another version beats it"], "range": [BLUE, GREY]},
    )
    best = frame[frame["place"] == "on the frontier"].sort_values("x")
    words = [f"{r['version']} {r['value']:.1%} at {r['x']:.4g}, {r['place']}" for r in frame.to_dict("records")]
    drawn = layers(
        frame,
        280,
        f"Accuracy by {x_title}: {listed(words)}",
        (
            {"type": "line", "strokeDash": [4, 4], "color": BLUE, "opacity": 0.6},
            {"x": across, "y": measured("value", **up)},
        ),
        (
            {"type": "rule", "strokeWidth": 2},
            {"x": across, "y": measured("low", **up), "y2": {"field": "high"}, "color": colour},
        ),
        (
            point(110),
            {
                "x": across,
                "y": measured("value"),
                "color": colour,
                "tooltip": tooltip(frame, ["version", "x", "value", "low", "high"]),
            },
        ),
        (
            {"type": "text", "align": "left", "dx": 10, "dy": -8, "fontWeight": 600, "color": INK},
            {"x": across, "y": measured("value"), "text": named("version")},
        ),
    )
    drawn.spec["layer"][0]["transform"] = [{"filter": "datum.place == 'on the frontier'"}]
    if len(best) < 2:
        drawn.spec["layer"].pop(0)
    return drawn
