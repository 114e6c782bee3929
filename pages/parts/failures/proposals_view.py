"""Golden examples that are proposed with everything filled in. Each counts only once a person approves it."""

from __future__ import annotations

import streamlit as st

from pages.parts.failures import learned_view, propose_view
from pages.parts.shared import submitted
from pages.parts.shared.session import Session
from pages.parts.shared.wording import as_text
from review.basics.words import counted
from review.failures.made_from import DOCUMENTS, made_from
from review.failures.proposals import approve_proposal, reject_proposal
from review.golden.examples import BEHAVIOURS
from storage.queries.failures import open_proposals
from storage.records_failures import GoldenProposal
from storage.records_golden import EXAMPLE_KINDS

PAGE = 10
FIELDS = {
    "question": "p_question",
    "expected_answer": "p_answer",
    "reference_sql": "p_sql",
    "expected_behaviour": "p_how",
    "kind": "p_kind",
    "scenario": "p_scenario",
}
"""What a person may change in a proposal, and how the key of its widget begins."""


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
        if not content["item_id"]:
            st.text_input("Question", value=content["question"], key=f"p_question_{one.id}")
        if content["context"]:
            with st.expander("The passage" if made_from(one) == DOCUMENTS else "What the product was given"):
                st.text("\n\n".join(str(passage) for passage in content["context"]))
        if content["answer"]:
            with st.expander("What the product answered"):
                st.text(content["answer"])
        if not content["expected_answer"] and not content["reference_sql"]:
            st.caption("Nobody has settled what is right here: write it, or choose clarify or refuse.")
        st.text_area("Expected answer", value=content["expected_answer"], height=80, key=f"p_answer_{one.id}")
        st.text_area("Reference SQL", value=content["reference_sql"], height=68, key=f"p_sql_{one.id}")
        with st.container(horizontal=True):
            st.segmented_control(
                "The product should", BEHAVIOURS, default=content["expected_behaviour"], key=f"p_how_{one.id}"
            )
            st.segmented_control("Kind", EXAMPLE_KINDS, default=content["kind"], key=f"p_kind_{one.id}")
            st.text_input("Scenario", value=content["scenario"], key=f"p_scenario_{one.id}")
            st.text_input("Reason to reject", key=f"p_reason_{one.id}")
        with st.container(horizontal=True):
            st.form_submit_button("Approve", type="primary", key=f"p_yes_{one.id}", on_click=_approve, args=(here, one))
            st.form_submit_button("Reject", key=f"p_no_{one.id}", on_click=_reject, args=(here, one))
    submitted.show_refusal(one.id)


def _approve(here: Session, one: GoldenProposal) -> None:
    """Approve the proposal whose form was sent, as the person left it."""
    keys = {name: f"{key}_{one.id}" for name, key in FIELDS.items()}
    # A field that the form does not have stays as it was proposed.
    changes = {name: st.session_state[key] or "" for name, key in keys.items() if key in st.session_state}
    submitted.write(
        here,
        one.id,
        "adjudicator",
        lambda: approve_proposal(here.store, one.id, by=here.rater.id, changes=changes),
    )


def _reject(here: Session, one: GoldenProposal) -> None:
    """Reject the proposal whose form was sent."""
    reason = str(st.session_state.get(f"p_reason_{one.id}") or "")
    submitted.write(
        here,
        one.id,
        "adjudicator",
        lambda: reject_proposal(here.store, one.id, by=here.rater.id, reason=reason),
    )
