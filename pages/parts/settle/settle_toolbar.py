"""The widgets around the adjudicate component: the kind of items, and the approval of unanimous ones together."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import pandas as pd
import streamlit as st

from pages.parts.language.words import language_here, translator
from pages.parts.shared import approve_form, conversation
from pages.parts.shared.session import Session
from pages.parts.shared.wording import as_text
from review.basics.labels import Value
from review.basics.words import counted
from review.evidence.evidence import conversation_of
from review.golden.approve import bulk_approve as approve_all
from review.golden.approve import why_not_together
from review.settling.adjudication import Case

VIEWS = ("disputed", "unanimous", "single", "settled")
VIEW_KEY = "settling_view"


def view_of_session() -> str:
    """Return which kind of items is shown; disagreements at first."""
    return str(st.session_state.setdefault(VIEW_KEY, "disputed"))


def choose_view(counts: Mapping[str, int]) -> None:
    """Show the choice of which kind of items to show."""
    _ = translator(language_here())
    titles = dict(zip(VIEWS, (_("Disagreements"), _("Unanimous"), _("Single votes"), _("Settled")), strict=True))
    st.segmented_control(
        _("Show"),
        VIEWS,
        format_func=lambda v: f"{titles[v]} · {counts[v]}",
        required=True,
        wrap=True,  # all four stay in sight on a phone
        key=VIEW_KEY,
        label_visibility="collapsed",
    )


def say_order(ahead: int, *, hidden: int) -> None:
    """Say which disagreements come first and why, and how many are hidden from this viewer."""
    if ahead:
        # One line, so that the case below still fits on a phone; the tooltip says why.
        st.caption(
            f"{counted(ahead, 'random tie')} first: {'it stands' if ahead == 1 else 'they stand'} for the others.",
            help="Chosen at random among the ties. Settle them first: the other ties are then taken to be like them, "
            "and the Week page shows one number instead of a range.",
        )
    if hidden:
        st.caption(
            f":material/visibility_off: {counted(hidden, 'more disagreement')} of the week "
            f"{'is on an item' if hidden == 1 else 'are on items'} that you still have to review."
        )


def shown(value: Value | list[str] | None) -> str:
    """Return a label as the text of one cell."""
    if isinstance(value, list | tuple):
        return ", ".join(value)
    return value or ""


def bulk_approve(here: Session, found: Sequence[Case]) -> None:
    """Show the unanimous items in a table, to look through and approve together."""
    if not found:
        st.info("No item has two or more votes that all agree yet.", icon=":material/group:")
        return
    refused = why_not_together(here.store, [c.item.id for c in found], by=here.rater.id)
    _need_more(here, [c for c in found if refused[c.item.id]])
    found = [c for c in found if not refused[c.item.id]]
    if not found:
        return
    frame = pd.DataFrame(
        [
            {
                "approve": True,
                "question": conversation_of(here.store, c.item.id).question[:300],
                "answer": conversation_of(here.store, c.item.id).answer[:300],
                **{d: shown(next(iter(v))) for d, v in c.votes.items()},
                "votes": len(c.annotations),
                "item": c.item.id,
            }
            for c in found
        ]
    )
    st.caption(
        "Two or more people agreed in every dimension. Untick what should not become golden, then approve the rest."
    )
    ids = "_".join(frame["item"].astype(str))
    edited = st.data_editor(
        frame,
        hide_index=True,
        width="stretch",
        # The labels stay in sight beside the texts, and a long id pushes nothing out.
        column_config={
            name: st.column_config.TextColumn(width=width)
            for name, width in (("question", 220), ("answer", 280), ("item", 120))
        },
        disabled=[c for c in frame.columns if c != "approve"],
        # Streamlit keeps edits by position. With the ids in the key, an edit never lands on another row.
        key=f"settling_bulk_{hash(ids)}",
    )
    chosen = list(edited.loc[edited["approve"], "item"])
    if st.button(f"Approve {len(chosen)} as golden", type="primary", disabled=not chosen, key="settling_bulk_go"):
        done = approve_all(here.store, chosen, by=here.rater.id)
        st.toast(f"{len(done.examples)} approved", icon=":material/task_alt:")
        for item, why in done.refused:
            st.warning(as_text(f"{item}: {why}"), icon=":material/block:")
        if not done.refused:
            st.rerun()


def _need_more(here: Session, cases: Sequence[Case]) -> None:
    """Show the items that a tick cannot approve, usually because a wrong answer needs the expected one."""
    if not cases:
        return
    asked = {c.item.id: conversation_of(here.store, c.item.id) for c in cases}
    needs = "needs" if len(cases) == 1 else "need"
    with st.expander(f"{counted(len(cases), 'item')} {needs} an expected answer", icon=":material/edit_note:"):
        chosen = st.selectbox(
            "Item", list(asked), format_func=lambda item: asked[item].question[:120], key="settling_more",
            label_visibility="collapsed",
        )  # fmt: skip
        conversation.show(asked[chosen])
        approve_form.approve_one(here, chosen)
