"""Settle disagreements: votes side by side without names, final labels, why, and straight into golden."""

from __future__ import annotations

import streamlit as st

from pages.parts import conversation, session, settling
from review.adjudication import cases
from review.evidence import conversation_of

here = session.current()
week = here.need_week()
here.need_role("adjudicator")

st.title("Adjudicate")
found = cases(here.store, week, viewer=here.rater.id)
kinds = {kind: [c for c in found if c.kind == kind] for kind in ("disputed", "unanimous", "single", "settled")}
view = settling.choose_view(kinds)

if view == "unanimous":
    settling.bulk_approve(here, kinds["unanimous"])
elif not kinds[view]:
    settling.nothing_here(here, week, view)
else:
    case = settling.choose_case(kinds[view], key=f"{week}_{view}")
    left, right = st.columns([3, 2], gap="large")
    with left:
        conversation.show(conversation_of(here.store, case.item.id), target_turn=case.item.target_turn)
    with right:
        settling.votes(here, case)
        settling.decide(here, case)
