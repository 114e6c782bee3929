"""Retention: what would go now and why the rest stays, weeks that are given up, holds, and what went before."""

from __future__ import annotations

from collections.abc import Mapping

import pandas as pd
import streamlit as st

from pages.parts.compliance import holds_table
from pages.parts.compliance.retention_chart import retention_chart, retention_frame
from pages.parts.shared import figures
from pages.parts.shared.session import Session
from pages.parts.shared.wording import as_text
from review.audit.clock_leaps import leap, leap_words
from review.basics.clock import now
from review.basics.errors import ReviewError
from review.basics.log_paths import log_of
from review.basics.words import counted
from review.log.log import log_state, weeks_in_log
from review.monitoring.given_up import never_draw
from review.monitoring.retention import Retained, plan_retention
from review.monitoring.staying import HELD_BACK
from review.settings.retention import Retention
from storage.queries.retention import what_stays_changed
from storage.records_retention import RetentionRun

NOT_DRAWN = "week_not_drawn"


def show(here: Session) -> None:
    """Draw the settings, the dry run, and the history."""
    rules = here.project.retention
    _settings(rules)
    ahead = leap(here.store)
    if rules.on and ahead is not None:
        st.warning(as_text(leap_words(ahead)), icon=":material/more_time:")
    if not weeks_in_log(log_of(here.store.path)):
        st.info("The log is empty, so there is nothing to keep or to remove.", icon=":material/inbox:")
    else:
        _planned(here, rules)
    holds_table.show(here)
    _history(here)


def _settings(rules: Retention) -> None:
    days = ", ".join(
        f"{name} " + (f"after {counted(n, 'day')}" if n else "never")
        for name, n in {"errors": rules.error_days, "slow ones": rules.slow_days, "others": rules.normal_days}.items()
    )
    if rules.on:
        st.caption(
            f"Retention is on and runs every night. Conversations go: {days}. Slow is over {rules.slow_ms:,g} ms."
        )
    else:
        st.info(
            f"Retention is off: nothing is removed. Once it is on, conversations go: {days}. A lead switches it on in "
            "spotcheck.toml: on = true under [retention].",
            icon=":material/toggle_off:",
        )


def _planned(here: Session, rules: Retention) -> None:
    key = (str(here.store.path), now()[:13], rules, log_state(log_of(here.store.path)))
    with st.spinner("Looking at the log"):
        planned = _plan(key, what_stays_changed(here.store), here)
    st.subheader("What would go now")
    mb = 1e6
    saved = planned.bytes_before - planned.bytes_after
    with st.container(horizontal=True):
        st.metric("Would go", f"{planned.expired:,}", border=True, help="Conversations whose days are over.")
        held = sum(planned.held_back.values())
        st.metric(
            "Held back", f"{held:,}", border=True, help="Their days are over, and they stay for the reasons below."
        )
        st.metric("Frees about", f"{saved / mb:,.1f} MB", border=True, help=f"Of {planned.bytes_before / mb:,.1f} MB.")
    frame = retention_frame(planned)
    figures.with_table(retention_chart(frame), frame, key="retention_plan", file_name="retention.csv")
    if planned.held_back:
        _why(planned.held_back)
    if here.rater.may("lead") and NOT_DRAWN in planned.held_back:
        _give_up(here, [week.week for week in planned.weeks if NOT_DRAWN in week.held_back])


@st.cache_data(show_spinner=False, max_entries=8)
def _plan(key: object, state: tuple[int, ...], _here: Session) -> Retained:
    """Return the dry run. It changes with the hour, the settings, the log, and what people work with."""
    return plan_retention(_here.store, _here.project)


def _why(held: Mapping[str, int]) -> None:
    st.markdown("**Why conversations stay although their days are over**")
    rows = [
        {"conversations": n, "reason": HELD_BACK[reason]} for reason, n in sorted(held.items(), key=lambda x: -x[1])
    ]
    figures.table(pd.DataFrame(rows), key="retention_held", file_name="held_back.csv")


def _give_up(here: Session, weeks: list[str]) -> None:
    """Draw the form that gives a week up."""
    with st.expander("Weeks that nobody will draw from"), st.form("retention_give_up", border=False):
        st.caption("Conversations of a week stay until it is closed. A week that is given up is never drawn, for good.")
        week = st.selectbox("Week", weeks, key="retention_week")
        reason = st.text_input("Reason", key="retention_reason", placeholder="before we began to review")
        if st.form_submit_button("Give this week up", icon=":material/event_busy:"):
            try:
                never_draw(here.store, str(week), reason=reason or "", by=here.rater.id)
            except ReviewError as error:
                st.error(as_text(error), icon=":material/block:")
            else:
                st.rerun()


def _history(here: Session) -> None:
    st.subheader("What went")
    runs = here.store.find(RetentionRun, order_by="rowid desc")
    if not runs:
        st.caption("No conversation has expired yet.")
        return
    names = here.names
    frame = pd.DataFrame(
        {
            "when": run.at[:16].replace("T", " "),
            "week": run.counts["week"],
            **{name: run.counts["expired"][name] for name in ("error", "slow", "normal")},
            "freed MB": round((run.bytes_before - run.bytes_after) / 1e6, 1),
            "by": names.get(run.by, run.by),
        }
        for run in runs
    )
    st.caption(
        f"{counted(int(frame[['error', 'slow', 'normal']].to_numpy().sum()), 'conversation')} went from "
        f"{counted(frame['week'].nunique(), 'week')}. Their hourly counts stay, so older figures are the same."
    )
    figures.table(frame, key="retention_history", file_name="retention-runs.csv")
