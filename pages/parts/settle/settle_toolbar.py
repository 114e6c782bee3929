"""The widgets around the adjudicate component: the kind of items, and the approval of unanimous ones together."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import pandas as pd
import streamlit as st

from pages.parts.language.words import language_here, translator
from pages.parts.shared import address, approve_form, conversation, rows
from pages.parts.shared.naming import titles
from pages.parts.shared.session import Session
from pages.parts.shared.wording import as_text
from review.basics.words import counted, spoken
from review.evidence.evidence import conversation_of
from review.golden.approve import bulk_approve as approve_all
from review.golden.approve import why_not_together
from review.golden.references import not_run
from review.settling.adjudication import Case
from storage.records_log import Conversation

VIEWS = ("disputed", "unanimous", "single", "settled")
VIEW_KEY = "settling_view"
READ_KEY = "settling_read"


def view_of_session() -> str:
    """Return which kind of items is shown: the one that the address names, or disagreements at first."""
    address.take("view", key=VIEW_KEY, known=VIEWS)
    return str(st.session_state[VIEW_KEY])


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
        on_change=_chosen,
    )


def _chosen() -> None:
    address.say(view=st.session_state[VIEW_KEY], item=None)


def say_order(ahead: int, *, hidden: int) -> None:
    """Say which disagreements come first and why, and how many are hidden from this viewer."""
    _ = translator(language_here())
    if ahead:
        # One line, so that the case below still fits on a phone; the tooltip says why.
        one, several = (
            _("{n} random tie first: it stands for the others."),
            _("{n} random ties first: they stand for the others."),
        )
        st.caption(
            (one if ahead == 1 else several).format(n=ahead),
            help=_(
                "Chosen at random among the ties. Settle them first: the other ties are then taken to be like them, "
                "and the Week page shows one number instead of a range."
            ),
            width="content",
        )
    if hidden:
        one = _("{n} more is hidden until you review it yourself.")
        several = _("{n} more are hidden until you review them yourself.")
        st.caption(f":material/visibility_off: {(one if hidden == 1 else several).format(n=hidden)}", width="content")


def bulk_approve(here: Session, found: Sequence[Case]) -> None:
    """Show the unanimous items in a table, to look through and approve together."""
    _ = translator(language_here())
    if not found:
        st.info(_("No item has two or more votes that all agree yet."), icon=":material/group:")
        return
    refused = why_not_together(here.store, [c.item.id for c in found], by=here.rater.id)
    _need_more(here, [c for c in found if refused[c.item.id]])
    found = [c for c in found if not refused[c.item.id]]
    if not found:
        return
    talks = {c.item.id: conversation_of(here.store, c.item.id) for c in found}
    dimensions, title = dict.fromkeys(d for c in found for d in c.votes), titles(here.store)
    frame = pd.DataFrame(
        [
            {
                "question": talks[c.item.id].question[:300],
                "answer": talks[c.item.id].answer[:300],
                **{title(d): spoken(next(iter(c.votes.get(d, ())), None)) or None for d in dimensions},
                "votes": len(c.annotations),
                "scenario": talks[c.item.id].scenario,
                "item": c.item.id,
            }
            for c in found
        ]
    )
    st.caption(
        _(
            "Two or more people agreed in every dimension. Untick what should not become golden, then approve the "
            "rest. Select a cell to read the conversation."
        )
    )
    answer = {"answer": st.column_config.TextColumn(width=280), "question": st.column_config.TextColumn(width=220)}
    picked = rows.choose(
        frame,
        key="settling_bulk",
        id_column="item",
        boxes=True,
        all_ticked=True,
        config=answer,
        file_name="unanimous.csv",
    )
    chosen = picked.ticked
    label = _("Approve {n} as golden").format(n=len(chosen))
    if st.button(label, type="primary", disabled=not chosen, key="settling_bulk_go"):
        done = approve_all(here.store, chosen, by=here.rater.id)
        st.toast(_("{n} approved").format(n=len(done.examples)), icon=":material/task_alt:")
        if told := not_run(e.content for e in done.examples):
            st.toast(as_text(told), icon=":material/database:")
        for item, why in done.refused:
            st.warning(as_text(f"{item}: {why}"), icon=":material/block:")
        if not done.refused:
            st.rerun()
    if picked.opened:
        st.session_state[READ_KEY] = picked.opened
    _read(here, talks)


def _read(here: Session, talks: Mapping[str, Conversation]) -> None:
    """Show the conversation that was opened last, and the way to settle it otherwise than its reviewers said."""
    item = str(st.session_state.get(READ_KEY, ""))
    if item not in talks:
        return
    with st.container(border=True):
        _ = translator(language_here())
        if st.button(_("Settle it otherwise"), icon=":material/gavel:", key="settling_otherwise"):
            st.query_params["item"] = item
            st.rerun()
        conversation.opened(here, talks[item])


def back_to_list() -> bool:
    """Draw the button that leaves the one unanimous item that is open; return whether it was pressed."""
    _ = translator(language_here())
    return st.button(_("All unanimous items"), icon=":material/arrow_back:", key="settling_back")


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
        case = next(c for c in cases if c.item.id == chosen)
        title = titles(here.store)
        labels = (f"{title(d)}: {spoken(next(iter(votes), None))}" for d, votes in case.votes.items())
        st.caption(as_text(f"{counted(len(case.annotations), 'person', 'people')} said {' · '.join(labels)}"))
        conversation.opened(here, asked[chosen])
        approve_form.approve_one(here, chosen)
