"""Handing one reviewer's open items to others: the same form wherever a lead needs it."""

from __future__ import annotations

import streamlit as st

from pages.parts.session import Session
from pages.parts.wording import as_text
from review.dealing import redistribute
from review.errors import ReviewError
from review.people import people
from review.queues import progress


def hand_over(here: Session, week: str, *, key: str, border: bool = False) -> None:
    """From whom, to whom, why. Nothing is drawn while nobody has open items; the role is checked on the write."""
    rows = {p.rater_id: p for p in progress(here.store, week)}
    busy = [i for i, p in rows.items() if p.left]
    if not busy:
        return
    able = [p.id for p in people(here.store) if p.may("annotator")]

    def shown(rater: str) -> str:
        return f"{rows[rater].name} · {rows[rater].left} left"

    with st.form(key, border=border):
        st.markdown(f"**Hand over open items of {week}**")
        giver = st.selectbox("From", busy, format_func=shown, key=f"{key}_giver")
        takers = st.multiselect("To", able, format_func=shown, key=f"{key}_takers")
        reason = st.text_input("Reason", key=f"{key}_reason")
        if not st.form_submit_button("Hand over", icon=":material/swap_horiz:"):
            return
    try:
        moved = redistribute(here.store, week, rater=giver, to=takers, by=here.rater.id, reason=reason or "")
    except ReviewError as error:
        st.error(as_text(str(error)), icon=":material/block:")
    else:
        st.toast(f"{moved} items handed over", icon=":material/task_alt:")
        st.rerun()
