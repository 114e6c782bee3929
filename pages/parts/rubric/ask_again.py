"""The form of the Rubric page that gives items of an open week to their reviewers again."""

from __future__ import annotations

import streamlit as st

from pages.parts.shared.session import Session
from pages.parts.shared.wording import as_text
from review.basics.errors import ReviewError
from review.basics.words import counted
from review.current.assignments import closing_of
from review.current.rubric_in_use import annotations_by_version
from review.rubric.rubric import Rubric
from review.week.requeue import planned, requeue
from storage.queries.weeks import weeks_in_use


def ask_again(here: Session, rubric: Rubric) -> None:
    """Draw the form that gives a sample of an open week to its reviewers again, under the version in force."""
    weeks = [w for w in reversed(weeks_in_use(here.store)) if closing_of(here.store, w.name) is None]
    st.markdown(
        f"Reviewers get a sample of their items again under version {rubric.version}, without seeing their earlier "
        "labels. The earlier labels are kept. They stop counting for an item once somebody has reviewed it again."
    )
    if not weeks:
        st.info("No week is open. Items of closed weeks cannot be reviewed again.", icon=":material/lock:")
        return
    names = [w.name for w in weeks]
    week = st.selectbox("Week", names, index=names.index(here.week) if here.week in names else 0, key="rubric_week")
    counts = annotations_by_version(here.store, [week])
    by_version = ", ".join(f"{n:,} under version {v}" for v, n in counts.items()) or "none yet"
    st.caption(f"Reviews in {week}: {by_version}")
    share = st.slider("Share of the items", 5, 100, 20, 5, format="%d%%", key="rubric_share") / 100
    try:
        plan = planned(here.store, week, share=share).result
    except ReviewError as error:
        st.error(as_text(error), icon=":material/block:")
        return
    for name in plan.without_role:
        st.caption(f":material/info: {as_text(name)} no longer has a role that may annotate, and gets no items.")
    if not plan.assignments:
        st.info(f"{plan.sentence.capitalize()}.", icon=":material/task_alt:")
        return
    st.markdown(
        f"This asks for **{counted(plan.assignments, 'review')} of {counted(plan.items, 'item')}**"
        + (f"; {plan.replaced:,} of them replace reviews that are still open." if plan.replaced else ".")
    )
    reason = st.text_input("Reason", key="rubric_reason", placeholder="Shown on the Audit page only")
    if st.button("Ask again", type="primary", icon=":material/replay:", key="rubric_again"):
        try:
            done = requeue(here.store, week, by=here.rater.id, share=share, reason=reason or "")
        except ReviewError as error:
            st.error(as_text(error), icon=":material/block:")
            return
        st.toast(as_text(done.sentence.capitalize()), icon=":material/replay:")
        st.rerun()
