"""The golden dataset: candidates, examples, coverage, and the releases, which never change."""

from __future__ import annotations

import streamlit as st

from pages.parts.golden import candidate_list, golden_lists
from pages.parts.shared import session

here = session.current()
here.need_role("adjudicator")

st.title("Golden")
VIEWS = {
    "candidates": ("Candidates", candidate_list.candidate_list),
    "examples": ("Examples", golden_lists.example_list),
    "coverage": ("Coverage", golden_lists.coverage_matrix),
    "releases": ("Releases", golden_lists.release_list),
}
view = st.segmented_control(
    "Show",
    list(VIEWS),
    format_func=lambda v: VIEWS[v][0],
    default="candidates",
    required=True,
    key="golden_view",
    label_visibility="collapsed",
)
VIEWS[view][1](here)
