"""The golden dataset: candidates, examples, coverage, and the releases, which never change."""

from __future__ import annotations

import streamlit as st

from pages.parts.golden import candidate_list, coverage_matrix, example_list, release_list
from pages.parts.shared import session, views

here = session.current()
here.need_role("adjudicator")

st.title("Golden")
VIEWS = {
    "candidates": ("Candidates", candidate_list.candidate_list),
    "examples": ("Examples", example_list.example_list),
    "coverage": ("Coverage", coverage_matrix.coverage_matrix),
    "releases": ("Releases", release_list.release_list),
}
views.show(here, VIEWS, key=coverage_matrix.VIEW)
