"""The picture of a plan: how precise the estimates get for how many minutes of each reviewer."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace

import pandas as pd
import streamlit as st

from pages.parts.shared import charts, figures
from pages.parts.shared.session import Session
from review.basics.words import counted
from review.evidence.forecast import ExpectedEstimate, Forecast, expected_of, shares_before
from review.evidence.offers import Offer, assumed, offers
from review.sampling.draw import DrawResult
from review.week.drawing import Request, grouping, wishes_of
from review.week.so_far import WeekSoFar

MINUTES = (5, 10, 15, 20, 30, 45, 60, 90, 120)
PLAN = "your plan"
SHOWN = 60
"""Up to so many minutes, or twice those of the plan: more would push what is likely into a corner."""


def picture(here: Session, request: Request, so_far: WeekSoFar, result: DrawResult, plan: Forecast) -> None:
    """Draw the margin of each estimate over the minutes of each reviewer, with the plan of the form marked.

    Before the first reviewed week no share is known, so it shows the margins of several shares.
    """
    st.markdown("**What you get for how many minutes**")
    if not plan.raters:
        st.caption("Choose reviewers to see what their time gives.")
        return
    shares = shares_before(here.store, request.week)
    known = any(shares.values())
    if not known:
        shares = assumed(s.name for s in result.strata)
    wishes = [wishes_of(replace(request, minutes=float(m)), so_far) for m in MINUTES]
    others = offers(result, wishes, grouping(here.project, request, so_far).groups, shares)
    chosen = Offer(plan.minutes, plan.total, expected_of(result.strata, shares))
    frame = plan_frame([o for o in others if o.minutes <= max(SHOWN, 2 * chosen.minutes)], chosen)
    if frame.empty:
        st.caption("Nothing is drawn with these wishes, so there is no estimate to picture. Raise the rate.")
        return
    words = picture_words(frame)
    chart = charts.curves(
        frame,
        x="minutes",
        x_title="minutes of each reviewer",
        y_title="margin, ± points",
        series="value of",
        words=words,
    )
    figures.with_table(chart, frame.drop(columns="label"), key="planning_offers", file_name="minutes.csv")
    st.caption(f"{words} The lines are for that many minutes per person as the budget.")
    if not known:
        st.caption("No week is reviewed yet, so nobody knows the shares. The lines show three that are possible.")


def plan_frame(others: Sequence[Offer], chosen: Offer) -> pd.DataFrame:
    """Return a row for each offer and estimate, in order of minutes; the rows of the plan have a label. Pure."""
    rows = [*_rows(chosen, PLAN), *(row for offer in others for row in _rows(offer, ""))]
    frame = pd.DataFrame(rows, columns=["minutes", "items", "value of", "value", "label"])
    frame = frame.sort_values(["minutes", "items"], kind="stable").reset_index(drop=True)
    # One label is enough where several lines are marked.
    frame.loc[frame["label"].ne("") & frame.duplicated("label"), "label"] = " "
    return frame


def _rows(offer: Offer, label: str) -> Iterable[dict[str, object]]:
    return (
        {
            "minutes": round(offer.minutes, 1),
            "items": offer.items,
            "value of": _named(one),
            "value": round(100 * one.half_width, 2),
            "label": label,
        }
        for one in offer.expected
        if one.half_width is not None
    )


def _named(one: ExpectedEstimate) -> str:
    return one.positive if one.positive.startswith("a share of") else f"'{one.positive}'"


def picture_words(frame: pd.DataFrame) -> str:
    """Say what the picture shows: the plan, and the least and the most time beside it. Pure."""
    plan = frame[frame["label"] != ""]
    first, last = frame.iloc[0]["minutes"], frame.iloc[-1]["minutes"]
    parts = [
        f"Your plan, {_time(plan)}: {_margins(plan)}."
        if len(plan)
        else "Your plan draws too little for an estimate. Raise the rate."
    ]
    for minutes in dict.fromkeys((first, last)):
        rows = frame[(frame["minutes"] == minutes) & (frame["label"] == "")]
        if len(rows):
            parts.append(f"With {_time(rows)}: {_margins(rows)}.")
    return " ".join(parts)


def _time(rows: pd.DataFrame) -> str:
    minutes = counted(max(1, round(rows.iloc[0]["minutes"])), "minute")
    return f"about {minutes} each, {rows.iloc[0]['items']:,} items in the week"


def _margins(rows: pd.DataFrame) -> str:
    return ", ".join(f"{row['value of']} ± {row['value']:.2g} points" for row in figures.rows_of(rows))
