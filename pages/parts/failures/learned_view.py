"""What goes out: files of settled answers to learn from."""

from __future__ import annotations

import tempfile
from pathlib import Path

import streamlit as st

from pages.parts.shared.session import Session
from pages.parts.shared.wording import as_text
from review.basics.errors import ReviewError
from review.evidence.chosen_weeks import weeks_up_to
from review.failures.exports import EXPORTS, export_learned

MADE = "failures_export"


def take_out(here: Session) -> None:
    """Draw the form that writes settled answers into a file to learn from, and the download of it."""
    with st.expander("Learn from settled answers", icon=":material/download:"):
        st.caption("Masked, settled answers of the dev half, up to the chosen week. Provenance comes as a second file.")
        kind = st.selectbox("File", list(EXPORTS), format_func=lambda k: f"{k}: {EXPORTS[k].about}", key="export_kind")
        if st.button("Prepare", key="export_prepare"):
            st.session_state[MADE] = None
            try:
                st.session_state[MADE] = _made(here, str(kind))
            except ReviewError as error:
                st.error(as_text(error), icon=":material/block:")
        made = st.session_state.get(MADE)
        if made:
            with st.container(horizontal=True):
                for name, body in made.items():
                    st.download_button(name, body, file_name=name, key=f"export_{name}", on_click="ignore")


def _made(here: Session, kind: str) -> dict[str, bytes]:
    """Return the files of an export by name."""
    weeks = weeks_up_to(here.store, here.need_week())
    with tempfile.TemporaryDirectory() as folder:
        done = export_learned(here.store, kind, Path(folder) / f"{kind}.jsonl", weeks=weeks, by=here.rater.id)
        return {file.name: file.read_bytes() for file in (done.file, done.provenance)}
