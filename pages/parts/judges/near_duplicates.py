"""The warning about items that are near-duplicates of examples in a prompt."""

from __future__ import annotations

import pandas as pd
import streamlit as st

from pages.parts.shared import cached_statistics, figures
from pages.parts.shared import rows as table_rows
from pages.parts.shared.session import Session
from review.basics.words import counted
from review.judges.llm.spec import LlmSpec
from storage.records_judges import Judge


def warn(here: Session, weeks: tuple[str, ...], judge: Judge) -> None:
    """Warn about items of these weeks that are nearly the same as an example in the prompt, if there are any."""
    found = cached_statistics.near_duplicates(here, weeks, judge)
    if not found:
        return
    many = len({near.subject for near in found})
    st.warning(
        f"{counted(many, 'item')} {'is' if many == 1 else 'are'} nearly the same as an example in the prompt, so the "
        "judge has almost seen the label. Choose another example, or allow for it when you read the figures.",
        icon=":material/content_copy:",
    )
    examples = LlmSpec.from_json(judge.spec).examples
    shown = {str(e.get("example_id")): str(e.get("question", "")) for e in examples}
    rows = [
        {
            "item": near.subject,
            "similarity": near.similarity,
            "question of the example": shown.get(near.example, near.example),
            "open": table_rows.address(here.rater.id, "adjudicate", item=near.subject),
        }
        for near in found
    ]
    with st.expander("Show them"):
        figures.table(
            pd.DataFrame(rows),
            key=f"workbench_near_{judge.id}",
            file_name="near-duplicates.csv",
            config={"open": table_rows.link("the votes")},
        )
