"""The golden dataset: candidates, examples, coverage, and the releases, which never change."""

from __future__ import annotations

import streamlit as st

from pages.parts.golden import candidate_list, coverage_matrix, example_list, release_list
from pages.parts.shared import address, session

here = session.current()
here.need_role("adjudicator")

st.title("Golden")
VIEWS = {
    "candidates": ("Candidates", candidate_list.candidate_list),
    "examples": ("Examples", example_list.example_list),
    "coverage": ("Coverage", coverage_matrix.coverage_matrix),
    "releases": ("Releases", release_list.release_list),
}
KEY = coverage_matrix.VIEW
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
