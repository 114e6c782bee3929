"""Open a week: look at the frame, choose reviewers and rates, draw; let weeks open themselves; all draws."""

from __future__ import annotations

import streamlit as st

from pages.parts.sampling import every_week, ledger, open_week, plan_form
from pages.parts.shared import session

here = session.current()
here.need_role("lead")

st.title("Sampling")
opening, itself, draws = st.tabs(["Open or extend a week", "Every week", "Ledger"], key="tab", bind="query-params")
with opening:
    plan_form.from_address(here)
    open_week.open_form(here)
with itself:
    every_week.form(here)
with draws:
    ledger.show(here)
