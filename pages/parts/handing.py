"""Handing one reviewer's open items to others: the same form wherever a lead needs it."""

from __future__ import annotations

import streamlit as st

from pages.parts.session import Session
from pages.parts.wording import as_text
from review.dealing import redistribute, take_back
from review.errors import ReviewError
from review.people import people
from review.queues import progress
from review.words import counted


def hand_over(here: Session, week: str, *, key: str, border: bool = False) -> None:
    """From whom, to whom or nobody, why. Nothing is drawn where nobody has any to give; the write checks the role."""
    rows = {p.rater_id: p for p in progress(here.store, week)}
    busy = [i for i, p in rows.items() if p.left or p.skipped]
    if not busy:
        return
    able = [p.id for p in people(here.store) if p.may("annotator")]

    def shown(rater: str) -> str:
        passed = f", {rows[rater].skipped} skipped" if rows[rater].skipped else ""
        return f"{rows[rater].name} · {rows[rater].left} left{passed}"

    with st.form(key, border=border):
        st.markdown(f"**Hand over open items of {week}**")
        giver = st.selectbox("From", busy, format_func=shown, key=f"{key}_giver")
        takers = st.multiselect("To", able, format_func=shown, key=f"{key}_takers")
        skipped = st.checkbox("Also what they skipped", key=f"{key}_skipped", help="To hand over, not to take back.")
        reason = st.text_input("Reason", key=f"{key}_reason") or ""
        with st.container(horizontal=True):
            hand = st.form_submit_button("Hand over", icon=":material/swap_horiz:")
            take = st.form_submit_button(
                "Take back", icon=":material/undo:", type="tertiary",
                help="Nobody reviews these items then. It needs a reason.",
            )  # fmt: skip
    if not (hand or take):
        return
    whose = {"rater": giver, "by": here.rater.id, "reason": reason}
    try:
        if hand:
            moved = redistribute(here.store, week, to=takers, with_skipped=skipped, **whose)
            done = f"{counted(moved, 'item')} handed over"
        else:
            done = f"{counted(take_back(here.store, week, **whose), 'item')} taken back"
    except ReviewError as error:
        st.error(as_text(str(error)), icon=":material/block:")
    else:
        st.toast(done, icon=":material/task_alt:")
        st.rerun()
