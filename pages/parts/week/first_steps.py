"""The page of a store without a week: the steps that lead to the first one."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import streamlit as st

from pages.parts.shared.session import Session
from pages.parts.shared.wording import as_text
from review.basics.weeks import week_of
from review.people.people import people
from review.week.first_steps import Step, first_steps, next_step

PLACES = {
    "people": ("Add people", lambda: st.switch_page("settings.py")),
    "conversations": ("Bring in conversations", lambda: st.switch_page("conversations.py")),
    "rubric": ("Look at the rubric", lambda: st.switch_page("rubric.py")),
    "draw": ("Draw the first week", lambda: st.switch_page("sampling.py")),
}
"""The button of each step, and where it leads."""


def show(here: Session) -> None:
    """Lead through the steps. Somebody who is no lead reads whom to ask."""
    st.title("First steps")
    if not here.rater.may("lead"):
        leads = [p.name for p in people(here.store) if p.may("lead")]
        st.info(
            as_text(f"No week is open yet. {' or '.join(leads) or 'A lead'} opens it; then your items are here."),
            icon=":material/hourglass_empty:",
        )
        return
    steps = first_steps(here.store, week_of(datetime.now(UTC) - timedelta(days=7), here.project.time_zone))
    st.markdown("Four steps lead to the first week of review. All of them happen in this application.")
    following = next_step(steps)
    for number, step in enumerate(steps, start=1):
        _step(number, step, is_next=step is following)


def _step(number: int, step: Step, *, is_next: bool) -> None:
    with st.container(border=True, horizontal=True, vertical_alignment="center", key=f"first_{step.name}"):
        mark = ":green[:material/check_circle:]" if step.done else f":blue-badge[{number}]"
        st.markdown(f"{mark} **{step.title}**  \n{as_text(step.says)}", width="stretch")
        label, go = PLACES[step.name]
        if st.button(
            "Change" if step.done else label,
            type="primary" if is_next else "secondary",
            key=f"first_go_{step.name}",
        ):
            go()
