"""The search of every page but Annotate: a button in the sidebar, ``/`` or Ctrl+K, and results as links by kind."""

from __future__ import annotations

from functools import partial
from pathlib import Path

import streamlit as st

from pages.parts.desk.bundle import bundle
from pages.parts.shared import session
from pages.parts.shared.session import Session
from pages.parts.shared.wording import as_text
from review.people.people import READER
from review.serving.finding import LEAST, Findings, find

NOT_ON = ("annotate",)
"""A widget in the sidebar would travel with each submission, and its keys are those of the desk."""
TEXT = "search_text"
ADDRESS = "search"
"""The parameter with which a link opens the search with a text."""
ICONS = {
    "Items": "description",
    "Golden examples": "workspace_premium",
    "Judges": "balance",
    "Releases": "verified",
    "People": "person",
    "Rubric": "checklist",
    "Pages and settings": "arrow_forward",
    "The log": "forum",
}

_slash = st.components.v2.component("spotcheck_slash", js=bundle(Path(__file__).parent / "slash.js"))


def search_box(page: str) -> None:
    """Draw the button into the sidebar; pressed, it opens the search."""
    if page in NOT_ON:
        return
    with st.sidebar:
        opened = st.button("Search", icon=":material/search:", key="search_open", type="tertiary", help="/ or Ctrl+K")
        _slash(key="search_slash", height=1)
    asked = st.query_params.pop(ADDRESS) if ADDRESS in st.query_params else ""
    if opened or asked:
        st.session_state[TEXT] = asked
        _dialog(session.current())


@st.dialog("Search", width="medium")
def _dialog(here: Session) -> None:
    session.stay(here.store, here.rater.id, READER)
    text = st.text_input(
        "Search", key=TEXT, live=True, icon=":material/search:", label_visibility="collapsed",
        placeholder="Items, examples, judges, releases, people, settings",
    )  # fmt: skip
    words = (text or "").strip()
    if len(words) < LEAST:
        st.caption("Type at least two characters. Tab goes through the results, Enter opens one.")
        return
    results(find(here.store, words, here.rater))


def results(found: Findings) -> None:
    """Draw the results as links, grouped by kind."""
    if not found.hits:
        st.caption(f"Nothing found that you may open. {found.looked}")
        return
    for kind, hits in found.hits.items():
        st.markdown(f"**{kind}**")
        for hit in hits:
            label = as_text(hit.title) + (f" · :gray[{as_text(hit.detail)}]" if hit.detail else "")
            draw = partial(st.page_link, label=label, query_params=dict(hit.query) or None)
            draw(f"{hit.page}.py", icon=f":material/{ICONS[kind]}:")
    if found.looked:
        st.caption(found.looked)
