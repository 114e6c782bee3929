"""What goes out and what comes in: files of settled answers to learn from, and more proposals for golden examples."""

from __future__ import annotations

import tempfile
from collections.abc import Callable
from pathlib import Path

import streamlit as st

from pages.parts.shared.session import Session
from pages.parts.shared.wording import as_text
from review.basics.errors import ReviewError
from review.basics.words import counted
from review.evidence.evidence import weeks_up_to
from review.failures.exports import EXPORTS, export_learned
from review.failures.proposing import Outcome, propose_frequent, propose_marked, propose_variants
from review.failures.variants import VARIANT_RULES

LEAST = 5
"""How often a question was asked before the page proposes it."""
MADE = "failures_export"


def propose_more(here: Session) -> None:
    """Draw the buttons that propose variants of examples, frequent questions and answers that users marked."""
    with st.expander("Propose more", icon=":material/add:"):
        rules = st.multiselect(
            "Variants by rules", list(VARIANT_RULES), default=list(VARIANT_RULES), key="propose_rules",
            format_func=lambda name: f"{name}: {VARIANT_RULES[name].about}",
        )  # fmt: skip
        by = here.rater.id
        actions: dict[str, Callable[[], Outcome]] = {
            "Variants of examples": lambda: propose_variants(here.store, rules, by=by),
            "Frequent questions": lambda: propose_frequent(here.store, weeks=None, least=LEAST, by=by),
            "Answers that users marked": lambda: propose_marked(here.store, here.project, by=by),
        }
        with st.container(horizontal=True):
            for words, propose in actions.items():
                if st.button(words, key=f"propose_{words}"):
                    _do(propose)


def _do(propose: Callable[[], Outcome]) -> None:
    try:
        done = propose()
    except ReviewError as error:
        st.error(as_text(error), icon=":material/block:")
        return
    dropped = "".join(f", {n} dropped: {reason}" for reason, n in done.dropped.items())
    st.toast(as_text(f"{counted(len(done.written), 'proposal')}{dropped}"), icon=":material/workspace_premium:")
    if done.written:
        st.rerun()


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
