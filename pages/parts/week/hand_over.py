"""Forms for a lead: hand the open items of one reviewer to others, and deal again the items that nobody has."""

from __future__ import annotations

import streamlit as st

from pages.parts.shared.session import Session
from pages.parts.shared.wording import as_text
from review.basics.errors import ReviewError
from review.basics.words import counted
from review.current.progress import progress
from review.people.people import people
from review.week.dealing import redistribute, take_back
from review.week.dealing_again import deal_again
from storage.queries.dealing import items_held_by_nobody


def hand_over(here: Session, week: str, *, key: str, border: bool = False, skipped_first: bool = False) -> None:
    """Draw the form to hand over or take back open items. Draws nothing if there are none; writing checks the role.

    With ``skipped_first``, it starts with somebody who skipped items, and includes these.
    """
    rows = {p.rater_id: p for p in progress(here.store, week)}
    busy = [i for i, p in rows.items() if p.left or p.skipped]
    if not busy:
        return
    if skipped_first:
        busy.sort(key=lambda i: not rows[i].skipped)
    able = [p.id for p in people(here.store) if p.may("annotator")]

    def shown(rater: str) -> str:
        skipped = f", {rows[rater].skipped} skipped" if rows[rater].skipped else ""
        return f"{rows[rater].name} · {rows[rater].left} left{skipped}"

    with st.form(key, border=border):
        st.markdown(f"**Hand over open items of {week}**")
        giver = st.selectbox("From", busy, format_func=shown, key=f"{key}_giver")
        takers = st.multiselect("To", able, format_func=shown, key=f"{key}_takers")
        skipped = st.checkbox(
            "Include skipped items", skipped_first, key=f"{key}_skipped", help="Counts for Hand over only."
        )
        reason = st.text_input("Reason", key=f"{key}_reason") or ""
        with st.container(horizontal=True):
            hand = st.form_submit_button("Hand over", icon=":material/swap_horiz:")
            take = st.form_submit_button(
                "Take back", icon=":material/undo:", type="tertiary",
                help="Nobody reviews these items until you deal them again. Give a reason.",
            )  # fmt: skip
    if not (hand or take):
        return
    terms = {"rater": giver, "by": here.rater.id, "reason": reason}
    try:
        if hand:
            moved = redistribute(here.store, week, to=takers, with_skipped=skipped, **terms)
            done = f"{counted(moved, 'item')} handed over"
        else:
            done = f"{counted(take_back(here.store, week, **terms), 'item')} taken back"
    except ReviewError as error:
        st.error(as_text(error), icon=":material/block:")
    else:
        st.toast(done, icon=":material/task_alt:")
        st.rerun()


def deal_what_nobody_holds(here: Session, week: str) -> None:
    """Draw the form to deal items that were taken back and not reviewed. Draws nothing if there are none."""
    items = len(items_held_by_nobody(here.store, week))
    if not items:
        return
    with st.popover("Deal again", icon=":material/playing_cards:"):
        deal_form(here, week, items, key="weekly_again")


def deal_form(here: Session, week: str, items: int, *, key: str) -> None:
    """Draw the form that deals the ``items`` without a reviewer."""
    able = {p.id: p.name for p in people(here.store) if p.may("annotator")}
    with st.form(key, border=False):
        have = "has no reviewer" if items == 1 else "have no reviewer"
        st.markdown(f"{counted(items, 'item')} of this week {have}.")
        takers = st.multiselect("To", list(able), format_func=lambda p: able[p], key=f"{key}_takers")
        reason = st.text_input("Reason", key=f"{key}_reason") or ""
        if not st.form_submit_button("Deal", icon=":material/playing_cards:", key=f"{key}_go"):
            return
        try:
            dealt = deal_again(here.store, week, to=takers, by=here.rater.id, reason=reason)
        except ReviewError as error:
            st.error(as_text(error), icon=":material/block:")
            return
    st.toast(f"{counted(dealt, 'item')} dealt again", icon=":material/task_alt:")
    st.rerun()
