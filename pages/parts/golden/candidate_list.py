"""The candidates: settled items that are not golden yet, with filters, what each row holds, and what can be done."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd
import streamlit as st

from pages.parts.shared import approve_form, conversation
from pages.parts.shared.session import Session
from pages.parts.shared.wording import as_text
from review.basics.labels import Value
from review.basics.words import counted
from review.evidence.evidence import conversation_of, weeks_between
from review.golden.approve import bulk_approve, why_not_together
from review.golden.candidates import Candidate, candidates

OPEN = 3
RULES = {"adjudicated": "settled by adjudication", "unanimous": "reviewers agree", "single": "one reviewer only"}


def candidate_list(here: Session) -> None:
    """Draw the filters, the table, the ticked rows as conversations, and the buttons for them."""
    here.need_week()
    every = candidates(here.store, weeks_between(here.store, None), viewer=here.rater.id)
    if not every:
        st.info(
            "No settled item is waiting for approval. Settle disagreements on the Adjudicate page, or wait for more "
            "reviews.",
            icon=":material/gavel:",
        )
        st.page_link("adjudicate.py", label="Adjudicate", icon=":material/gavel:")
        return
    found = _filtered(every)
    st.markdown(f"**{counted(len(found), 'candidate')}**")
    if not found:
        st.caption("Nothing fits. Remove a filter.")
        return
    ticked = _ticked(found)
    if not ticked:
        st.caption("Tick rows to read and approve them.")
        return
    refused = why_not_together(here.store, [c.item_id for c in ticked], by=here.rater.id)
    _approve(here, [c for c in ticked if not refused[c.item_id]])
    for one in ticked[:OPEN]:
        _row(here, one, refused[one.item_id])
    if len(ticked) > OPEN:
        st.caption(f"The first {OPEN} of {counted(len(ticked), 'ticked row')} are open.")


def _filtered(every: Sequence[Candidate]) -> list[Candidate]:
    scenarios = sorted({c.scenario or "none" for c in every})
    rules = [rule for rule in RULES if any(c.rule == rule for c in every)]
    labels = sorted({f"{d}: {shown(v)}" for c in every for d, v in c.labels.items() if not isinstance(v, tuple)})
    with st.expander("Filters", icon=":material/filter_list:"), st.container(horizontal=True):
        weeks = st.multiselect("Week", sorted({c.week for c in every}), key="candidates_week", width=260)
        wanted = st.multiselect("Scenario", scenarios, key="candidates_scenario", width=260)
        why = st.multiselect("Why", rules, format_func=RULES.__getitem__, key="candidates_why", width=260)
        given = st.multiselect("Label", labels, key="candidates_label", width=260)
    return [
        c
        for c in every
        if (not weeks or c.week in weeks)
        and (not wanted or (c.scenario or "none") in wanted)
        and (not why or c.rule in why)
        and (not given or any(f"{d}: {shown(v)}" in given for d, v in c.labels.items()))
    ]


def _ticked(found: Sequence[Candidate]) -> list[Candidate]:
    frame = pd.DataFrame(
        [
            {
                "question": c.question[:200],
                **{d: shown(v) for d, v in c.labels.items()},
                "why": c.reason,
                "scenario": c.scenario,
                "week": c.week,
                "item": c.item_id,
            }
            for c in found
        ]
    )
    text = st.column_config.TextColumn
    picked = st.dataframe(
        frame,
        hide_index=True,
        width="stretch",
        # Streamlit keeps ticks by position. With the ids in the key, a tick never lands on another row.
        key=f"candidates_rows_{hash(tuple(frame['item']))}",
        on_select="rerun",
        selection_mode="multi-row",
        placeholder="–",
        column_config={"question": text(width=320), "item": text(width=120)},
    )
    return [found[row] for row in picked.selection.rows if row < len(found)]


def _to_week(week: str) -> None:
    st.session_state["session_choose_week"] = week


def shown(value: Value) -> str:
    """Return a label as the text of one cell."""
    return ", ".join(value) if isinstance(value, tuple) else str(value)


def _approve(here: Session, able: Sequence[Candidate]) -> None:
    if not able:
        return
    if st.button(f"Approve {counted(len(able), 'item')}", type="primary", key="candidates_approve"):
        done = bulk_approve(here.store, [c.item_id for c in able], by=here.rater.id)
        st.toast(f"{counted(len(done.examples), 'item')} approved", icon=":material/task_alt:")
        for item, why in done.refused:
            st.warning(as_text(f"{item}: {why}"), icon=":material/block:")
        if not done.refused:
            st.rerun()


def _row(here: Session, one: Candidate, refused: str) -> None:
    with st.container(border=True):
        st.markdown(f"**{as_text(one.item_id)}** · {one.week} · {as_text(one.reason)}")
        if one.rule != "unanimous" and st.button(
            "Open on Adjudicate", key=f"candidates_open_{one.item_id}", icon=":material/gavel:",
            on_click=_to_week, args=(one.week,),
        ):  # fmt: skip
            st.switch_page("adjudicate.py", query_params={"item": one.item_id})
        conversation.show(conversation_of(here.store, one.item_id))
        if refused and one.rule != "single":
            approve_form.approve_one(here, one.item_id)
