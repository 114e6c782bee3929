"""The check of reference SQL on the Golden page: which queries no longer run, and which changed their result."""

from __future__ import annotations

import pandas as pd
import streamlit as st

from pages.parts.shared import figures, rows
from pages.parts.shared.session import Session
from pages.parts.shared.wording import as_text
from review.basics.errors import ReviewError
from review.basics.words import counted
from review.current.assignments import owed_items
from review.golden.reference_check import STATES, CheckedReference, ReferenceCheck, check_references
from review.golden.references import references_of
from review.settings.project import project_of

NOW = "current examples"
FOUND = "curating_references_found"


def reference_list(here: Session, releases: list[str]) -> None:
    """Draw the check for a release or the current examples, where the project has a database."""
    if not project_of(here.store.path).sql.engine:
        return
    with st.container(border=True):
        with st.container(horizontal=True, vertical_alignment="bottom"):
            chosen = str(st.selectbox("Reference SQL of", [NOW, *releases], key="curating_references"))
            asked = st.button("Check", icon=":material/database:", key="curating_check")
        if asked:
            st.session_state[FOUND] = (chosen, _checked(here, chosen))
        name, found = st.session_state.get(FOUND, ("", None))
        if name != chosen or found is None:
            st.caption("Runs each query again and compares its result with the one that was kept at the approval.")
        elif isinstance(found, str):
            st.error(as_text(found), icon=":material/block:")
        else:
            _show(found)


def _checked(here: Session, chosen: str) -> ReferenceCheck | str:
    """Return what the check found, or why it could not be made."""
    try:
        with st.spinner("Running the queries"), references_of(here.store) as references:
            hidden = owed_items(here.store, here.rater.id)
            return check_references(here.store, references, release="" if chosen == NOW else chosen, hidden=hidden)
    except ReviewError as error:
        return str(error)


def _show(found: ReferenceCheck) -> None:
    if not found.items:
        st.caption("None of these examples has reference SQL.")
        return
    told = " · ".join(f"**{n:,}** {STATES[state]}" for state, n in found.counts.items())
    st.markdown(f"{counted(len(found.items), 'query', 'queries')}: {told}.")
    wanting = [item for item in found.items if item.state != "same"]
    if not wanting:
        return
    frame = pd.DataFrame(
        [
            {
                "state": item.state.replace("_", " "),
                "why": item.why,
                "question": item.question[:200],
                "example": item.example_id,
            }
            for item in wanting
        ]
    )
    picked = rows.choose(frame, key="curating_checked", id_column="example", file_name="references.csv")
    one = next((item for item in wanting if item.example_id == picked.opened), None)
    if one is not None:
        _difference(one)


def _difference(item: CheckedReference) -> None:
    st.markdown(f"**{as_text(item.question[:300])}**")
    first = item.difference
    if first is None:
        st.caption(as_text(item.why))
        return
    cells = [("kept at the approval", first.reference), ("now", first.generated)]
    frame = pd.DataFrame(
        [{"": when, "row": "no such row" if row is None else ", ".join(map(str, row))} for when, row in cells]
    )
    figures.table(frame, key="curating_difference", file_name=f"difference-{item.example_id}.csv")
