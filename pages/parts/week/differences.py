"""Show reviewers what they can learn from a week: where the settled label differs from theirs."""

from __future__ import annotations

from itertools import groupby

import streamlit as st

from pages.parts.shared import conversation
from pages.parts.shared.naming import titles
from pages.parts.shared.session import Session
from pages.parts.shared.wording import as_text
from review.annotating.feedback import Difference, differences
from review.basics.labels import Value
from review.basics.words import spoken
from review.current.assignments import closing_of
from review.current.progress import progress
from review.evidence.evidence import conversation_of
from storage.records_weeks import Item

MOST = 40


def differences_from_me(here: Session, week: str) -> None:
    """Draw the differences once the week is closed. Before that, somebody could copy them."""
    own = next(p for p in progress(here.store, week) if p.rater_id == here.rater.id)
    if not own.done or closing_of(here.store, week) is None:
        return
    rows = differences(here.store, week, here.rater.id)
    if not rows:
        st.caption(":material/check: Every settled label of this week is the one that you gave.")
        return
    by_item = {item: list(of_item) for item, of_item in groupby(rows, key=lambda d: d.item)}
    st.subheader("Where the settled label differs from yours")
    st.caption(
        f"{len(by_item)} of the {own.done} items that you reviewed. "
        "This is for learning: your labels stay as you gave them."
        + (f" The first {MOST} are shown." if len(by_item) > MOST else "")
    )
    for item, of_item in list(by_item.items())[:MOST]:
        _difference(here, item, of_item)


def _difference(here: Session, item: str, rows: list[Difference]) -> None:
    title = titles(here.store)
    labels = " · ".join(
        f"{as_text(title(d.dimension))}: yours **{as_text(_value(d.yours))}**, settled **{as_text(_value(d.settled))}**"
        for d in rows
    )
    with st.expander(labels, key=f"learning_{item}", on_change="rerun") as box:
        if not box.open:
            return
        by_majority = any(d.rule == "plurality" for d in rows)
        st.caption(f"Item {item} · settled by {'the majority of votes' if by_majority else 'an adjudicator'}")
        if rows[0].rationale:
            st.text(rows[0].rationale)
        row = here.store.get(Item, item)
        conversation.opened(
            here, conversation_of(here.store, item), target_turn=row.target_turn if row else None, findings=True
        )


def _value(value: Value | None) -> str:
    return "not asked" if value is None else spoken(value)
