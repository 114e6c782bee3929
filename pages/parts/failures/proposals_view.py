"""Golden examples that are proposed with everything filled in. Each counts only once a person approves it."""

from __future__ import annotations

import streamlit as st

from pages.parts.failures import learned_view, propose_view
from pages.parts.shared.session import Session
from pages.parts.shared.wording import as_text
from review.basics.errors import ReviewError
from review.basics.words import counted
from review.failures.made_from import DOCUMENTS, made_from
from review.failures.proposals import approve_proposal, reject_proposal
from review.golden.examples import BEHAVIOURS
from storage.queries.failures import open_proposals
from storage.records_failures import GoldenProposal
from storage.records_golden import EXAMPLE_KINDS

PAGE = 10


def show(here: Session) -> None:
    """Draw the open proposals, ten at a time, and what proposes more."""
    here.need_week()
    propose_view.propose_more(here)
    learned_view.take_out(here)
    found = open_proposals(here.store)
    if not found:
        st.info("No golden example is proposed. Triage proposes some.", icon=":material/workspace_premium:")
        return
    kinds = sorted({made_from(one) for one in found})
    with st.container(horizontal=True, vertical_alignment="bottom"):
        st.markdown(f"**{counted(len(found), 'proposal')}**")
        wanted: str | None = None
        if len(kinds) > 1:
            wanted = st.selectbox("Made from", kinds, index=None, placeholder="all", key="proposals_kind", width=260)
    for one in [p for p in found if wanted in (None, made_from(p))][:PAGE]:
        _one(here, one)


def _one(here: Session, one: GoldenProposal) -> None:
    content = one.content
    with st.form(f"proposal_{one.id}"):
        st.markdown(f"**{as_text(content['question'][:300])}**")
        st.caption(as_text(" · ".join(part for part in (one.rule, one.source, *content["tags"]) if part)))
        question = content["question"]
        if not content["item_id"]:
            question = st.text_input("Question", value=question, key=f"p_question_{one.id}")
        if content["context"]:
            with st.expander("The passage" if made_from(one) == DOCUMENTS else "What the product was given"):
                st.text("\n\n".join(str(passage) for passage in content["context"]))
        if content["answer"]:
            with st.expander("What the product answered"):
                st.text(content["answer"])
        expected = st.text_area(
            "Expected answer", value=content["expected_answer"], height=80, key=f"p_answer_{one.id}"
        )
        sql = st.text_area("Reference SQL", value=content["reference_sql"], height=68, key=f"p_sql_{one.id}")
        with st.container(horizontal=True):
            how = st.segmented_control(
                "The product should", BEHAVIOURS, default=content["expected_behaviour"], key=f"p_how_{one.id}"
            )
            kind = st.segmented_control("Kind", EXAMPLE_KINDS, default=content["kind"], key=f"p_kind_{one.id}")
            scenario = st.text_input("Scenario", value=content["scenario"], key=f"p_scenario_{one.id}")
            reason = st.text_input("Reason to reject", key=f"p_reason_{one.id}")
        with st.container(horizontal=True):
            yes = st.form_submit_button("Approve", type="primary", key=f"p_yes_{one.id}")
            no = st.form_submit_button("Reject", key=f"p_no_{one.id}")
    if not yes and not no:
        return
    changes = {
        "question": question or "",
        "expected_answer": expected or "",
        "reference_sql": sql or "",
        "expected_behaviour": how or "",
        "kind": kind or "",
        "scenario": scenario or "",
    }
    try:
        if yes:
            approve_proposal(here.store, one.id, by=here.rater.id, changes=changes)
        else:
            reject_proposal(here.store, one.id, by=here.rater.id, reason=reason or "")
    except ReviewError as error:
        st.error(as_text(error), icon=":material/block:")
    else:
        st.rerun()
