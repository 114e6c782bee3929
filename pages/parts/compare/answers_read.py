"""How the answers of each version read, and how they differ from the first version's and from the expected ones."""

from __future__ import annotations

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
from review.experiments.comparing.measures import BETTER_WORDS
from review.statistics.quantity import Quantity

EXPECTED = "expected answers"


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
    figures.table(pd.DataFrame(rows), key="compare_wording", file_name="wording.csv")
    st.caption(
        "Word lists and patterns describe a difference; they do not judge an answer. Differences have 95% intervals."
    )


def _rows(one: Described, versions: tuple[str, ...]) -> list[dict[str, object]]:
    share = one.descriptor.share
    both = {"property": one.descriptor.title, "better": BETTER_WORDS[one.descriptor.better]}
    rows: list[dict[str, object]] = [
        {
            **both,
            "answers of": version,
            "mean": shown(quantity, share=share),
            "95% interval": span(quantity, share=share),
            "to the first version": _changed(one.differences[place], share=share),
            "to the expected answers": _changed(one.to_expected[place], share=share),
        }
        for place, (version, quantity) in enumerate(zip(versions, one.versions, strict=True))
    ]
    if one.expected.value is not None:
        rows.append(
            {
                **both,
                "answers of": EXPECTED,
                "mean": shown(one.expected, share=share),
                "95% interval": span(one.expected, share=share),
                "to the first version": "",
                "to the expected answers": "",
            }
        )
    return rows


def _changed(change: Quantity | None, *, share: bool) -> str:
    if change is None or change.value is None:
        return ""
    scale, unit = (100.0, " points") if share else (1.0, "")
    ends = " to ".join(signed(scale * x, "+.2f") for x in change.ci or ())
    return f"{signed(scale * change.value, '+.2f')}{unit}{f' ({ends})' if ends else ''}"
