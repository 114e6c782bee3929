"""Failures of production: the weekly triage, the list with notes, the modes, and what is proposed for golden."""

from __future__ import annotations

import streamlit as st

from pages.parts.failures import failure_list, fixes_view, modes_view, proposals_view, triage_view
from pages.parts.shared import session, views

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
views.show(here, VIEWS, key="failures_view")
