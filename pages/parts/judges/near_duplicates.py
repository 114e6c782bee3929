"""The warning that items are near-duplicates of examples in a prompt."""

from __future__ import annotations

import pandas as pd
import streamlit as st

from pages.parts.shared import cached_statistics, figures
from pages.parts.shared.session import Session
from review.basics.words import counted
from storage.records_judges import Judge


def warn(here: Session, weeks: tuple[str, ...], judge: Judge) -> None:
    """Say which items of these weeks say nearly the same as an example in the prompt; nothing when none does."""
    found = cached_statistics.near_duplicates(here, weeks, judge)
    if not found:
        return
    many = len({near.subject for near in found})
    st.warning(
        f"{counted(many, 'item')} {'says' if many == 1 else 'say'} nearly the same as an example in the prompt: the "
        "judge has all but seen the label. Choose another example, or mind it when you read the figures.",
        icon=":material/content_copy:",
    )
    shown = {str(e.get("example_id")): str(e.get("question", "")) for e in judge.spec["examples"]}
    rows = [
        {
            "item": near.subject,
            "similarity": near.similarity,
            "question of the example": shown.get(near.example, near.example),
        }
        for near in found
    ]
    with st.expander("Which"):
        figures.table(pd.DataFrame(rows), key=f"workbench_near_{judge.id}", file_name="near-duplicates.csv")
