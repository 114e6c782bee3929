"""Open a week: look at the frame, choose reviewers and rates, draw; let weeks open themselves; all draws."""

from __future__ import annotations

import streamlit as st

from pages.parts.sampling import every_week, open_week
from pages.parts.shared import session

here = session.current()
here.need_role("lead")

st.title("Sampling")
plan, every, ledger = st.tabs(["Open or extend a week", "Every week", "Ledger"], key="tab", bind="query-params")
with plan:
    open_week.from_address(here)
    open_week.open_form(here)
with every:
    every_week.form(here)
with ledger:
    open_week.ledger(here)
