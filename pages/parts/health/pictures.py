"""Small pictures of one figure over time: points with bands, two sides in two colours, gaps where nothing came."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import pandas as pd

from pages.parts.shared.chart_parts import (
    BLUE,
    GREY,
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
from review.monitoring.bucket import Bucket
from review.monitoring.comparing import Compared, Side
from review.monitoring.metrics import Metric

PICK = "pick"
"""The name of the selection: a click on a point opens what is behind it."""
WHEN = {"hour": "%d %b %H:%M", "day": "%d %b", "week": "%d %b", "all": "%d %b"}


@dataclass(frozen=True, kw_only=True)
class Point:
    """One point of a picture with one series: the start of its window (UTC text), its value and its interval."""

    start: str
    by: str
    value: float | None
    low: float | None
    high: float | None
    n: int


@dataclass(frozen=True)
class Figure:
    """One figure to draw: its metric, and which of the quantiles where it has several."""

    metric: Metric
    quantile: str = ""

    @property
    def key(self) -> str:
        """Return a name that no other figure of the page has."""
        return f"{self.metric.name}{self.quantile and '_' + self.quantile}"

    @property
    def title(self) -> str:
        """Return its title, with its unit."""
        unit = f" ({self.metric.unit})" if self.metric.unit else ""
        title = self.metric.title.removeprefix("Check: ").capitalize()
        return f"{title}{self.quantile and ' ' + self.quantile.upper()}{unit}"

    def of(self, one: Bucket) -> tuple[float | None, float | None, float | None, int]:
        """Return its value in a window with the ends of its interval, and how many conversations are behind it."""
        metric = self.metric
        if metric.kind == "share":
            found = one.checks.get(metric.check) if metric.check else one.shares[metric.name]
            if found is None or found.value is None or found.ci is None:
                return None, None, None, 0
            return found.value, *found.ci, found.n
        if metric.kind == "quantile":
            return one.latency[self.quantile], None, None, one.timed
        value = one.sums[metric.name] if metric.kind == "sum" else (one.traffic or None)
        return value, None, None, one.traffic


def table_of(found: Compared, figure: Figure) -> pd.DataFrame:
    """Return one row for each window of each side: position, when, series, value, low, high and n.

    The sides are laid over each other window by window, so that two periods can be compared.
    """
    sides = [side for side in (found.first, found.second) if side is not None]
    rows = [_row(side, at, one, figure) for side in sides for at, one in enumerate(side.series.buckets)]
    return pd.DataFrame(rows, columns=["position", "when", "series", "value", "low", "high", "n", "start"])


def _row(side: Side, at: int, one: Bucket, figure: Figure) -> dict[str, Any]:
    value, low, high, n = figure.of(one)
    when = pd.Timestamp(one.start).strftime(WHEN[side.series.asked.by])
    return {
        "position": at, "when": when, "series": side.title, "value": value, "low": low, "high": high, "n": n,
        "start": one.start,
    }  # fmt: skip


def small(frame: pd.DataFrame, figure: Figure, series: Sequence[str]) -> Chart:
    """Return the picture of one figure, whose points can be clicked."""
    made = drawn(frame, figure.title, series, percent=figure.metric.kind == "share")
    pick = {"name": PICK, "select": {"type": "point", "fields": ["start", "series"]}}
    made.spec["layer"][-1]["params"] = [pick]
    return made


def points_picture(points: Sequence[Point], title: str, *, percent: bool) -> Chart:
    """Return the picture of one figure with one series."""
    rows = [
        {
            "position": at, "when": pd.Timestamp(p.start).strftime(WHEN[p.by]), "series": title, "value": p.value,
            "low": p.low, "high": p.high, "n": p.n, "start": p.start,
        }
        for at, p in enumerate(points)
    ]  # fmt: skip
    return drawn(pd.DataFrame(rows), title, [title], percent=percent)


def drawn(frame: pd.DataFrame, title: str, series: Sequence[str], *, percent: bool) -> Chart:
    """Return lines with bands; lines stop where nothing came in. The axis has the dates of the last series."""
    ends = span(columns(frame, "low", "high", "value"), zero=True, most=1.0 if percent else None)
    labels = frame[frame["series"] == series[-1]].set_index("position")["when"].to_dict()
    ticks = list(labels)[:: max(1, -(-len(labels) // 4))]
    across = measured(
        "position",
        title=None,
        axis={
            "values": ticks,
            "labelExpr": f"{_literal(list(labels.values()))}[datum.value]",
            "grid": False,
            "labelAngle": 0,
            "aria": False,
        },
        scale={"nice": False},
    )
    colour: Spec = {"value": BLUE}
    if len(series) > 1:
        colour = named("series", scale={"domain": list(series), "range": [GREY, BLUE]}, title=None, legend=None)
    axis = shares(ends) if percent else amounts(ends) | {"tickCount": 4}
    up = measured("value", title=None, axis=axis, scale={"domain": list(ends), "nice": False})
    base: Spec = {"x": across, "color": colour}
    shown = tooltip(frame, ["when", "series", "value", *(["low", "high"] if percent else []), "n"])
    band = ({"type": "area", "opacity": 0.2}, base | {"y": measured("low"), "y2": {"field": "high"}})
    made = layers(
        frame,
        150,
        in_words(frame, title, series, percent=percent),
        *([band] if percent else []),
        ({"type": "line", "strokeWidth": 2, "invalid": "break-paths-show-domains"}, base | {"y": up}),
        (point(45), base | {"y": up, "tooltip": shown}),
    )
    return said_as_a_whole(made)


def in_words(frame: pd.DataFrame, title: str, series: Sequence[str], *, percent: bool) -> str:
    """Return what a picture shows: the latest figure of each series, how it moved, and where nothing is known."""
    said = [_moved(frame[frame["series"] == one], percent=percent) for one in series]
    named = said if len(series) == 1 else [f"{one}, {words}" for one, words in zip(series, said, strict=True)]
    return f"{title}: {'; '.join(named)}."


def _moved(frame: pd.DataFrame, *, percent: bool) -> str:
    known = frame.dropna(subset=["value"])
    if known.empty:
        return "no figure in any window"
    values = known["value"].to_numpy()
    last, low, high = (known.iloc[place] for place in (-1, values.argmin(), values.argmax()))
    interval = ""
    if percent and pd.notna(last["low"]) and pd.notna(last["high"]):
        interval = f" ({_number(last['low'], percent=True)} to {_number(last['high'], percent=True)})"
    latest = f"{_number(last['value'], percent=percent)}{interval} on {last['when']}"
    least, most = (f"{_number(one['value'], percent=percent)} on {one['when']}" for one in (low, high))
    if len(known) == 1:
        moved = ""
    elif low["value"] == high["value"]:
        moved = ", as in every window"
    else:
        moved = f", lowest {least}, highest {most}"
    gaps = len(known) < len(frame)
    return f"{latest}{moved}" + (f"; {len(known):,} of {len(frame):,} windows have a figure" if gaps else "")


def _number(value: float, *, percent: bool) -> str:
    return f"{100 * value:.3g}%" if percent else f"{value:,.0f}" if abs(value) >= 100 else f"{value:,.3g}"


def _literal(words: Sequence[str]) -> str:
    """Return dates as a list in the language of Vega's expressions; they hold no quotes."""
    return "[" + ", ".join(f"'{word}'" for word in words) + "]"
