"""The candidates: settled items that are not golden yet, with filters, in two groups by what can be done with them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import pandas as pd
import streamlit as st

from pages.parts.golden import candidate_row
from pages.parts.shared import rows
from pages.parts.shared.naming import titles
from pages.parts.shared.session import Session
from pages.parts.shared.wording import as_text
from review.basics.words import counted, spoken
from review.evidence.chosen_weeks import weeks_between
from review.golden.approve import bulk_approve, why_not_together
from review.golden.candidates import (
    NO_SCENARIO,
    Candidate,
    Narrowing,
    candidates,
    label_texts,
    narrowed,
)
from review.golden.references import not_run

TOGETHER = 200
"""Of how many unanimous items the page finds out at once whether they can be approved together."""
RULES = {"adjudicated": "settled by adjudication", "unanimous": "reviewers agree", "single": "one reviewer only"}
GROUPS = {"together": "Approve together", "alone": "One at a time"}
GROUP, SCENARIO = "candidates_group", "candidates_scenario"
LEAST, MOST = 170, 200
"""Pixels of a question where there is little room; a wide table stretches. On a phone the first label stands beside."""


def candidate_list(here: Session) -> None:
    """Draw the filters, the two groups, and the conversation of the row that is open with what can be done."""
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
    found = narrowed(every, _filters(here, every))
    st.markdown(f"**{counted(len(found), 'candidate')}**")
    if not found:
        st.caption("Nothing fits. Remove a filter.")
        return
    refused = _refused(here, found)
    groups = {
        "together": [c for c in found if refused.get(c.item_id) == ""],
        "alone": [c for c in found if refused.get(c.item_id) != ""],
    }
    group = _choose_group(groups)
    with st.container(key="candidates_list"):
        _group(here, groups[group], boxes=group == "together")
        with st.container(key="candidates_opened"):
            _opened(here, every, refused)


def _filters(here: Session, every: Sequence[Candidate]) -> Narrowing:
    """Draw the filters and return what they leave."""
    scenarios = sorted({c.scenario or NO_SCENARIO for c in every})
    rules = [rule for rule in RULES if any(c.rule == rule for c in every)]
    labels = sorted({text for c in every for text in label_texts(c)})
    title = titles(here.store)
    chosen = [one for one in st.session_state.get(SCENARIO, ()) if one in scenarios]
    st.session_state[SCENARIO] = chosen  # the coverage matrix may have chosen one
    with st.expander("Filters", icon=":material/filter_list:", expanded=bool(chosen)), st.container(horizontal=True):
        return Narrowing(
            weeks=st.multiselect("Week", sorted({c.week for c in every}), key="candidates_week", width=260),
            scenarios=st.multiselect("Scenario", scenarios, key=SCENARIO, width=260),
            rules=st.multiselect("Why", rules, format_func=RULES.__getitem__, key="candidates_why", width=260),
            labels=st.multiselect("Label", labels, format_func=title, key="candidates_label", width=260),
        )


def _refused(here: Session, found: Sequence[Candidate]) -> dict[str, str]:
    """Return by item why it cannot be approved together with others, "" if it can; what was not checked is left out."""
    able = [c.item_id for c in found if c.rule == "unanimous"][:TOGETHER]
    return why_not_together(here.store, able, by=here.rater.id)


def _choose_group(groups: Mapping[str, Sequence[Candidate]]) -> str:
    # Once the last one of a group is approved, the other group is what is left to do.
    if not groups.get(st.session_state.get(GROUP, "")):
        st.session_state[GROUP] = "together" if groups["together"] else "alone"
    return str(
        st.segmented_control(
            "Group",
            list(GROUPS),
            format_func=lambda g: f"{GROUPS[g]} · {len(groups[g]):,}",
            required=True,
            key=GROUP,
            label_visibility="collapsed",
        )
    )


def _group(here: Session, found: Sequence[Candidate], *, boxes: bool) -> None:
    st.caption(
        "Two or more people agree on these, and the expected answer is known. Tick what should become golden; select a "
        "cell to read the conversation."
        if boxes
        else "Each of these needs a look. Select a cell to read the conversation and decide."
    )
    dimensions, title = dict.fromkeys(d for c in found for d in c.labels), titles(here.store)
    frame = pd.DataFrame(
        [
            {
                "question": c.question[:200],
                **{title(d): spoken(c.labels[d]) if d in c.labels else None for d in dimensions},
                "why": c.reason,
                **({"scenario": c.scenario} if any(other.scenario for other in found) else {}),
                **({"week": c.week} if any(other.week != c.week for other in found) else {}),
                "item": c.item_id,
            }
            for c in found
        ]
    )
    picked = rows.choose(
        frame,
        key="candidates_boxes" if boxes else "candidates_rows",
        id_column="item",
        boxes=boxes,
        file_name="candidates.csv",
        config=_widths(list(map(str, frame.columns)), boxes=boxes),
    )
    if picked.opened:
        st.query_params["item"] = picked.opened
    if picked.ticked and st.button(
        f"Approve {counted(len(picked.ticked), 'item')}", type="primary", key="candidates_approve"
    ):
        done = bulk_approve(here.store, picked.ticked, by=here.rater.id)
        st.toast(f"{counted(len(done.examples), 'item')} approved", icon=":material/task_alt:")
        if told := not_run(e.content for e in done.examples):
            st.toast(as_text(told), icon=":material/database:")
        for item, why in done.refused:
            st.warning(as_text(f"{item}: {why}"), icon=":material/block:")
        if not done.refused:
            st.rerun()


def _widths(columns: Sequence[str], *, boxes: bool) -> dict[str, Any]:
    """Return columns of such widths that all of them fit."""
    wide = {"why": 125, "scenario": 95, "week": 80, "item": 90}
    pixels = {name: wide.get(name, 85) for name in columns if name != "question"}
    left = rows.ROOM - sum(pixels.values()) - (rows.BOX if boxes else 0)
    pixels["question"] = min(MOST, max(LEAST, left))
    return {name: st.column_config.TextColumn(width=width) for name, width in pixels.items()}


def _opened(here: Session, every: Sequence[Candidate], refused: Mapping[str, str]) -> None:
    """Draw the candidate that the address names; say so when it is none any more."""
    item = st.query_params.get("item")
    if not item:
        return
    one = next((c for c in every if c.item_id == item), None)
    if one is None:
        st.caption(as_text(f"{item} is no candidate any more, or you may not see it yet."))
        return
    candidate_row.row(here, one, refused.get(one.item_id))
