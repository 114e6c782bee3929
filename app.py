"""The application as an ASGI program: what ``streamlit run app.py`` and ``spotcheck serve`` start.

The pages and their navigation are in pages/router.py. The guard sees every request before Streamlit does.
"""

from __future__ import annotations

from pathlib import Path

import streamlit as st

from pages.parts.shared import away, doorway

# Streamlit looks for this assignment in the syntax tree of the file it is given, so it stays a plain call of st.App.
# The path is absolute because an ASGI server resolves a relative one against the folder it was started from.
app = st.App(
    Path(__file__).resolve().parent / "pages" / "router.py",
    middleware=doorway.guards(),
    lifespan=doorway.lifespan,
    on_script_error=away.on_script_error,
)
