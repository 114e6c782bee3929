"""The form with which a lead changes the due date of an open week."""

from __future__ import annotations

from datetime import date

import streamlit as st

from pages.parts.shared.session import Session
from pages.parts.shared.wording import as_text
from review.basics.errors import ReviewError
from review.basics.weeks import next_due_date
from review.week.due_days import change_due, today_of


def change(here: Session, week: str, due: date) -> None:
    """Draw the form. It proposes the present due date, or the next Friday when that has passed."""
    today = today_of(here.store)
    with st.form("weekly_due", border=False):
        # A past day is refused in words; a bound of the field would silently put the old day back.
        chosen = st.date_input("Due", value=due if due >= today else next_due_date(week, today), key="weekly_due_day")
        reason = st.text_input("Reason", key="weekly_due_reason") or ""
        if not st.form_submit_button("Change the due date", icon=":material/event:", key="weekly_due_go"):
            return
    try:
        if isinstance(chosen, date):
            zone = here.project.time_zone
            change_due(here.store, week, chosen.isoformat(), time_zone=zone, by=here.rater.id, reason=reason)
    except ReviewError as error:
        st.error(as_text(error), icon=":material/block:")
    else:
        st.rerun()
