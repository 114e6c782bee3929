"""People and their roles, and the imports."""

from __future__ import annotations

import streamlit as st

from pages.parts.settings import people_and_imports
from pages.parts.shared import session

here = session.current()

st.title("Settings")
people, imports = st.tabs(["People", "Imports"])
with people:
    people_and_imports.people_table(here)
with imports:
    people_and_imports.import_table(here)
