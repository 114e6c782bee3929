"""Open or extend a week: first what the draw costs and shows, then the draw."""

from __future__ import annotations

from contextlib import nullcontext
from datetime import date

import pandas as pd
import streamlit as st

from pages.parts.sampling import elsewhere, offers, plan_form
from pages.parts.shared import figures
from pages.parts.shared.session import Session
from pages.parts.shared.wording import as_text
from review.basics.errors import ReviewError
from review.basics.words import counted, spoken
from review.evidence.forecast import Forecast, forecast, sentences
from review.judges.runs.sql_execution import execute_later
from review.sampling.draw import DrawResult
from review.week.drawing import Request, preview
from review.week.opening import open_week
from review.week.so_far import WeekSoFar, week_so_far


def open_form(here: Session) -> None:
    """Show the form that opens a week: first a preview of what the draw costs and shows, then the draw."""
    st.caption(
        "You can draw a week once it has ended. The draw seals its frame; later draws can only raise the rates. "
        f"Weeks and dates are in the time zone {as_text(here.project.time_zone)}."
    )
    apart = elsewhere.is_asked()
    request = plan_form.ask(here)
    given = elsewhere.ask(here, request) if apart else None
    waits = apart and given is None
    # After the first look, the forecast follows every change of the form.
    looked = st.session_state.get(plan_form.LOOKED, False)
    outlook = st.container()
    with st.container(horizontal=True):
        # The button stays where it is: if it went, the next click on its place would draw.
        if st.button("Preview", icon=":material/visibility:", key="planning_look", disabled=looked or waits):
            st.session_state[plan_form.LOOKED] = looked = True
        go = st.button(
            "Draw and deal", type="primary", icon=":material/playing_cards:", key="planning_go", disabled=waits
        )
    try:
        with given.drawn_by(request) if given else nullcontext(request) as asked:
            if go:
                _draw(here, asked)
            elif looked and not waits:
                with outlook, st.spinner("Counting the frame …"):
                    _look(here, asked)
    except ReviewError as error:
        st.error(as_text(error), icon=":material/block:")


def _look(here: Session, request: Request) -> None:
    """Show what a draw would give, and what it costs."""
    result = preview(here.store, here.project, request)
    _notes(result)
    so_far = week_so_far(here.store, request.week, with_pace=True)
    offers.picture(here, request, so_far, result, _forecast(here, request, so_far, result))
    with st.expander("The frame and its groups"):
        _show(result)


def _draw(here: Session, request: Request) -> None:
    """Draw, show the progress, and link to the week."""
    with st.status("Drawing, copying and dealing …", expanded=True) as status:
        st.write(f"Reading the frame of {request.week}, drawing, copying the drawn conversations, dealing them.")
        try:
            opened = open_week(here.store, here.project, request, by=here.rater.id)
        except ReviewError:
            status.update(label="Nothing was drawn", state="error", expanded=False)
            raise
        _execute(here, request.week)
        drawn, dealt = counted(opened.new_items, "item"), counted(opened.assignments, "assignment")
        status.update(label=f"{drawn} drawn, {dealt} dealt; {request.week} is open.", state="complete")
        if opened.left_out:
            st.caption(as_text(f"{opened.left_out}."))
        _show(opened.result)
        _notes(opened.result)
    st.page_link("week.py", label="To the week", icon=":material/calendar_today:")


def _execute(here: Session, week: str) -> None:
    """Begin to execute the queries of the drawn items, in a process of its own; a failure undoes no draw."""
    if not here.project.sql.engine:
        return
    try:
        if execute_later(here.store, here.project, week, by=here.rater.id):
            st.write("The queries of the drawn items and their references run in the background.")
    except ReviewError as error:
        st.warning(as_text(f"The queries were not executed: {error}"), icon=":material/database_off:")


def _forecast(here: Session, request: Request, so_far: WeekSoFar, result: DrawResult) -> Forecast:
    """Show how long the reviews will take, and how precise the estimates will be; return it."""
    found = forecast(
        here.store,
        result,
        week=request.week,
        raters=len(request.raters or so_far.reviewers),
        due=date.fromisoformat(request.due) if request.due else plan_form.due_day(here, request.week),
        overlap_raters=request.overlap_raters,
    )
    first, *others = sentences(found)
    with st.container(border=True):
        st.markdown(f"**{as_text(first)}**")
        for line in others:
            st.markdown(as_text(line))
    return found


def _show(result: DrawResult) -> None:
    """Show the counts of the frame, and what is drawn from each group."""
    f = result.frame
    st.caption(
        f"{f.rows:,} rows in the week, {f.distinct:,} conversations; {f.null_ids:,} rows without an id, "
        f"{f.duplicate_ids:,} ids more than once, {f.undated:,} rows without a date, {f.late:,} rows too late."
    )
    frame = pd.DataFrame([{**s._asdict(), "name": spoken(s.name)} for s in result.strata]).rename(
        columns={"name": "group"}
    )
    figures.table(frame, key="planning_strata", file_name="draw.csv")
    st.caption(
        f"Digest {result.digest} · seed {as_text(result.seed)} · "
        f"{counted(len(result.overlap_ids), 'item')} for several reviewers"
    )


def _notes(result: DrawResult) -> None:
    """Say in plain sight what somebody who draws should know."""
    for note in result.notes:
        st.warning(as_text(note), icon=":material/info:")
