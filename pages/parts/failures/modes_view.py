"""The failure modes: their share of production with its interval and trend, and the forms that change the list."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager

import pandas as pd
import streamlit as st

from pages.parts.failures import proposed_view
from pages.parts.shared import charts, figures, session, submitted
from pages.parts.shared import rows as table_rows
from pages.parts.shared.session import Session
from pages.parts.shared.wording import as_text
from review.evidence.chosen_weeks import weeks_up_to
from review.experiments.runs.fixes_run import runs_of_claims
from review.failures.followup import mode_states
from review.failures.modes import GROUPS, ModeList, ignore_mode, merge_modes, mode_list, name_mode, rename_mode
from review.failures.repaired import repaired_answers
from review.failures.shares import ModeShare, completeness, mode_shares
from review.statistics.fixes import TREND_RULE

FORM, CHANGED, BEGAN = "modes_change", "modes_changed", "modes_began_open"
NAMED = ("mode_name_text", "mode_name_groups", "mode_name_about")
RENAMED, IGNORED = ("mode_rename_which", "mode_rename_to"), ("mode_ignore_which", "mode_ignore_why")
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
        repaired = repaired_answers(here.store, here.project, weeks, viewer=here.rater.id, drawn=found.drawn)
        st.markdown(as_text(repaired.words()))
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


@st.fragment
def _changes(here: Session) -> None:
    """Draw the list of modes and what changes it. Alone, it is drawn at once: names can be typed one after another."""
    session.stay(here.store, here.rater.id, "adjudicator")
    if st.session_state.pop(CHANGED, False):
        st.rerun()  # the table above shows it, too
    modes = mode_list(here.store)
    names = {m.id: m.name for m in modes.current}
    with st.expander("Change the list", icon=":material/edit:", expanded=st.session_state.setdefault(BEGAN, not names)):
        st.caption(f"Version {modes.version} of the list. Each change makes a new version; nothing is lost.")
        if names:
            st.caption(as_text(f"Modes: {', '.join(names.values())}."))
        _name(here, modes)
        if names:
            _rename(here, names)
            _ignore(here, names)
        if len(names) > 1:
            _merge(here, names)
        submitted.show_refusal(FORM)


def _name(here: Session, modes: ModeList) -> None:
    free = [g for g in GROUPS if g not in modes.by_group]
    with _form("mode_name"):
        st.text_input("Name a mode", key=submitted.key("mode_name_text"))
        st.multiselect("It takes over", free, format_func=modes.title, key=submitted.key("mode_name_groups"))
        st.text_input("What its failures have in common", key=submitted.key("mode_name_about"))
        _button(here, "Name", "mode_name_go", _named, fields=NAMED)


def _named(here: Session) -> None:
    name, groups, about = submitted.values(NAMED)
    name_mode(here.store, name or "", groups=list(groups), description=about or "", by=here.rater.id)
    st.session_state[CHANGED] = bool(groups)  # a name alone has no failures yet


def _rename(here: Session, names: dict[str, str]) -> None:
    with _form("mode_rename"):
        st.selectbox("Rename", list(names), format_func=names.__getitem__, key=submitted.key("mode_rename_which"))
        st.text_input("New name", key=submitted.key("mode_rename_to"))
        _button(here, "Rename", "mode_rename_go", _renamed, fields=RENAMED)


def _renamed(here: Session) -> None:
    which, name = submitted.values(RENAMED)
    rename_mode(here.store, which, name=name or "", by=here.rater.id)
    st.session_state[CHANGED] = True


def _merge(here: Session, names: dict[str, str]) -> None:
    with _form("mode_merge", clear=False):
        st.selectbox("Merge", list(names), format_func=names.__getitem__, key="mode_merge_which")
        st.selectbox("into", list(names), index=1, format_func=names.__getitem__, key="mode_merge_into")
        _button(here, "Merge", "mode_merge_go", _merged)


def _merged(here: Session) -> None:
    said = st.session_state
    merge_modes(here.store, said["mode_merge_which"], into=said["mode_merge_into"], by=here.rater.id)
    said[CHANGED] = True


def _ignore(here: Session, names: dict[str, str]) -> None:
    with _form("mode_ignore"):
        st.selectbox(
            "Ignore in triage", list(names), format_func=names.__getitem__, key=submitted.key("mode_ignore_which")
        )
        st.text_input("Reason", placeholder="Empty: watch it again", key=submitted.key("mode_ignore_why"))
        _button(here, "Save", "mode_ignore_go", _ignored, fields=IGNORED)


def _ignored(here: Session) -> None:
    which, why = submitted.values(IGNORED)
    ignore_mode(here.store, which, reason=why or "", by=here.rater.id)
    st.session_state[CHANGED] = True


@contextmanager
def _form(key: str, *, clear: bool = True) -> Iterator[None]:
    with (
        st.form(key, border=False, clear_on_submit=clear),
        st.container(horizontal=True, vertical_alignment="bottom"),
    ):
        yield


def _button(
    here: Session, words: str, key: str, change: Callable[[Session], None], *, fields: Sequence[str] = ()
) -> None:
    st.form_submit_button(words, key=key, on_click=_do, args=(here, change, fields))


def _do(here: Session, change: Callable[[Session], None], fields: Sequence[str]) -> None:
    submitted.write(here, FORM, "adjudicator", lambda: change(here), fields=fields)
