"""The router: open the store, know the rater, declare the pages, run one."""

from __future__ import annotations

import streamlit as st

from pages.parts import session

PAGES = {
    "This week": [("week", "Week", "calendar_today"), ("annotate", "Annotate", "edit_note")],
    "Settle": [("adjudicate", "Adjudicate", "gavel"), ("golden", "Golden", "workspace_premium")],
    "Trust": [("agreement", "Agreement", "group"), ("judges", "Judges", "balance")],
    "Set up": [("sampling", "Sampling", "filter_alt"), ("settings", "Settings", "tune")],
}

st.set_page_config(page_title="Spotcheck", page_icon=":material/fact_check:", layout="wide")
page = st.navigation(
    {
        section: [
            st.Page(f"pages/{name}.py", title=title, icon=f":material/{icon}:", default=name == "week")
            for name, title, icon in pages
        ]
        for section, pages in PAGES.items()
    }
)
session.begin(page.title)
page.run()
