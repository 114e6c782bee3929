"""Draw the twelve simulated weeks: the truth with each week's estimate, and what became of the claimed fixes."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Protocol

import altair as alt
import pandas as pd

from review.statistics.fixes import CAME_BACK, FIXED, OPEN, SOME_LEFT

WIDTH, HEIGHT = 700, 260
INK, TRUTH, MISSED, QUIET = "#1f2430", "#0b6e8f", "#b3261e", "#8a8f98"
STATES = {FIXED: "#2e7d4f", CAME_BACK: "#b3261e", SOME_LEFT: "#b7791f", OPEN: "#8a8f98"}
TITLE = {"joins": "Rows joined wrongly", "days": "A day too many or too few"}


class Drawn(Protocol):
    """What the picture needs to know of a week."""

    @property
    def week(self) -> str:
        """The week, such as 2026-W40."""

    @property
    def truth(self) -> float:
        """The true share of right answers."""

    @property
    def estimate(self) -> float:
        """The estimated share."""

    @property
    def limits(self) -> tuple[float, float]:
        """Its interval."""

    @property
    def covered(self) -> bool:
        """Whether the interval holds the truth."""

    @property
    def event(self) -> str:
        """What happened before the week, "" for nothing."""

    @property
    def states(self) -> Any:
        """The state of the latest claim on each fault."""


def picture(weeks: Sequence[Drawn]) -> Any:
    """Return the chart of the weeks, in order. Its background is white, so that it reads on any page."""
    told = pd.DataFrame(
        {
            "week": one.week[5:],
            "truth": one.truth,
            "estimate": one.estimate,
            "low": one.limits[0],
            "high": one.limits[1],
            "holds": "holds the truth" if one.covered else "misses it",
            "event": one.event,
        }
        for one in weeks
    )
    states = pd.DataFrame(
        {"week": one.week[5:], "fault": TITLE[fault], "state": state}
        for one in weeks
        for fault, state in one.states.items()
    )
    names = list(told["week"])
    return (
        alt.vconcat(_quality(told, names), _fixes(states, names), spacing=8)
        .resolve_scale(color="independent")
        .configure(background="white", font="Helvetica, Arial, sans-serif")
        .configure_view(stroke=None)
        .configure_axis(labelColor=INK, titleColor=INK, gridColor="#e8eaee", domainColor=QUIET, labelFontSize=12)
        .configure_legend(orient="top", title=None, labelFontSize=12, labelColor=INK)
    )


def _quality(told: pd.DataFrame, names: Sequence[str]) -> Any:
    weeks = alt.X("week:N", sort=list(names), title=None, axis=alt.Axis(labelAngle=0))
    share = alt.Y(
        "truth:Q", title="answers that are right", axis=alt.Axis(format="%", tickCount=6),
        scale=alt.Scale(domain=[float(told["low"].min()) - 0.04, 1.05], nice=False),
    )  # fmt: skip
    kinds = alt.Scale(domain=["holds the truth", "misses it"], range=[INK, MISSED])
    held = alt.Color("holds:N", scale=kinds, legend=alt.Legend(title="95% interval"))
    base = alt.Chart(told)
    truth = base.mark_line(color=TRUTH, strokeWidth=2.5, interpolate="step").encode(weeks, share)
    ranges = base.mark_rule(strokeWidth=2).encode(weeks, alt.Y("low:Q"), alt.Y2("high:Q"), held)
    points = base.mark_point(filled=True, size=55, opacity=1).encode(weeks, alt.Y("estimate:Q"), held)
    events = base.mark_text(fontSize=11, color=INK).encode(weeks, alt.YValue(4), text="event:N")
    title = alt.TitleParams(
        "The true share of right answers (line), and what the weekly review says of it",
        anchor="start", fontSize=13, color=INK,
    )  # fmt: skip
    return (truth + ranges + points + events).properties(width=WIDTH, height=HEIGHT, title=title)


def _fixes(states: pd.DataFrame, names: Sequence[str]) -> Any:
    weeks = alt.X("week:N", sort=list(names), title=None, axis=None, scale=alt.Scale(domain=list(names)))
    fault = alt.Y("fault:N", title=None, sort=list(TITLE.values()))
    colours = alt.Scale(domain=list(STATES), range=list(STATES.values()))
    base = alt.Chart(states)
    cells = base.mark_rect(cornerRadius=3, stroke="white", strokeWidth=3).encode(
        weeks, fault, alt.Color("state:N", scale=colours, legend=None)
    )
    words = base.mark_text(fontSize=10, color="white").encode(weeks, fault, text="state:N")
    title = alt.TitleParams("Claimed fixes, week by week", anchor="start", fontSize=13, color=INK)
    return (cells + words).properties(width=WIDTH, height=52, title=title)
