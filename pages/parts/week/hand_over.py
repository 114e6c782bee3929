"""Handing one reviewer's open items to others, and dealing again what nobody holds: forms for a lead."""

from __future__ import annotations

import streamlit as st

from pages.parts.shared.session import Session
from pages.parts.shared.wording import as_text
from review.basics.errors import ReviewError
from review.basics.words import counted
from review.current.progress import progress
from review.people.people import people
from review.week.dealing import redistribute, take_back
from review.week.dealing_again import deal_again, held_by_nobody


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
        st.error(as_text(error), icon=":material/block:")
    else:
        st.toast(done, icon=":material/task_alt:")
        st.rerun()


def deal_what_nobody_holds(here: Session, week: str) -> None:
    """To whom the items go that were taken back and nobody has reviewed; nothing is drawn where there are none."""
    items = len(held_by_nobody(here.store, week))
    if not items:
        return
    able = {p.id: p.name for p in people(here.store) if p.may("annotator")}
    with (
        st.popover("Deal again", icon=":material/playing_cards:"),
        st.form("weekly_again", border=False),
    ):
        held = "is held by nobody and was" if items == 1 else "are held by nobody and were"
        st.markdown(f"{counted(items, 'item')} {held} not reviewed.")
        takers = st.multiselect("To", list(able), format_func=lambda p: able[p], key="weekly_again_takers")
        reason = st.text_input("Reason", key="weekly_again_reason") or ""
        if not st.form_submit_button("Deal", icon=":material/playing_cards:", key="weekly_again_go"):
            return
        try:
            dealt = deal_again(here.store, week, to=takers, by=here.rater.id, reason=reason)
        except ReviewError as error:
            st.error(as_text(error), icon=":material/block:")
            return
    st.toast(f"{counted(dealt, 'item')} dealt again", icon=":material/task_alt:")
    st.rerun()
