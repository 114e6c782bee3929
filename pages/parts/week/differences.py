"""What a reviewer learns from a week: where the settled label differs from theirs, with the conversation to read."""

from __future__ import annotations

from itertools import groupby

import streamlit as st

from pages.parts.shared import conversation
from pages.parts.shared.session import Session
from pages.parts.shared.wording import as_text
from review.annotating.feedback import Difference, differences
from review.basics.labels import Value
from review.current.assignments import closing_of
from review.current.progress import progress
from review.evidence.evidence import conversation_of
from storage.records_review import Item

MOST = 40


def differences_from_me(here: Session, week: str) -> None:
    """The items that were settled otherwise, once the week is closed: earlier it could be copied."""
    own = next(p for p in progress(here.store, week) if p.rater_id == here.rater.id)
    if not own.done or closing_of(here.store, week) is None:
        return
    found = differences(here.store, week, here.rater.id)
    if not found:
        st.caption(":material/check: Every settled label of this week is the one that you gave.")
        return
    by_item = {item: list(rows) for item, rows in groupby(found, key=lambda d: d.item)}
    st.subheader("Where the settled label differs from yours")
    st.caption(
        f"{len(by_item)} of the {own.done} items that you reviewed. "
        "Your labels stand as you gave them; this is to learn from."
    )
    for item, rows in list(by_item.items())[:MOST]:
        _difference(here, item, rows)


def _difference(here: Session, item: str, rows: list[Difference]) -> None:
    said = " · ".join(
        f"{as_text(d.dimension)}: yours **{as_text(_value(d.yours))}**, settled **{as_text(_value(d.settled))}**"
        for d in rows
    )
    with st.expander(said, key=f"learning_{item}", on_change="rerun") as box:
        if not box.open:
            return
        majority = [d for d in rows if d.rule == "plurality"]
        st.caption(f"Item {item}" + (" · by the majority of votes" if majority else " · by the adjudicator"))
        if rows[0].rationale:
            st.text(rows[0].rationale)
        row = here.store.get(Item, item)
        conversation.show(
            conversation_of(here.store, item), target_turn=row.target_turn if row else None, findings=True
        )


def _value(value: Value | None) -> str:
    return "not asked" if value is None else ", ".join(value) if isinstance(value, tuple) else value
