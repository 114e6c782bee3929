"""A figure over the weeks of failures, as a chart."""

from __future__ import annotations

from typing import Any

import pandas as pd

from pages.parts.shared.chart_parts import BLUE, Chart, columns, layers, measured, named, point, span, tooltip, words_of


def by_week(frame: pd.DataFrame, *, title: str, series: str | None = None) -> Chart:
    """Return points by week from the columns week, value and, for several series, ``series``; the axis begins at 0.

    ``title`` stands at the axis of several series only: that of one may be longer than the axis, so it stands above.
    """
    base: dict[str, Any] = {
        "x": named("week", axis={"labelAngle": 0, "labelLimit": 140}, sort="ascending", title=None),
        "color": {"value": BLUE},
    }
    if series:
        base["color"] = named(series, sort=list(dict.fromkeys(frame[series])), title=None, legend={"orient": "top"})
    domain = list(span(columns(frame, "value"), zero=True))
    up = measured("value", title=title if series else None, scale={"domain": domain, "nice": False})
    shown = tooltip(frame, [str(c) for c in frame.columns])
    return layers(
        frame,
        180,
        words_of(frame, ["week", series] if series else ["week"], title),
        ({"type": "line", "strokeWidth": 2}, base | {"y": up}),
        (point(70), base | {"y": up, "tooltip": shown}),
    )
