"""The pairs of some weeks in a list, and the one that the address names: question, answers, and what people chose."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd
import streamlit as st

from pages.parts.shared import address, pair, rows
from pages.parts.shared.session import Session
from pages.parts.shared.wording import as_text
from review.basics.errors import ReviewError
from review.basics.words import capital, counted, shortened
from review.evidence.evidence import conversation_of
from review.evidence.seen_pair import SeenPair, listed_pairs, seen_pair

ADDRESS = "pair"
MOST = 200
QUESTION = 160
"""Letters of a question in the list."""


def wanted() -> str:
    """Return the pair that the address names, "" for none."""
    return str(st.query_params.get(ADDRESS, ""))


def show(here: Session, item: str) -> None:
    """Draw one pair, and the way back to the figures."""
    st.button("All figures", icon=":material/arrow_back:", key="pair_back", on_click=_leave)
    try:
        found = seen_pair(here.store, item, viewer=here.rater.id)
    except ReviewError as error:
        st.info(as_text(capital(str(error))), icon=":material/visibility_off:")
        return
    st.caption(as_text(f"{found.week} · {item}"))
    pair.show(found.question, zip(titles(found), found.answers, strict=True))
    st.markdown(as_text(chosen(found)))


def _leave() -> None:
    address.say(**{ADDRESS: None})


def titles(found: SeenPair) -> tuple[str, str]:
    """Return what stands above the answers: their names, or none while the pair is blind."""
    return (found.named.name_a, found.named.name_b) if found.named else ("One answer", "The other answer")


def chosen(found: SeenPair) -> str:
    """Return what people chose, in a sentence."""
    if found.named is None:
        return "Names and votes are shown once the week is closed, because you compare pairs of this week yourself."
    if not found.votes:
        return "Nobody has compared them yet."
    said = {"a": found.named.name_a, "b": found.named.name_b, "tie": "equally good", "both_bad": "both bad"}
    return f"People chose: {', '.join(f'{said[c]} {found.votes[c]}' for c in said if found.votes.get(c))}."


def each(here: Session, weeks: Sequence[str]) -> None:
    """Draw the list of the pairs, of which a selected cell opens one."""
    found = listed_pairs(here.store, weeks, viewer=here.rater.id)
    if not found:
        return
    with st.expander(f"See {counted(len(found), 'pair')}", key="pairs_each", on_change="rerun") as box:
        if not box.open:
            return
        frame = pd.DataFrame(
            [
                {"question": shortened(conversation_of(here.store, item).question, QUESTION), "pair": item}
                for item in found[:MOST]
            ]
        )
        st.caption("Select a cell to read both answers.")
        picked = rows.choose(frame, key="pairs_list", id_column="pair", file_name="pairs-read.csv")
        if len(found) > MOST:
            st.caption(f"The latest {MOST} of {len(found):,} are listed. The search finds the others.")
    if picked.opened:
        address.say(**{ADDRESS: picked.opened})
        st.rerun()
