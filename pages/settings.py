"""Who is who, and what was imported."""

from __future__ import annotations

import streamlit as st

from pages.parts import managing, session

here = session.current()

st.title("Settings")
people, imports = st.tabs(["People", "Imports"])
with people:
    managing.people_table(here)
with imports:
    managing.import_table(here)
