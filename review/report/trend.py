"""The figures of the last weeks as a small drawing: a bar for each week's interval, a dot for its value."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from review.basics.words import percent
from review.report.plot import upper_end
from review.report.templates import TEMPLATES
from review.statistics.answers.answer import Line
from review.statistics.quantity import Quantity

HEIGHT = 44
"""Pixels from the top of the axis to its bottom, which is 0%."""


@dataclass(frozen=True, kw_only=True)
class Bar:
    """One week: where it stands (percent of the width), its dot and the top and height of its interval, in pixels.

    ``dot`` is None in a week without a figure, which has an interval where open ties leave a range.
    """

    x: float
    dot: float | None
    reach: tuple[float, float] | None


@dataclass(frozen=True, kw_only=True)
class Trend:
    """The drawing; ``high`` names the top of its axis, ``first`` and ``last`` the weeks at its ends, ``text`` all."""

    title: str
    text: str
    identity: str
    bars: tuple[Bar, ...]
    high: str
    first: str
    last: str


def trend(line: Line, *, identity: str) -> Trend | None:
    """Return the drawing of a line's trend, None where there are fewer than two figures."""
    if sum(q.value is not None for q in line.trend) < 2:
        return None
    high = upper_end([_known(q) for q in line.trend])
    step = 100 / len(line.trend)
    bars = tuple(_bar(q, step * (k + 0.5), high) for k, q in enumerate(line.trend))
    said = [f"{week} {_said(q)}" for week, q in zip(line.weeks, line.trend, strict=True)]
    return Trend(
        title=f"'{line.name}' week by week",
        text="; ".join(said),
        identity=identity,
        bars=bars,
        high=percent(high),
        first=_short(line.weeks),
        last=line.weeks[-1][5:],
    )


def trend_html(line: Line, *, identity: str) -> str:
    """Return the drawing as HTML, "" where there is none. Texts from data are escaped."""
    found = trend(line, identity=identity)
    if found is None:
        return ""
    return str(TEMPLATES.get_template("trend.html").make_module().draw(found))  # type: ignore[attr-defined]


def _bar(found: Quantity, x: float, high: float) -> Bar:
    dot = None if found.value is None else _down(found.value, high)
    if found.ci is None:
        return Bar(x=x, dot=dot, reach=None)
    top, bottom = _down(found.ci[1], high), _down(found.ci[0], high)
    return Bar(x=x, dot=dot, reach=(top, round(max(bottom - top, 1), 1)))


def _known(found: Quantity) -> Quantity:
    """Return the quantity with the top of its interval as its value, so that a range counts too."""
    return found if found.ci is None else Quantity(value=found.ci[1], ci=found.ci)


def _down(share: float, high: float) -> float:
    return round(HEIGHT * (1 - min(max(share / high, 0.0), 1.0)), 1)


def _said(found: Quantity) -> str:
    if found.value is None:
        return "open ties" if found.ci else "no figure"
    return percent(found.value) + (f" ({percent(found.ci[0])} to {percent(found.ci[1])})" if found.ci else "")


def _short(weeks: Sequence[str]) -> str:
    """Return the first week, with its year only where the last week lies in another one."""
    return weeks[0] if weeks[0][:4] != weeks[-1][:4] else weeks[0][5:]
