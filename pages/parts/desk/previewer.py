"""The fields of the desk for one rubric, to try it before it is saved."""

from __future__ import annotations

import streamlit as st

from pages.parts.desk.bundle import bundle
from pages.parts.desk.component import CSS, FOLDER
from review.annotating.payload import rubric_payload
from review.rubric.rubric import Rubric

PLACE = FOLDER / "previewer"
# Styles are isolated: those of the desk would give the whole page the room of the desk.
_preview = st.components.v2.component(
    "spotcheck_preview",
    html='<div class="sc-preview-place"></div>',
    css=CSS + (PLACE / "previewer.css").read_text(encoding="utf-8"),
    js=bundle(PLACE / "previewing.js"),
    isolate_styles=True,
)


def preview(rubric: Rubric) -> None:
    """Draw the dimensions with the widgets of the desk. Choices show what is asked next; they are never kept."""
    _preview(key="rubric_preview", data={"rubric": rubric_payload(rubric)})
