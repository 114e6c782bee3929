"""Legal holds: what retention and erasure must leave alone, and the form with which a lead sets or ends one."""

from __future__ import annotations

import pandas as pd
import streamlit as st

from pages.parts.shared import figures
from pages.parts.shared.session import Session
from pages.parts.shared.wording import as_text
from review.basics.errors import ReviewError, UnknownError
from review.basics.log_paths import log_of
from review.log.log import conversations_named
from review.privacy.holds import CONVERSATION, USER, HoldState, add_holds, every_hold, release_hold
from storage.records_log import Conversation


def show(here: Session) -> None:
    """Draw the holds, and for a lead the forms."""
    st.subheader("Legal holds")
    found = every_hold(here.store)
    if found:
        figures.table(_frame(here, found), key="holds", file_name="legal-holds.csv")
    else:
        st.caption("Nothing is on hold. A hold keeps a conversation, or all of a user, from retention and erasure.")
    if here.rater.may("lead"):
        _add(here)
        _release(here, [one for one in found if one.release is None])


def _frame(here: Session, found: list[HoldState]) -> pd.DataFrame:
    names = here.names
    return pd.DataFrame(
        {
            "what": f"{one.hold.kind} {one.hold.subject}",
            "reason": one.hold.reason,
            "since": one.hold.at[:10],
            "by": names.get(one.hold.by, one.hold.by),
            "released": f"{one.release.at[:10]}: {one.release.reason}" if one.release else "",
        }
        for one in reversed(found)
    )


def _add(here: Session) -> None:
    with st.expander("Set a hold"), st.form("hold_add", border=False, clear_on_submit=True):
        kind = st.segmented_control("What", [CONVERSATION, USER], default=CONVERSATION, required=True, key="hold_kind")
        name = st.text_input("Id", key="hold_id", help="The id in the log, or the id that the product gave the user.")
        reason = st.text_input("Reason", key="hold_reason")
        if not st.form_submit_button("Hold", icon=":material/gavel:"):
            return
    try:
        if kind == USER:
            add_holds(here.store, users=[name or ""], reason=reason or "", by=here.rater.id)
        else:
            add_holds(here.store, conversations=[_known(here, name or "")], reason=reason or "", by=here.rater.id)
    except ReviewError as error:
        st.error(as_text(error), icon=":material/block:")
    else:
        st.rerun()


def _known(here: Session, name: str) -> str:
    """Return the id of a conversation. A hold of a misspelt name would hold nothing."""
    found = conversations_named(log_of(here.store.path), [name]).get(name) or here.store.get(Conversation, name)
    if found is None:
        raise UnknownError(f"conversation '{name[:80]}': neither the log nor the store has it. Check the id.")
    return found.id


def _release(here: Session, lasting: list[HoldState]) -> None:
    if not lasting:
        return
    with st.expander("Release a hold"), st.form("hold_release", border=False, clear_on_submit=True):
        words = {one.hold.id: f"{one.hold.kind} {one.hold.subject}: {one.hold.reason}"[:90] for one in lasting}
        chosen = st.selectbox("Hold", list(words), format_func=words.__getitem__, key="hold_chosen")
        reason = st.text_input("Reason", key="hold_end_reason")
        if not st.form_submit_button("Release", icon=":material/lock_open:"):
            return
    try:
        release_hold(here.store, str(chosen), reason=reason or "", by=here.rater.id)
    except ReviewError as error:
        st.error(as_text(error), icon=":material/block:")
    else:
        st.rerun()
