"""The steps of a failed conversation as a waterfall of times, with the step in which it began marked."""

from __future__ import annotations

import pandas as pd
import streamlit as st

from pages.parts.failures.step_chart import step_chart
from pages.parts.shared import figures
from pages.parts.shared.wording import as_text
from review.basics.words import shortened
from review.failures.archive import FailureShown
from review.failures.located import waterfall

MOST = 60
"""Steps that are listed; a longer trace shows those around the one that went wrong."""


def show(one: FailureShown) -> None:
    """Draw where the failure began, the waterfall where the trace has times, and the steps as a table."""
    began = one.located
    if began.at is None:
        st.caption(as_text(f"No step can be named: {began.why}."))
    else:
        st.markdown(as_text(f"It began in step {began.at + 1}, {began.step}: {began.why}."))
    if not one.steps:
        return
    first = max(0, (began.at or 0) - MOST // 2)
    bars = waterfall(one.steps, began)[first : first + MOST]
    if bars:
        figures.draw(step_chart(bars, first=first), key="failure_waterfall")
    rows = [
        {
            "": "▶" if at == began.at else "",
            "step": step.name,
            "ms": step.milliseconds,
            "error": shortened(step.error, 200),
            "output": shortened(step.output, 200),
        }
        for at, step in list(enumerate(one.steps))[first : first + MOST]
    ]
    figures.table(pd.DataFrame(rows), key=f"failure_steps_{one.id}", file_name="steps.csv")
