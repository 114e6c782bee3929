"""The navigation: declare the pages, find out who is looking, run one page. Streamlit runs this file on each rerun."""

from __future__ import annotations

import logging

import streamlit as st

from pages.parts.language import words
from pages.parts.search import search_box
from pages.parts.shared import address, opening, session
from review.basics.measured import timed
from review.basics.request_id import begin
from review.serving.log_lines import say

# Section -> its pages: the file beside this one (its name is the address), the title, the Material icon, and the least
# role for which the navigation lists it. A comment, because Streamlit writes a bare text in a script onto the page.
PAGES = {
    "This week": [("week", "Week", "calendar_today", "reader"), ("annotate", "Annotate", "edit_note", "annotator")],
    "Settle": [
        ("discuss", "Discuss", "chat", "annotator"),
        ("adjudicate", "Adjudicate", "gavel", "adjudicator"),
        ("golden", "Golden", "workspace_premium", "adjudicator"),
    ],
    "Trust": [("agreement", "Agreement", "group", "reader"), ("judges", "Judges", "balance", "reader")],
    "Ship": [
        ("versions", "Versions", "conversion_path", "adjudicator"),
        ("compare", "Compare", "compare_arrows", "adjudicator"),
    ],
    "Watch": [
        ("health", "Health", "monitor_heart", "adjudicator"),
        ("failures", "Failures", "bug_report", "adjudicator"),
        ("compliance", "Compliance", "policy", "auditor"),
    ],
    "Set up": [
        ("conversations", "Conversations", "forum", "lead"),
        ("sampling", "Sampling", "filter_alt", "lead"),
        ("rubric", "Rubric", "checklist", "annotator"),
        ("settings", "Settings", "tune", "annotator"),
        ("audit", "Audit", "history", "auditor"),
    ],
}


def _start() -> None:
    """Send the bare address to the Week page, which has its own path like every other page."""
    st.switch_page("week.py", query_params=st.query_params.to_dict())


begin()
st.set_page_config(page_title="Spotcheck", page_icon=str(session.ICON), layout="wide")
start = st.Page(_start, title="Spotcheck", url_path="start", default=True, visibility="hidden")
shown, asked = session.listed(), address.page_asked()
# Every registered page travels with each answer of the server, so only those that can be reached are registered.
sections = {
    section: [
        st.Page(f"{name}.py", title=title, icon=f":material/{icon}:", visibility="visible" if shown(role) else "hidden")
        for name, title, icon, role in pages
        if shown(role) or asked in (None, name)
    ]
    for section, pages in PAGES.items()
}
page = st.navigation({"": [start], **sections}, expanded=True)
if page != start:
    session.arrive(page.url_path)
    session.begin()
    search_box.search_box(page.url_path)
    if page.url_path in words.OFFERED_ON:
        words.choose_language(words.OF_THE_DESKS)
with opening.turn(page.url_path), timed("page_seconds", page.url_path):
    page.run()
say(logging.getLogger(__name__), "page", page=page.url_path)
