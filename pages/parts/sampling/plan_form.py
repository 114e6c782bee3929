"""The form that plans a draw: the week, how much of each group, the reviewers and the due day.

It begins as the address asks, and with what the week has drawn already.
"""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import streamlit as st

from pages.parts.shared.session import Session
from pages.parts.shared.wording import as_text
from review.basics.errors import ReviewError
from review.basics.log_paths import log_of
from review.basics.weeks import next_due_date, today_in, week_of
from review.basics.words import percent
from review.current.assignments import week_of_store
from review.log.log import weeks_in_log
from review.people.people import people, usual_reviewers
from review.sampling.strata import JUDGES_DISAGREE, SQL
from review.week.drawing import Request
from review.week.first_steps import ready_week
from storage.records_log import Draw, Stratum
from storage.records_weeks import Week

LOOKED, BEGUN = "planning_looked", "planning_begun"
"""Whether the preview is shown, and the week whose draws the form began with."""


def from_address(here: Session) -> None:
    """Fill the form as the address asks (``week``, ``rate`` as a share), with the week's other groups as they are.

    The address is read once: afterwards the form is the reader's own.
    """
    week, rate = (st.query_params.get(name, "") for name in ("week", "rate"))
    if not rate or here.store.get(Week, week) is None:
        return
    del st.query_params["rate"]
    try:
        percent_asked = min(100.0, max(0.01, 100 * float(rate)))
    except ValueError:
        return
    st.session_state.pop(BEGUN, None)
    _begin_as_drawn(here, week)
    st.session_state.update({"planning_week": week, "planning_rate": percent_asked, LOOKED: True})


def ask(here: Session) -> Request:
    """Draw the form, and return what is asked for."""
    last = week_of(datetime.now(UTC) - timedelta(days=7), here.project.time_zone)
    weeks = weeks_in_log(log_of(here.store.path))
    start = last if last in weeks else ready_week(weeks, last) or last
    everybody = people(here.store)
    names, usual = {p.id: p.name for p in everybody if p.may("annotator")}, usual_reviewers(everybody)
    left, right = st.columns(2, gap="large")
    with left:
        st.session_state.setdefault("planning_week", start)
        week = st.text_input("Week", key="planning_week", help="An ISO week, such as 2026-W47.")
        opened = week_of_store(here.store, week) if here.store.get(Week, week) else None
        if opened is not None:
            _begin_as_drawn(here, week)
        st.session_state.setdefault("planning_rate", 1.0)
        rate = st.number_input("Rate, in % of all", 0.01, 100.0, key="planning_rate")
        failing = _cap("Failing", "planning_failing")
        low = _cap("Low confidence", "planning_low")
        has_it = opened is None or bool(here.store.find(Stratum, week=week, name=JUDGES_DISAGREE))
        disagreeing = _judges_disagree(here) if has_it else None
        queries = _queries(here, opened)
    with right:
        overlap, due = (opened.overlap, opened.due) if opened else (0.2, None)
        if opened:
            st.info(_fixed(opened), icon=":material/lock:")
        raters = st.multiselect(
            "Reviewers" if opened is None else "Reviewers of the new items",
            list(names),
            default=[name for name in names if name in (usual if opened is None else opened.raters)],
            format_func=lambda i: names[i],
            key=f"planning_raters{'' if opened is None else '_' + week}",
        )
        if opened is None:
            overlap = st.slider("Overlap, in % of the items", 0, 100, 20, key="planning_overlap") / 100
        minutes = st.number_input("Minutes per person (0 = no budget)", 0, 600, 0, step=15, key="planning_minutes")
        if opened is None:
            # A past day is refused in words; a bound of the field would silently put the old day back.
            chosen = st.date_input("Due", value=due_day(here, week), key=f"planning_due_{week}")
            due = chosen.isoformat() if isinstance(chosen, date) else None
    return Request(
        week=week,
        rate=rate / 100,
        failing=failing,
        low_confidence=low,
        judges_disagree=disagreeing,
        sql_spot_check=queries,
        raters=tuple(raters),
        overlap=overlap,
        minutes=float(minutes) or None,
        due=due,
    )


def _fixed(opened: Week) -> str:
    """Say what of an open week a later draw cannot change."""
    due = date.fromisoformat(opened.due)
    return as_text(
        f"{opened.name} is open, due {due:%A} {due.day} {due:%B}. Its groups and its planned "
        f"overlap ({percent(opened.overlap)}) stay as they are. A higher rate or number adds items. You can change the "
        "due date on the Week page."
    )


def _judges_disagree(here: Session) -> int | str | None:
    """Ask how many conversations to draw whose judges contradict each other; None keeps the project's setting."""
    title = "Judges disagree"
    cap = here.project.judges_disagree
    choice = st.segmented_control(
        title,
        ["as in the settings", "all", "number"],
        default="as in the settings",
        required=True,
        key="planning_torn",
        help="Makes a group of its own of the conversations whose judges disagree in the log. "
        f"spotcheck.toml (`[sampling] judges_disagree`) says: {'no such group' if cap is None else cap}.",
    )
    if choice == "number":
        return int(st.number_input(f"{title}: how many", 1, 100_000, 50, key="planning_torn_n"))
    return "all" if choice == "all" else None


def _queries(here: Session, opened: Week | None) -> float | None:
    """Ask for the least share of conversations with a query; None where there is no such group."""
    share = here.project.sql_spot_check
    drawn = here.store.find(Stratum, week=opened.name, name=SQL) if opened else []
    if not (drawn or (opened is None and share)):
        return None
    now = drawn[-1].probability if drawn else share or 0.0
    found = st.number_input(
        "Answers in SQL, at least in %",
        0.0,
        100.0,
        round(100 * now, 2),
        key=f"planning_sql_{opened.name if opened else ''}",
        help="Conversations with a query that are neither failing nor of low confidence are a group of their own, so "
        "that people check the meaning of some that run without an error. spotcheck.toml (`[sampling] sql_spot_check`) "
        f"says: {percent(share or 0)}.",
    )
    return float(found) / 100


def _begin_as_drawn(here: Session, week: str) -> None:
    """Begin with what the week has drawn, so that pressing the button without a change adds nothing."""
    if st.session_state.get(BEGUN) == week:
        return
    st.session_state[BEGUN] = week
    draws = here.store.find(Draw, week=week, order_by="at")
    if not draws:
        return
    st.session_state["planning_rate"] = round(100 * draws[-1].rate, 4)
    groups = {s.name: s for s in here.store.find(Stratum, draw_id=draws[-1].id)}
    for name, key in (("failing", "planning_failing"), ("low_confidence", "planning_low")):
        group = groups.get(name)
        if group is not None and group.sampled:
            st.session_state.update({key: "number", f"{key}_n": group.sampled})


def _cap(title: str, key: str) -> int | str | None:
    """Ask how many of a group to draw: the default cap, all, or a number."""
    st.session_state.setdefault(key, "up to 50")
    kind = st.segmented_control(title, ["up to 50", "all", "number"], required=True, key=key)
    if kind == "number":
        st.session_state.setdefault(f"{key}_n", 100)
        return int(st.number_input(f"{title}: how many", 1, 100_000, key=f"{key}_n"))
    return "all" if kind == "all" else None


def due_day(here: Session, week: str) -> date:
    """Return the day on which a week is usually due."""
    today = today_in(here.project.time_zone)
    try:
        return next_due_date(week, today)
    except ReviewError:  # what is in the field is no week yet; the preview says so
        return next_due_date(week_of(datetime.now(UTC)), today)
