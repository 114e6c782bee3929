"""Groups of failures that read alike, offered as modes: a person names each, or leaves it."""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st

from pages.parts.failures import propose_view
from pages.parts.shared.session import Session
from pages.parts.shared.wording import as_text
from review.basics.errors import ReviewError
from review.basics.words import counted, shortened
from review.failures.analysis import Proposed, accept, proposed_modes
from review.failures.by_model import named_by
from review.judges.endpoints import llm_names, llm_of

ASKED = "failures_proposed"
HOW_FIRST = "what works best here"
HOW: dict[str, bool | None] = {HOW_FIRST: None, "meaning": True, "letters": False}
"""How failures are compared; by default the sentence model reads them where it is installed."""


def show(here: Session, weeks: Sequence[str]) -> None:
    """Draw the button that groups failures without a mode, and a form for each group."""
    with st.expander("Group failures that read alike", icon=":material/hub:"):
        st.caption("Failures without a mode, grouped by notes, comments of reviewers and error messages. Offline.")
        model = propose_view.writer(llm_names(here.store), "Names", "failures_names_by")
        how = st.segmented_control(
            "Compare by", list(HOW), default=HOW_FIRST, key="failures_meaning",
            help="Meaning needs the sentence model; letters and known words need nothing.",
        )  # fmt: skip
        if st.button("Group them", key="failures_group", icon=":material/hub:"):
            _group(here, weeks, meaning=HOW[how or HOW_FIRST], model=model)
        found: list[Proposed] = st.session_state.get(ASKED, [])
        for at, one in enumerate(found):
            _one(here, at, one)


def _group(here: Session, weeks: Sequence[str], *, meaning: bool | None, model: str) -> None:
    with st.spinner("Comparing what was said …"):
        try:
            endpoint = named_by(llm_of(here.store, here.project, model)) if model else None
            found = proposed_modes(
                here.store, here.project, weeks, by=here.rater.id, endpoint=endpoint, meaning=meaning
            )
        except ReviewError as error:
            st.error(as_text(error), icon=":material/block:")
        else:
            st.session_state[ASKED] = found


def _one(here: Session, at: int, one: Proposed) -> None:
    with st.form(f"proposed_{at}_{one.alike.ids[0]}", border=True):
        st.markdown(as_text(f"{counted(len(one.alike.ids), 'failure')}: {shortened(one.says, 160)}"))
        name = st.text_input("Name of the mode", value=one.alike.name, key=f"proposed_name_{at}_{one.alike.ids[0]}")
        if not st.form_submit_button("Make it a mode", key=f"proposed_go_{at}_{one.alike.ids[0]}"):
            return
    try:
        accept(here.store, one.alike.ids, name or "", by=here.rater.id)
    except ReviewError as error:
        st.error(as_text(error), icon=":material/block:")
        return
    st.session_state[ASKED] = [other for other in st.session_state[ASKED] if other is not one]
    st.rerun()
