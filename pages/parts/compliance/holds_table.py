"""Legal holds: what retention and erasure must leave alone, and the form with which a lead sets or ends one."""

from __future__ import annotations

import pandas as pd
import streamlit as st

from pages.parts.shared import figures, submitted
from pages.parts.shared.session import Session
from review.basics.words import counted
from review.compliance.hold_subjects import matching, subjects_of
from review.privacy.holds import CONVERSATION, USER, HoldState, add_holds, every_hold, release_hold


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
    names, counts = here.names, matching(here.store, [one.hold for one in found])
    return pd.DataFrame(
        {
            "what": f"{one.hold.kind} {one.hold.subject}",
            "conversations": counts[one.hold.id],
            "reason": one.hold.reason,
            "since": one.hold.at[:10],
            "by": names.get(one.hold.by, one.hold.by),
            "released": f"{one.release.at[:10]}: {one.release.reason}" if one.release else "",
        }
        for one in reversed(found)
    )


def _add(here: Session) -> None:
    with st.expander("Set a hold"), st.form("hold_add", border=False, clear_on_submit=True):
        st.segmented_control(
            "What", [CONVERSATION, USER], default=CONVERSATION, required=True, key=submitted.key("hold_kind")
        )
        st.text_input(
            "Id", key=submitted.key("hold_id"), help="The id in the log, or the id that the product gave the user."
        )
        st.text_input("Reason", key=submitted.key("hold_reason"))
        st.checkbox(
            "Hold it even if no conversation has it yet", key=submitted.key("hold_anyway"),
            help="Without this, a name that no conversation has is refused, because it may be misspelt.",
        )  # fmt: skip
        st.form_submit_button("Hold", icon=":material/gavel:", key="hold_go", on_click=_hold, args=(here,))
    submitted.show_refusal("hold_add")


def _hold(here: Session) -> None:
    fields = [f"hold_{name}" for name in ("kind", "id", "reason", "anyway")]
    kind, name, reason, anyway = submitted.values(fields)
    given = {"users" if kind == USER else "conversations": [name or ""]}

    def write() -> None:
        named = subjects_of(here.store, **given, even_if_none=anyway)
        new = add_holds(
            here.store, conversations=named.conversations, users=named.users, reason=reason or "", by=here.rater.id
        )
        held = sum(matching(here.store, new).values())
        st.toast(f"The hold names {counted(held, 'conversation')} now.", icon=":material/gavel:")

    submitted.write(here, "hold_add", "lead", write, fields=fields)


def _release(here: Session, lasting: list[HoldState]) -> None:
    if not lasting:
        return
    with st.expander("Release a hold"), st.form("hold_release", border=False, clear_on_submit=True):
        words = {one.hold.id: f"{one.hold.kind} {one.hold.subject}: {one.hold.reason}"[:90] for one in lasting}
        st.selectbox("Hold", list(words), format_func=words.__getitem__, key=submitted.key("hold_chosen"))
        st.text_input("Reason", key=submitted.key("hold_end_reason"))
        st.form_submit_button("Release", icon=":material/lock_open:", key="hold_end", on_click=_end, args=(here,))
    submitted.show_refusal("hold_release")


def _end(here: Session) -> None:
    fields = ("hold_chosen", "hold_end_reason")
    chosen, reason = (str(value or "") for value in submitted.values(fields))
    submitted.write(
        here,
        "hold_release",
        "lead",
        lambda: release_hold(here.store, chosen, reason=reason, by=here.rater.id),
        fields=fields,
    )
