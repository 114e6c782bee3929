"""Versions of the product under test: their accuracy on each release, where they come from, approval, and runs."""

from __future__ import annotations

import streamlit as st

from pages.parts.shared import session, views
from pages.parts.versions import run_list, version_list

here = session.current()
here.need_role("adjudicator")

st.title("Versions")
VIEWS = {
    "versions": ("Versions", version_list.version_list),
    "runs": ("Runs", run_list.run_list),
}
views.show(here, VIEWS, key="versions_view")
