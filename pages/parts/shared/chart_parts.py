"""What charts are made of: a table with its Vega-Lite specification, axes that fit the data, marks, and words."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, NamedTuple

import pandas as pd
from pandas.api.types import is_numeric_dtype

from review.basics.words import signed

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


def columns(frame: pd.DataFrame, *names: str) -> list[float]:
    """Return the known numbers of some columns."""
    return [float(v) for name in names if name in frame for v in frame[name].dropna()]


def percent_format(ends: Span) -> str:
    """Return how a share is written on an axis: with decimals where the axis is short."""
    return ".2~%" if ends[1] - ends[0] < 0.1 else "~%"


def shares(ends: Span) -> Spec:
    """Return an axis of shares."""
    return {"format": percent_format(ends), "tickCount": 5}


def amounts(ends: Span) -> Spec:
    """Return an axis of amounts: thousands as 6k; amounts under ten as they are, where 0.4 would become 400m."""
    # All labels of an axis get the same prefix, so that zero would be 0k.
    zero = {"labelExpr": "datum.value === 0 ? '0' : datum.label"}
    return {"format": "~s", "tickCount": 5, **zero} if ends[1] >= 10 else {"format": ",.2~f", "tickCount": 5}


def words_of(frame: pd.DataFrame, names: Sequence[str], what: str, *, percent: bool = False) -> str:
    """Return a chart of intervals in words: each figure with its name, its value and its interval."""
    parts = []
    for row in frame.to_dict("records"):
        called = ", ".join(str(row[n]) for n in names)
        value, low, high = (_said(row.get(n), percent=percent) for n in ("value", "low", "high"))
        interval = f" ({low} to {high})" if low and high else ""
        parts.append(f"{called} {value or row.get('text') or 'unknown'}{interval}")
    return f"{what}: {listed(parts)}"


def _said(value: Any, *, percent: bool) -> str:
    if value is None or not isinstance(value, int | float) or not math.isfinite(value):
        return ""
    return f"{signed(100 * value, '.3g')}%" if percent else signed(value, ".2f")


def listed(parts: Sequence[str]) -> str:
    """Return the first figures of a chart in words, and how many more its table has."""
    more = f"; and {len(parts) - NAMED:,} more in the table" if len(parts) > NAMED else ""
    return f"{'; '.join(parts[:NAMED])}{more}."


def layers(frame: pd.DataFrame, height: int, words: str, *marks: tuple[Spec, Mapping[str, Any]]) -> Chart:
    """Return a chart of layers, each a mark with its encoding; the first is at the back."""
    drawn = [{"mark": mark, "encoding": dict(e)} for mark, e in marks]
    return Chart(frame, {"layer": drawn, "height": height}, words)


def said_as_a_whole(chart: Chart) -> Chart:
    """Let only the words of a chart be read out, where each mark would say its place and not its name."""
    for layer in chart.spec["layer"]:
        layer["mark"] = {**layer["mark"], "aria": False}
    return chart


def point(size: int) -> Spec:
    """Return a filled point."""
    return {"type": "point", "filled": True, "size": size, "opacity": 1}


def named(field: str, **options: Any) -> Spec:
    """Return the encoding of a column of names."""
    return {"field": field, "type": "nominal", **options}


def measured(field: str, **options: Any) -> Spec:
    """Return the encoding of a column of numbers."""
    return {"field": field, "type": "quantitative", **options}


def tooltip(frame: pd.DataFrame, names: Sequence[str]) -> list[Spec]:
    """Return the encoding of a tooltip with these columns."""
    return [measured(n) if is_numeric_dtype(frame[n]) else named(n) for n in names]
