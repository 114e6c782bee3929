"""People and their roles, the imports, and the messages."""

from __future__ import annotations

import streamlit as st

from pages.parts.settings import messages, people_and_imports
from pages.parts.shared import session

here = session.current()

st.title("Settings")
people, imports, told = st.tabs(["People", "Imports", "Messages"], key="tab", bind="query-params")
with people:
    people_and_imports.people_table(here)
with imports:
    people_and_imports.import_table(here)
with told:
    messages.show(here)
