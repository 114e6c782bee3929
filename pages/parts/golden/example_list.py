"""The current golden examples, and the page of the one that the address names."""

from __future__ import annotations

import pandas as pd
import streamlit as st

from pages.parts.golden import example_page
from pages.parts.shared import rows
from pages.parts.shared.session import Session
from pages.parts.shared.wording import as_text
from review.basics.words import counted
from review.golden.examples import readable_examples


def example_list(here: Session) -> None:
    """Draw the current examples that the viewer may read, or one of them with its whole provenance."""
    examples, withheld = readable_examples(here.store, viewer=here.rater.id)
    wanted = st.query_params.get("example")
    if wanted:
        st.button("All examples", icon=":material/arrow_back:", key="curating_back", on_click=_leave)
        if any(e.example_id == wanted for e in examples):
            example_page.page(here, wanted)
        else:
            st.info(
                as_text(f"{wanted} is no current example, or comes from an item that you have yet to review."),
                icon=":material/visibility_off:",
            )
        return
    if withheld:
        it, comes = ("It", "comes from an item") if withheld == 1 else ("They", "come from items")
        st.caption(
            f":material/visibility_off: {counted(withheld, 'example')} {comes} that you have yet to review. "
            f"{it} will be shown once you have."
        )
    if not examples:
        if not withheld:
            _empty()
        return
    frame = pd.DataFrame(
        [
            {
                "question": str(e.content.get("question", ""))[:160],
                "scenario": e.scenario,
                "kind": e.kind,
                "rule": e.rule,
                "votes": len(e.votes),
                "half": e.split,
                "source": e.source,
                "example": e.example_id,
            }
            for e in examples
        ]
    )
    st.caption(f"{counted(len(examples), 'example')}. Select a cell to read where an example comes from.")
    picked = rows.choose(frame, key="curating_examples", id_column="example", file_name="golden.csv")
    if picked.opened:
        st.query_params["example"] = picked.opened
        st.rerun()


def _leave() -> None:
    del st.query_params["example"]


def _empty() -> None:
    st.info(
        "There are no golden examples yet. Approve items under Candidates, or on the Adjudicate page when you settle "
        "them.",
        icon=":material/star:",
    )
    st.page_link("adjudicate.py", label="Adjudicate", icon=":material/gavel:")
