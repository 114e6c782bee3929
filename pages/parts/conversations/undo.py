"""The button that undoes an import nothing was drawn from."""

from __future__ import annotations

import streamlit as st

from pages.parts.shared.session import Session
from pages.parts.shared.wording import as_text
from review.basics.errors import ReviewError
from review.basics.words import counted
from review.sources.undoing import undo_import, why_not
from storage.records_log import Import


def button(here: Session, record: Import, *, key: str) -> None:
    """Draw the button, and the reason to give before it; nothing for an import that added nothing or is undone."""
    told = (record.updated or 0) + (record.waiting or 0)
    refused = why_not(here.store, record.id) if record.added or told else "nothing"
    if refused:
        if "cannot be undone" in refused:
            st.caption(f":material/lock: {as_text(refused[0].upper() + refused[1:])}")
        return
    with st.popover("Undo this import", icon=":material/undo:"):
        news = f" What it told of {counted(told, 'conversation')} leaves it too." if told else ""
        st.markdown(
            f"{counted(record.added, 'conversation')} of {as_text(record.file)} would leave the log.{news} "
            "Nothing was drawn from them. You can import the file again."
        )
        reason = st.text_input("Reason", key=f"{key}_reason") or ""
        if st.button("Undo", type="primary", key=key):
            try:
                undo_import(here.store, record.id, by=here.rater.id, reason=reason)
            except ReviewError as error:
                st.error(as_text(error), icon=":material/block:")
            else:
                left = (
                    f"{counted(record.added, 'conversation')} left the log"
                    if record.added
                    else f"Undone: {record.file}"
                )
                st.toast(as_text(left), icon=":material/undo:")
                st.rerun()
