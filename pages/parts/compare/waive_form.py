"""The decisions about a version on record, and the forms that waive or settle one."""

from __future__ import annotations

import streamlit as st

from pages.parts.shared.session import Session
from pages.parts.shared.wording import as_text
from review.basics.errors import ReviewError
from review.basics.limits import MAX_COMMENT
from review.experiments.decisions import SLICE, Standing, standing
from review.experiments.gating.asking import BY_PEOPLE, asking, settle
from review.experiments.gating.keeping import waive
from review.experiments.gating.versions_gate import runs_of
from storage.records_gate import GateDecision

SHOWN = 5


def on_record(here: Session, candidate: str) -> None:
    """Draw the latest decisions about a candidate with their waivers."""
    kept = here.store.find(GateDecision, candidate=candidate, order_by="rowid desc")[:SHOWN]
    if not kept:
        return
    st.markdown("##### On record")
    for decision in kept:
        _one(here, standing(here.store, decision))


def _one(here: Session, found: Standing) -> None:
    d = found.decision
    says = f"{d.decision}, waived" if found.waived else d.decision
    with st.expander(as_text(f"{d.at[:10]}: {d.candidate} against {d.baseline} on {d.release}: {says}")):
        st.caption(as_text(f"{d.id}, by {here.names.get(d.by, d.by)}"))
        for reason in d.report["reasons"]:
            st.markdown(f"- {as_text(reason)}")
        for w in found.waivers:
            unsure = " Two names without a login are no proof of two people." if w.identity == "names" else ""
            what = w.slice or "all but suspect slices"
            who = here.names.get(w.by, w.by)
            st.markdown(as_text(f"Waived on {w.at[:10]} by {who} ({what}): {w.reason}.{unsure}"))
        if found.may_ship:
            st.markdown(as_text(found.ships))
            return
        st.markdown(as_text(f"Still open: {', '.join(found.open)}."))
        _waive(here, found)
        if d.decision == "inconclusive" and not d.id.endswith(BY_PEOPLE):
            _settle(here, d)


def _waive(here: Session, found: Standing) -> None:
    d = found.decision
    names = [one.removeprefix(SLICE) if one.startswith(SLICE) else "" for one in found.open]
    choices = list(dict.fromkeys(names))
    with st.form(f"waive_{d.id}", border=False):
        which = choices[0]
        if len(choices) > 1:
            which = st.selectbox(
                "Waive", choices, format_func=lambda s: f"slice {s}" if s else "everything but suspect slices"
            )
        reason = st.text_input("Reason", max_chars=MAX_COMMENT, help="It stays with the decision for good.")
        if st.form_submit_button("Waive", icon=":material/verified_user:"):
            try:
                waive(here.store, d.id, by=here.rater.id, reason=reason, slice=which or "")
            except ReviewError as error:
                st.error(as_text(error), icon=":material/block:")
            else:
                st.rerun()


def _settle(here: Session, decision: GateDecision) -> None:
    if st.button("Settle by what people preferred", icon=":material/how_to_vote:", key=f"settle_{decision.id}"):
        try:
            told, _ = asking(decision, *runs_of(here.store, decision))
            settle(here.store, decision.id, told, by=here.rater.id)
        except ReviewError as error:
            st.error(as_text(error), icon=":material/block:")
        else:
            st.rerun()
