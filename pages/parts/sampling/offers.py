"""The picture of a plan: how precise the estimates get for how many minutes of each reviewer."""

from __future__ import annotations

from dataclasses import replace

import pandas as pd
import streamlit as st

from pages.parts.shared import charts, figures
from pages.parts.shared.session import Session
from review.evidence.forecast import shares_before
from review.evidence.offers import Offer, offers
from review.sampling.draw import DrawResult
from review.week.drawing import Request, grouping, wishes_of
from review.week.so_far import week_so_far

MINUTES = (15, 30, 45, 60, 90, 120)


def picture(here: Session, request: Request, result: DrawResult) -> None:
    """Draw the expected estimates for several budgets. Draws nothing when no budget above the rate is left."""
    so_far = week_so_far(here.store, request.week, with_pace=True)
    wishes = [wishes_of(replace(request, minutes=float(m)), so_far) for m in MINUTES]
    groups = grouping(here.project, request, so_far).groups
    frame = _frame(offers(result, wishes, groups, shares_before(here.store, request.week)))
    if frame.empty:
        return
    st.markdown("**What more or less time would give**")
    order = list(dict.fromkeys(frame["minutes"]))
    chart = charts.intervals(frame, x="minutes", y_title="expected share, %", series="value of", order=order)
    figures.with_table(chart, frame, key="planning_offers", file_name="minutes.csv")
    st.caption("Minutes of each reviewer, and the interval to expect for each share once all items are reviewed.")


def _frame(found: list[Offer]) -> pd.DataFrame:
    return pd.DataFrame(
        [
            {
                "minutes": f"{offer.minutes:g} min",
                "items": offer.items,
                "value of": f"'{one.positive}'",
                "value": 100 * (one.estimate.value or 0.0),
                "low": 100 * one.estimate.ci[0],
                "high": 100 * one.estimate.ci[1],
            }
            for offer in found
            for one in offer.expected
            if one.estimate.ci is not None
        ]
    )
