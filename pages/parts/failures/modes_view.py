"""The failure modes: their share of production with its interval and trend, and the forms that change the list."""

from __future__ import annotations

from collections.abc import Callable

import pandas as pd
import streamlit as st

from pages.parts.failures import proposed_view
from pages.parts.shared import charts, figures
from pages.parts.shared import rows as table_rows
from pages.parts.shared.session import Session
from pages.parts.shared.wording import as_text
from review.basics.errors import ReviewError
from review.evidence.evidence import weeks_up_to
from review.experiments.runs.fixes_run import runs_of_claims
from review.failures.followup import mode_states
from review.failures.modes import GROUPS, ModeList, ignore_mode, merge_modes, mode_list, name_mode, rename_mode
from review.failures.repaired import repaired_answers
from review.failures.shares import ModeShare, completeness, mode_shares
from review.statistics.fixes import TREND_RULE

TREND_OF = 4
"""Of how many modes the trend is drawn."""


def show(here: Session) -> None:
    """Draw the shares of the four weeks up to the chosen one, and the changes a person can make."""
    weeks = weeks_up_to(here.store, here.need_week())
    runs = runs_of_claims(here.store, here.project)
    states = mode_states(here.store, here.project, here.need_week(), runs=runs)
    found = mode_shares(here.store, here.project, weeks, viewer=here.rater.id)
    st.caption(as_text(f"{weeks[0]} to {weeks[-1]}. Names in parentheses are kinds of failure that have no mode yet."))
    if not found.modes:
        st.info("Production had no failures in these weeks.", icon=":material/task_alt:")
    else:
        st.markdown(as_text(completeness(found.unnamed)))
        st.markdown(as_text(repaired_answers(here.store, here.project, weeks, viewer=here.rater.id).words()))
        figures.table(
            pd.DataFrame([_row(here, m, states.get(m.key, "")) for m in found.modes]),
            key="failure_modes",
            file_name="failure-modes.csv",
            config={"open": table_rows.link("the example")},
        )
        st.caption(as_text(TREND_RULE))
        _trend([m for m in found.modes if any(q.ci for _, q in m.trend)][:TREND_OF])
    proposed_view.show(here, weeks)
    _changes(here)


def _row(here: Session, m: ModeShare, state: str) -> dict[str, object]:
    return {
        "mode": m.title if m.mode else f"({m.title})",
        "failures": m.n,
        "state": state,
        "share of production": figures.number(m.share.value, percent=True),
        "interval": figures.interval(m.share, percent=True),
        "versions": ", ".join(v for v in m.versions if v),
        "ignored": m.mode.ignored if m.mode else "",
        "open": table_rows.address(here.rater.id, "failures", view="list", failure=m.example) if m.example else None,
    }


def _trend(shown: list[ModeShare]) -> None:
    rows = [
        {"week": week, "value": q.value, "low": q.ci[0], "high": q.ci[1], "mode": m.title}
        for m in shown
        for week, q in m.trend
        if q.value is not None and q.ci
    ]
    if rows:
        frame = pd.DataFrame(rows)
        chart = charts.intervals(frame, x="week", y_title="share of production", series="mode", percent=True)
        figures.with_table(chart, frame, key="failure_trend", file_name="failure-modes.csv")


def _changes(here: Session) -> None:
    modes = mode_list(here.store)
    names = {m.id: m.name for m in modes.current}
    with st.expander("Change the list", icon=":material/edit:", expanded=not names):
        st.caption(f"Version {modes.version} of the list. Each change makes a new version; nothing is lost.")
        _name(here, modes)
        if names:
            _rename(here, names)
            _ignore(here, names)
        if len(names) > 1:
            _merge(here, names)


def _name(here: Session, modes: ModeList) -> None:
    free = [g for g in GROUPS if g not in modes.by_group]
    with (
        st.form("mode_name", border=False, clear_on_submit=True),
        st.container(horizontal=True, vertical_alignment="bottom"),
    ):
        name = st.text_input("Name a mode", key="mode_name_text")
        groups = st.multiselect("It takes over", free, format_func=modes.title, key="mode_name_groups")
        about = st.text_input("What its failures have in common", key="mode_name_about")
        if st.form_submit_button("Name", key="mode_name_go"):
            _do(lambda: name_mode(here.store, name or "", groups=groups, description=about or "", by=here.rater.id))


def _rename(here: Session, names: dict[str, str]) -> None:
    with (
        st.form("mode_rename", border=False, clear_on_submit=True),
        st.container(horizontal=True, vertical_alignment="bottom"),
    ):
        mode = st.selectbox("Rename", list(names), format_func=names.__getitem__, key="mode_rename_which")
        name = st.text_input("New name", key="mode_rename_to")
        if st.form_submit_button("Rename", key="mode_rename_go"):
            _do(lambda: rename_mode(here.store, mode, name=name or "", by=here.rater.id))


def _merge(here: Session, names: dict[str, str]) -> None:
    with st.form("mode_merge", border=False), st.container(horizontal=True, vertical_alignment="bottom"):
        mode = st.selectbox("Merge", list(names), format_func=names.__getitem__, key="mode_merge_which")
        into = st.selectbox("into", list(names), index=1, format_func=names.__getitem__, key="mode_merge_into")
        if st.form_submit_button("Merge", key="mode_merge_go"):
            _do(lambda: merge_modes(here.store, mode, into=into, by=here.rater.id))


def _ignore(here: Session, names: dict[str, str]) -> None:
    with (
        st.form("mode_ignore", border=False, clear_on_submit=True),
        st.container(horizontal=True, vertical_alignment="bottom"),
    ):
        mode = st.selectbox("Ignore in triage", list(names), format_func=names.__getitem__, key="mode_ignore_which")
        reason = st.text_input("Reason", placeholder="Empty: watch it again", key="mode_ignore_why")
        if st.form_submit_button("Save", key="mode_ignore_go"):
            _do(lambda: ignore_mode(here.store, mode, reason=reason or "", by=here.rater.id))


def _do(change: Callable[[], object]) -> None:
    try:
        change()
    except ReviewError as error:
        st.error(as_text(error), icon=":material/block:")
    else:
        st.rerun()
