"""Claimed fixes: what production says of each, and how well failures are dealt with over the weeks, as pictures."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd
import streamlit as st

from pages.parts.failures.week_chart import by_week
from pages.parts.shared import figures, submitted
from pages.parts.shared.session import Session
from pages.parts.shared.wording import as_text
from review.experiments.runs.fixes_run import runs_of_claims
from review.failures.followup import Followed, claim_fix, followed
from review.failures.loop_figures import LoopWeek, loop_figures
from review.failures.triage import triage_groups
from review.statistics.fixes import CAME_BACK, FIXED, RULES, SOME_LEFT
from storage.queries.weeks import weeks_in_use

FORM = "fix_claim"
ICONS = {
    FIXED: ":green[:material/check_circle:]",
    CAME_BACK: ":red[:material/replay:]",
    SOME_LEFT: ":orange[:material/hourglass_bottom:]",
}

MISSING = (
    "No claimed fix is proven or came back.",
    "It is measured between two triage decisions of one person within two hours.",
    "No claimed fix of a triaged mode is proven now.",
)
"""Why a figure over the weeks is not known, in the order of the pictures."""


def show(here: Session) -> None:
    """Draw the claimed fixes, the form for a new claim, and the figures over the weeks."""
    here.need_week()
    found = followed(here.store, here.project, runs=runs_of_claims(here.store, here.project))
    if not found:
        st.info("Nobody has claimed a fix yet.", icon=":material/build:")
    for one in found:
        _one(one)
    st.caption("\n".join(f"- {as_text(line)}" for line in RULES))
    _claim(here)
    weeks = loop_figures(here.store, found)
    if weeks:
        _pictures(weeks)


def _one(one: Followed) -> None:
    with st.container(border=True):
        mark = ICONS.get(one.state, ":gray[:material/hourglass_empty:]")
        st.markdown(f"{mark} **{as_text(one.title)}** · {one.said}")
        basis = " Known from reviews, so weighted by the draw." if one.basis == "reviews" else ""
        st.caption(as_text(f"Version {one.claim.version} from {one.claim.week} on: {one.why}.{basis}"))
        rows = [
            {"week": c.week, "value": 100 * c.share, "when": when}
            for when, some in (("before", one.before), ("under the version", one.after))
            for c in some
            if c.share is not None
        ]
        if rows:
            frame = pd.DataFrame(rows)
            chart = by_week(frame, title="% of conversations", series="when")
            figures.with_table(chart, frame, key=f"fix_{one.claim.id}", file_name="fix.csv")


def _claim(here: Session) -> None:
    week = here.need_week()
    groups = {g.found.group: g.title for g in triage_groups(here.store, here.project, week, viewer=here.rater.id)}
    weeks = [w.name for w in weeks_in_use(here.store)]
    with st.expander("Claim a fix", icon=":material/build:"), st.form("fix_claim", border=False, clear_on_submit=True):
        with st.container(horizontal=True, vertical_alignment="bottom"):
            st.selectbox("Mode", list(groups), format_func=groups.__getitem__, key=submitted.key("fix_mode"))
            st.text_input("Fixed by version", key=submitted.key("fix_version"))
            st.selectbox(
                "From week", weeks, index=len(weeks) - 1, key=submitted.key("fix_week"), accept_new_options=True
            )
            st.text_input("What was changed", key=submitted.key("fix_note"))
        st.form_submit_button("Claim", key="fix_go", on_click=_claimed, args=(here,))
    submitted.show_refusal(FORM)


def _claimed(here: Session) -> None:
    fields = [f"fix_{name}" for name in ("mode", "version", "week", "note")]
    mode, version, week, note = (str(value or "") for value in submitted.values(fields))

    def write() -> None:
        claim_fix(here.store, here.project, mode, version=version, week=week, by=here.rater.id, note=note)

    submitted.write(here, FORM, "adjudicator", write, fields=fields)


def _pictures(weeks: Sequence[LoopWeek]) -> None:
    st.subheader("Over the weeks")
    told = {
        "Fixes that came back, %": {w.week: 100 * w.recurrence for w in weeks if w.recurrence is not None},
        "Time to a root cause, minutes": {w.week: w.minutes for w in weeks if w.minutes is not None},
        "Time to a fix, days": {w.week: w.days for w in weeks if w.days is not None},
    }
    for number, (title, values) in enumerate(told.items()):
        if not values:
            st.caption(f"{title}: not known yet. {MISSING[number]}")
        else:
            st.markdown(f"**{title}**")
            frame = pd.DataFrame({"week": list(values), "value": list(values.values())})
            chart = by_week(frame, title=title)
            figures.with_table(chart, frame, key=f"fixes_{number}", file_name="fixes.csv")
