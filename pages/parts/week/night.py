"""What failed in the last night: the first thing a lead sees on the Week page."""

from __future__ import annotations

import streamlit as st

from pages.parts.shared.session import Session
from pages.parts.shared.wording import as_text
from review.serving.last_night import last_night
from storage.records_review import Week


def failed(here: Session) -> None:
    """Draw each step that failed in the last night, with the page that helps. Draws nothing for others than leads."""
    night = last_night(here.store.path) if here.rater.may("lead") else None
    if night is None:
        return
    opened_since = any(week.opened_at > night.at for week in here.store.find(Week))
    for name, step in night.steps.items():
        if step["status"] != "failed" or (name == "week" and opened_since):
            continue
        with st.container(border=True):
            st.markdown(f":red[:material/error:] **Last night** · {as_text(step['detail'])}")
            _help(name)


def _help(step: str) -> None:
    """Link to the page on which a lead can do something about a failed step."""
    if step == "pull":
        st.page_link("conversations.py", label="See the sources", icon=":material/cable:")
    elif step == "week":
        st.page_link("sampling.py", label="Look at the week and open it", icon=":material/filter_alt:")
    elif step in ("heads", "verify"):
        st.page_link("audit.py", label="See the records", icon=":material/history:")
