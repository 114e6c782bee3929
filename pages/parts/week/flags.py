"""The flags of a week: what reviewers want an adjudicator or a lead to look at, and the button to take one back."""

from __future__ import annotations

import streamlit as st

from pages.parts.shared import pair
from pages.parts.shared.session import Session
from pages.parts.shared.wording import as_text
from review.annotating.flags import KINDS, Flagged, flags, take_back_flag
from review.basics.errors import ReviewError
from review.basics.words import counted
from review.evidence.evidence import conversation_of
from storage.queries.pairs import PAIR

MOST = 20


def show(here: Session, week: str) -> None:
    """Draw the flags for adjudicators and leads. Draws nothing while there are none."""
    if not here.rater.may("adjudicator"):
        return
    found = flags(here.store, week, viewer=here.rater.id)
    if not found:
        return
    with st.expander(f"{counted(len(found), 'flag')} to look at", icon=":material/flag:"):
        for one in found[:MOST]:
            _flag(here, one)
        older = found[MOST:]
        if older and st.checkbox(f"Show {counted(len(older), 'older flag')}", key="flags_older"):
            for one in older:
                _flag(here, one)


def _flag(here: Session, one: Flagged) -> None:
    with st.container(border=True, key=f"flag_{one.flag}"):
        hidden = f" · hides {one.token}" if one.token else ""
        st.markdown(as_text(f"{KINDS[one.kind].capitalize()}{hidden}"))
        if one.comment:
            st.text(one.comment)
        # Adjudicators settle without knowing who said what; only leads see names.
        who = f"{here.names.get(one.by, one.by)}, " if here.rater.may("lead") else ""
        st.caption(as_text(f"{who}{one.at[:16].replace('T', ' ')} UTC · {one.item}"))
        if one.pair:
            _pair(here, one.item)
        with st.container(horizontal=True, vertical_alignment="center"):
            if not one.pair:
                st.page_link(
                    "adjudicate.py", label="See the item", query_params={"item": one.item}, icon=":material/gavel:"
                )
            if here.rater.may("lead") and st.button(
                "Take back", icon=":material/undo:", key=f"flag_back_{one.flag}", type="tertiary",
                help="Use it for a flag raised by mistake. The text that the flag hides is shown again.",
            ):  # fmt: skip
                _take_back(here, one.flag)


def _pair(here: Session, item: str) -> None:
    """Draw the pair that a flag is about, without the names of its answers."""
    found = conversation_of(here.store, item)
    answers = found.metadata[PAIR]
    pair.show(found.messages, (("One answer", answers["a"]), ("The other answer", answers["b"])))


def _take_back(here: Session, flag: str) -> None:
    try:
        take_back_flag(here.store, flag, by=here.rater.id)
    except ReviewError as error:
        st.error(as_text(error), icon=":material/block:")
    else:
        st.rerun()
