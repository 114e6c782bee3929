"""Note who opened which conversations, where the project asks for it ([audit] openings).

A page runs again on every click in it, so each conversation is noted once for a visit to the page. The desks send many
items at once to the browser, which shows them without asking: these are one entry.
"""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st

from pages.parts.shared import session
from pages.parts.shared.session import Session
from review.privacy.openings import note_opening, note_openings
from storage.store import Store

NOTED = "noted_openings"
"""The visit to a page, by its number, and who opened what in it so far."""


def opened(here: Session, conversation_id: str) -> None:
    """Note that this visitor opened a conversation, unless they did so before on this visit to the page."""
    if not here.openings:
        return
    visit, seen = st.session_state.get(NOTED, (None, set()))
    if visit != st.session_state.get(session.VISIT):
        visit, seen = st.session_state.get(session.VISIT), set()
    if (here.rater.id, conversation_id) not in seen:
        note_opening(here.store, conversation_id, by=here.rater.id, wanted=True)
        st.session_state[NOTED] = (visit, seen | {(here.rater.id, conversation_id)})


def sent(store: Store, rater_id: str, items: Sequence[str], *, wanted: bool) -> None:
    """Note before they are sent that a desk sends the conversations of some items to this visitor's browser."""
    if wanted and items:
        note_openings(store, items, by=rater_id)
