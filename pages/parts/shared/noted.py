"""Note who opened a conversation, once for each time it is opened: a page runs again on every click in it."""

from __future__ import annotations

import streamlit as st

from pages.parts.shared.session import Session
from review.privacy.openings import note_opening

LAST = "noted_opening"


def opened(here: Session, conversation_id: str) -> None:
    """Note that this visitor opened a conversation, unless it is the one that they have open."""
    seen = (here.rater.id, conversation_id)
    if here.project.openings and st.session_state.get(LAST) != seen:
        note_opening(here.store, conversation_id, by=here.rater.id, wanted=True)
        st.session_state[LAST] = seen
