"""Who is who, the rubric in force, what was imported, and who did what."""

from __future__ import annotations

import streamlit as st

from pages.parts import managing, session

here = session.current()

st.title("Settings")
people, rubric, imports, audit = st.tabs(["People", "Rubric", "Imports", "Audit"])
with people:
    managing.people_table(here)
with rubric:
    managing.rubric_view(here)
with imports:
    managing.import_table(here)
with audit:
    managing.audit_table(here)
