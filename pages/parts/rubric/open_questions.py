"""The open questions of the Rubric page: what people called unclear, and how a lead answers it."""

from __future__ import annotations

import streamlit as st

from pages.parts.shared.naming import titles
from pages.parts.shared.session import Session
from pages.parts.shared.wording import as_text
from review.basics.errors import ReviewError
from review.basics.limits import MAX_COMMENT
from review.settling.questions import answer_question, questions
from storage.queries.comments import OpenQuestion

SOURCES = {
    "comment": "from a discussion",
    "flag": "flagged by a reviewer",
    "adjudication": "from a settled disagreement",
    "calibration": "from a calibration session",
}


def open_questions(here: Session) -> None:
    """Draw each open question with its item; a lead can say how it was answered."""
    found = questions(here.store, viewer=here.rater.id)
    if not found:
        st.info(
            "No question about the rubric is open. What people call unclear in a discussion, in a flag or when they "
            "settle a disagreement appears here.",
            icon=":material/task_alt:",
        )
        return
    for one in found:
        with st.container(border=True):
            _question(here, one)


def _question(here: Session, one: OpenQuestion) -> None:
    passage = titles(here.store)(": ".join(part for part in (one.dimension, one.value) if part))
    st.markdown(as_text(one.text) if one.text else "*without a word*")
    st.caption(as_text(" · ".join(part for part in (passage, SOURCES[one.source], one.week, one.at[:10]) if part)))
    st.page_link(
        "discuss.py",
        label="See the item",
        query_params={"item": one.item_id, "week": one.week},
        icon=":material/forum:",
    )
    if not here.rater.may("lead"):
        return
    answer = st.text_input(
        "Answer",
        key=f"question_answer_{one.id}",
        max_chars=MAX_COMMENT,
        placeholder="what applies, or which sentence of the rubric says it now",
        label_visibility="collapsed",
    )
    if st.button("Close the question", key=f"question_close_{one.id}"):
        try:
            answer_question(here.store, one.id, answer or "", by=here.rater.id)
        except ReviewError as error:
            st.error(as_text(error), icon=":material/block:")
            return
        st.rerun()
