"""The form that approves one settled item as golden, with the answer that was expected."""

from __future__ import annotations

import streamlit as st

from pages.parts.shared.session import Session
from pages.parts.shared.wording import as_text
from review.basics.errors import ReviewError
from review.golden.approve import approve
from review.golden.content import Wish
from review.golden.examples import BEHAVIOURS
from review.golden.references import not_run


def approve_one(here: Session, item_id: str) -> None:
    """Draw the form. An expected answer that is left out is taken from what people settled, if they gave one."""
    with st.form(f"approve_{item_id}", border=False):
        expected = st.text_area(
            "Expected answer", key=f"approve_answer_{item_id}", height=80,
            placeholder="What a right answer says. Empty: the corrected or right answer that people settled.",
        )  # fmt: skip
        behaviour = st.segmented_control(
            "The product should", list(BEHAVIOURS), default=BEHAVIOURS[0], required=True, key=f"approve_how_{item_id}"
        )
        if not st.form_submit_button("Approve as golden", icon=":material/workspace_premium:"):
            return
    try:
        made = approve(
            here.store,
            item_id,
            Wish(expected_answer=(expected or "").strip() or None, expected_behaviour=str(behaviour)),
            by=here.rater.id,
        )
    except ReviewError as error:
        st.error(as_text(error), icon=":material/block:")
    else:
        st.toast("1 item approved", icon=":material/task_alt:")
        if told := not_run([made.content]):
            st.toast(as_text(told), icon=":material/database:")
        st.rerun()
