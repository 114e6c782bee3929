"""How the answers of each version read, and how they differ from the first version's and from the expected ones."""

from __future__ import annotations

from dataclasses import replace

import pandas as pd
import streamlit as st

from pages.parts.compare import data
from pages.parts.compare.choose import Chosen
from pages.parts.compare.figures_view import shown, span
from pages.parts.shared import figures
from pages.parts.shared.session import Session
from pages.parts.shared.wording import as_text
from review.basics.errors import ReviewError
from review.basics.words import signed
from review.experiments.comparing.descriptors import LONGEST_PATTERN, Described
from review.statistics.quantity import Quantity

EXPECTED = "expected answers"
PIXELS = {"property": 190, "answers of": 80, "mean": 60, "to the first version": 170, "to the expected answers": 170}
"""Widths that keep the differences in sight in a window of 1280; the intervals of the means follow them."""


def show(here: Session, chosen: Chosen) -> None:
    """Draw the table of descriptors, with a pattern of the viewer's own."""
    own = st.text_input(
        "Your own pattern, a regular expression",
        key="compare_pattern",
        max_chars=LONGEST_PATTERN,
        placeholder=r"such as \bsource:",
        help="Counts the answers in which it is found. Capital letters matter.",
    ).strip()
    try:
        found = data.described(here, chosen.runs, (("your pattern", own),) if own else ())
    except ReviewError as error:
        st.error(as_text(error), icon=":material/block:")
        return
    rows = [row for one in found.values() for row in _rows(one, chosen.comparison.versions)]
    frame = pd.DataFrame(rows)
    if all(one.expected.value is None for one in found.values()):
        frame = frame.drop(columns="to the expected answers")
    figures.table(frame, key="compare_wording", file_name="wording.csv", widths=PIXELS)
    st.caption(
        "Word lists and patterns describe a difference; they do not judge an answer. Differences have 95% intervals."
    )


def _rows(one: Described, versions: tuple[str, ...]) -> list[dict[str, object]]:
    share = one.descriptor.share
    rows: list[dict[str, object]] = [
        {
            "property": one.descriptor.title,
            "answers of": version,
            "mean": shown(_short(quantity), share=share),
            "to the first version": _changed(one.differences[place], share=share),
            "to the expected answers": _changed(one.to_expected[place], share=share),
            "95% interval": span(_short(quantity), share=share),
            "better": one.descriptor.better,
        }
        for place, (version, quantity) in enumerate(zip(versions, one.versions, strict=True))
    ]
    if one.expected.value is not None:
        rows.append(
            {
                "property": one.descriptor.title,
                "answers of": EXPECTED,
                "mean": shown(_short(one.expected), share=share),
                "to the first version": "",
                "to the expected answers": "",
                "95% interval": span(_short(one.expected), share=share),
                "better": one.descriptor.better,
            }
        )
    return rows


def _short(quantity: Quantity) -> Quantity:
    """Return a figure to three decimals: a word list measures no finer."""
    if quantity.value is None:
        return quantity
    low_high = quantity.ci and (round(quantity.ci[0], 3), round(quantity.ci[1], 3))
    return replace(quantity, value=round(quantity.value, 3), ci=low_high)


def _changed(change: Quantity | None, *, share: bool) -> str:
    if change is None or change.value is None:
        return ""
    scale, unit = (100.0, " points") if share else (1.0, "")
    ends = " to ".join(signed(scale * x, "+.2f") for x in change.ci or ())
    return f"{signed(scale * change.value, '+.2f')}{unit}{f' ({ends})' if ends else ''}"
