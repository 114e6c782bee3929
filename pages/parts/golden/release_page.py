"""One release as it was frozen: its examples, of which each current one opens."""

from __future__ import annotations

import pandas as pd
import streamlit as st

from pages.parts.shared import rows
from pages.parts.shared.session import Session
from pages.parts.shared.wording import as_text
from review.basics.errors import ReviewError
from review.basics.words import counted
from review.current.assignments import owed_items
from review.golden.releases import examples_of


def page(here: Session, name: str) -> None:
    """Draw the examples of a release, without those from items that the viewer has yet to review."""
    st.button("All releases", icon=":material/arrow_back:", key="release_back", on_click=_leave)
    st.subheader(as_text(name))
    try:
        frozen = examples_of(here.store, name)
    except ReviewError as error:
        st.error(as_text(error), icon=":material/block:")
        return
    owed = owed_items(here.store, here.rater.id)
    shown = [one for one in frozen if one.content["item_id"] not in owed]
    withheld = len(frozen) - len(shown)
    if withheld:
        st.caption(f"{counted(withheld, 'more example')} that you have yet to review.")
    if not shown:
        return
    frame = pd.DataFrame(
        [
            {
                "question": str(one.content["question"])[:160],
                "expected": str(one.content["expected_answer"] or one.content["expected_behaviour"] or "")[:160],
                "scenario": one.content["scenario"],
                "kind": one.content["kind"],
                "half": one.content["split"],
                "example": one.example_id,
            }
            for one in shown
        ]
    )
    st.caption(f"{counted(len(shown), 'example')}. Select a cell to read where an example comes from.")
    picked = rows.choose(
        frame,
        key="release_examples",
        id_column="example",
        file_name=f"{name}.csv",
        config={"expected": st.column_config.TextColumn(width=rows.WIDE)},
    )
    if picked.opened:
        _leave()
        st.query_params.update({"view": "examples", "example": picked.opened})
        st.rerun()


def _leave() -> None:
    st.query_params.pop("release", None)
