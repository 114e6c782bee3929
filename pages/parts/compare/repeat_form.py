"""Ask the versions of an undecided gate again: first what flips, up to a bill that is named beforehand."""

from __future__ import annotations

import streamlit as st

from pages.parts.shared.currency import currency_of
from pages.parts.shared.session import Session
from pages.parts.shared.wording import as_text
from review.basics.errors import ReviewError
from review.basics.words import counted
from review.experiments.gating.again import ask_as_planned
from review.experiments.gating.outcome import Outcome
from review.experiments.gating.repeats import RepeatPlan, repeat_plan
from review.settings.project import project_of
from storage.connection import StorageError


def show(here: Session, outcome: Outcome) -> None:
    """Draw the bill, what is asked for it, and the button that asks."""
    with st.container(horizontal=True, vertical_alignment="bottom"):
        most = st.number_input(
            "At most this many answers", min_value=1, value=None, step=100, placeholder="no limit",
            key="compare_again_most", width=240,
        )  # fmt: skip
        plan = repeat_plan(
            outcome.baseline,
            outcome.candidate,
            max_calls=None if most is None else int(most),
            currency=currency_of(here),
        )
        pressed = st.button(
            _asks_for(plan), icon=":material/replay:", key="compare_again", disabled=plan.step in ("done", "short"),
        )  # fmt: skip
    st.markdown(as_text(plan.sentence))
    if pressed:
        _ask(here, outcome, plan)


def _asks_for(plan: RepeatPlan) -> str:
    """Return what the button asks for and what it costs. Pure."""
    if plan.step in ("done", "short"):
        return "Ask again"
    return f"Ask for {counted(plan.calls, 'more answer')}, {as_text(plan.price)}"


def _ask(here: Session, outcome: Outcome, plan: RepeatPlan) -> None:
    runs, project = (outcome.baseline, outcome.candidate), project_of(here.store.path)
    try:
        started = ask_as_planned(here.store, runs, plan, by=here.rater.id, project=project)
    except (ReviewError, StorageError) as error:
        st.error(as_text(error), icon=":material/block:")
        return
    names = " and ".join(one.version for one in started)
    words = f"{names} {'is' if len(started) == 1 else 'are'} being asked. Open this page again when that has finished."
    st.success(as_text(words), icon=":material/replay:")
    st.page_link("versions.py", label="See the runs", icon=":material/play_circle:", query_params={"view": "runs"})
