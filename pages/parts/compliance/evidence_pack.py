"""The evidence pack: one signed file about a period, for an auditor to verify without this store."""

from __future__ import annotations

import tempfile
from pathlib import Path

import streamlit as st

from pages.parts.compliance import pack_verification
from pages.parts.compliance.control_report import period
from pages.parts.shared.session import Session
from pages.parts.shared.wording import as_text
from review.basics.errors import ReviewError
from review.basics.words import counted
from review.compliance.pack.making import Made, make_pack, weeks_of_period
from storage.connection import StorageError

MADE = "pack_made"
"""The key of the pack that was made last: its period, what is in it, and the file. The session alone holds it."""


def show(here: Session) -> None:
    """Draw the choice of a period, the pack, and the verification of one."""
    st.markdown(
        "One signed file: what was drawn and from what, seeds, rubric, agreement, judges, gates, waivers and overdue "
        "findings. An auditor verifies it offline, without this store and its secret key. No conversation is in it."
    )
    days = period("pack_days", 90)
    if days is not None:
        _make(here, days)
    pack_verification.show(here)


def _make(here: Session, days: tuple[str, str]) -> None:
    weeks = weeks_of_period(here.store, *days)
    st.caption(
        f"{counted(len(weeks), 'week')}: {', '.join(weeks)}" if weeks else "No week was reviewed in this period."
    )
    if st.button("Make the pack", type="primary", icon=":material/inventory_2:", key="pack_make"):
        try:
            with st.spinner("Making the pack"):
                st.session_state[MADE] = (days, *_packed(here, days))
        except (ReviewError, StorageError) as error:
            st.error(as_text(error), icon=":material/block:")
    made = st.session_state.get(MADE)
    if made is None or made[0] != days:
        return
    _, told, data = made
    with st.container(border=True):
        st.markdown(
            f"{counted(told.rows, 'row')} and {counted(told.listed, 'conversation')} of frames. Hand over the file, "
            "and send this public key separately:"
        )
        st.code(told.key, language=None, wrap_lines=True)
        st.download_button(
            "Evidence pack", data, file_name=f"evidence-{days[0]}-{days[1]}.pack", mime="application/zip",
            icon=":material/download:", key="pack_file", on_click="ignore",
        )  # fmt: skip


def _packed(here: Session, days: tuple[str, str]) -> tuple[Made, bytes]:
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "evidence.pack"
        made = make_pack(here.store, here.project, file, first=days[0], last=days[1], by=here.rater.id)
        return made, file.read_bytes()
