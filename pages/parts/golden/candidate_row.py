"""One open candidate: its conversation, and the three ways on: approve it, settle it, or ask for another vote."""

from __future__ import annotations

import streamlit as st

from pages.parts.shared import approve_form, conversation
from pages.parts.shared.naming import titles
from pages.parts.shared.session import Session
from pages.parts.shared.wording import as_text
from review.basics.errors import ReviewError
from review.basics.words import spoken
from review.evidence.evidence import conversation_of
from review.golden.candidates import Candidate
from review.week.second_vote import ask_for_a_vote, second_vote_of
from storage.records_weeks import Item


def row(here: Session, one: Candidate, refused: str | None) -> None:
    """Draw the conversation and the buttons. ``refused`` is "" when the item needs no expected answer of its own."""
    with st.container(border=True):
        st.markdown(f"**{as_text(one.question[:200])}**")
        parts = (one.week, one.reason, one.scenario, one.item_id)
        st.caption(as_text(" · ".join(part for part in parts if part)))
        title = titles(here.store)
        st.caption(as_text(" · ".join(f"{title(d)}: {spoken(v)}" for d, v in one.labels.items())))
        with st.container(horizontal=True, vertical_alignment="center"):
            with st.popover("Approve", icon=":material/workspace_premium:"):
                _words(one, refused)
                approve_form.approve_one(here, one.item_id)
            if st.button(
                "Settle on Adjudicate", key=f"candidates_open_{one.item_id}", icon=":material/gavel:",
                on_click=_to_week, args=(one.week,),
            ):  # fmt: skip
                st.switch_page("adjudicate.py", query_params={"item": one.item_id})
            _another_vote(here, one)
        conversation.opened(here, conversation_of(here.store, one.item_id))


def _words(one: Candidate, refused: str | None) -> None:
    if one.rule == "single":
        st.caption("One person alone said this. Ask for another vote if you have any doubt.")
    elif refused:
        st.caption("People called the answer not right, so say what a right one is, or what the product should do.")


def _another_vote(here: Session, one: Candidate) -> None:
    """Draw the button that deals the item to one more reviewer, or say why nobody can be asked."""
    item = here.store.get(Item, one.item_id)
    if item is None:
        return
    free, why = second_vote_of(here.store, item, viewer=here.rater.id)
    if not free:
        st.caption(as_text(why))
        return
    with st.popover("Ask for another vote", icon=":material/person_add:"):
        st.markdown("The item goes into the queue of one more reviewer, who does not see that you asked for it.")
        names = {p.id: p.name for p in free}
        to = st.selectbox("Reviewer", list(names), format_func=names.__getitem__, key=f"vote_to_{one.item_id}")
        if not st.button("Ask", type="primary", key=f"vote_go_{one.item_id}"):
            return
        try:
            taker = ask_for_a_vote(here.store, one.item_id, by=here.rater.id, to=to)
        except ReviewError as error:
            st.error(as_text(error), icon=":material/block:")
            return
        st.toast(as_text(f"{taker.name} will review it too"), icon=":material/person_add:")
        st.rerun()


def _to_week(week: str) -> None:
    st.session_state["session_choose_week"] = week
