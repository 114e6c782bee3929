"""Versions of the product under test: their accuracy on each release, where they come from, approval, and runs."""

from __future__ import annotations

import streamlit as st

from pages.parts.shared import address, session
from pages.parts.versions import run_list, version_list

here = session.current()
here.need_role("adjudicator")

st.title("Versions")
VIEWS = {
    "versions": ("Versions", version_list.version_list),
    "runs": ("Runs", run_list.run_list),
}
address.take("view", key="versions_view", known=list(VIEWS))
view = st.segmented_control(
    "Show",
    list(VIEWS),
    format_func=lambda v: VIEWS[v][0],
    required=True,
    key="versions_view",
    label_visibility="collapsed",
    on_change=address.follow,
    args=("view", "versions_view"),
)
VIEWS[str(view)][1](here)
