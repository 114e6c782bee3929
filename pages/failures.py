"""Failures of production: the weekly triage, the list with notes, the modes, and what is proposed for golden."""

from __future__ import annotations

import streamlit as st

from pages.parts.failures import failure_list, fixes_view, modes_view, proposals_view, triage_view
from pages.parts.shared import address, session

here = session.current()
here.need_role("adjudicator")

st.title("Failures")
VIEWS = {
    "triage": ("Triage", triage_view.show),
    "list": ("Failures", failure_list.show),
    "modes": ("Modes", modes_view.show),
    "fixes": ("Fixes", fixes_view.show),
    "proposals": ("For golden", proposals_view.show),
}
KEY = "failures_view"
address.take("view", key=KEY, known=list(VIEWS))
view = st.segmented_control(
    "Show",
    list(VIEWS),
    format_func=lambda v: VIEWS[v][0],
    required=True,
    key=KEY,
    label_visibility="collapsed",
    on_change=address.follow,
    args=("view", KEY),
)
VIEWS[str(view)][1](here)
