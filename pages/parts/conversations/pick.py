"""What to do with chosen conversations of the log: add them to an open week, or give them a scenario."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import streamlit as st

from pages.parts.shared.session import Session
from pages.parts.shared.wording import as_text
from review.basics.errors import ReviewError
from review.basics.words import counted
from review.sources.scenarios import MOST, assign_scenario
from review.week.picking import COUNTS_IN, pick_by_hand
from storage.queries.weeks import weeks_in_use
from storage.records_weeks import WeekClosing


def form(here: Session, ids: Sequence[str]) -> None:
    """Draw the form for these conversations; without an open week, say what to do first."""
    closed = {row.week for row in here.store.find(WeekClosing)}
    weeks = [week.name for week in reversed(weeks_in_use(here.store)) if week.name not in closed]
    if not weeks:
        st.caption("No week is open to add them to. Draw one on the Sampling page.")
        return
    with st.popover(f"Add {counted(len(ids), 'conversation')} to a week", icon=":material/playlist_add:"):
        st.markdown(COUNTS_IN)
        start = weeks.index(here.week) if here.week in weeks else 0
        week = st.selectbox("Week", weeks, index=start, key="pick_week")
        reason = st.text_input("Reason", key="pick_reason") or ""
        if st.button("Add and deal", type="primary", key="pick_go"):
            try:
                done = pick_by_hand(here.store, here.project, ids, week, by=here.rater.id, reason=reason)
            except ReviewError as error:
                st.error(as_text(error), icon=":material/block:")
            else:
                st.toast(f"{counted(done.items, 'item')} added to {as_text(week)}", icon=":material/task_alt:")
                st.rerun()


def scenario(
    here: Session, n: int, ids: Callable[[], Sequence[str]], known: Sequence[str], *, words: str, key: str
) -> None:
    """Draw the form that gives ``n`` conversations a scenario; ``ids`` gives them once they are needed."""
    with st.popover(words, icon=":material/label:"):
        st.markdown("It holds for what is drawn or picked from now on. Items under review keep theirs.")
        if n > MOST:
            st.caption(f"At most {MOST:,} conversations get a scenario at once. Narrow the search down.")
            return
        name = st.selectbox(
            "Scenario", list(known), index=None, accept_new_options=True, placeholder="choose, or type a new one",
            key=f"{key}_scenario",
        )  # fmt: skip
        if st.button("Assign", type="primary", key=f"{key}_go", disabled=not name):
            try:
                changed = assign_scenario(here.store, ids(), str(name), by=here.rater.id)
            except ReviewError as error:
                st.error(as_text(error), icon=":material/block:")
            else:
                st.toast(as_text(f"{counted(changed, 'conversation')} now in {name}"), icon=":material/task_alt:")
                st.rerun()
