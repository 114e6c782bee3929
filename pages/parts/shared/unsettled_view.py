"""What is not settled in a week, by cause, with a link to the list of each: the same on the pages that settle it."""

from __future__ import annotations

import pandas as pd
import streamlit as st

from pages.parts.shared import figures
from pages.parts.shared import rows as table_rows
from pages.parts.shared.session import Session
from review.annotating.flags import flags
from review.basics.words import counted
from review.current.counting import state_of_weeks
from review.evidence.evidence import conversation_of
from review.settling.questions import questions
from review.settling.unsettled import CAUSES, Unsettled, unsettled
from storage.opening import open_store
from storage.queries.states import WeekState

SETTLED_BY_VOTES = ("deciding", "tie", "majority")
DOES = {"waiting": "hand_over", "skipped": "hand_over_skipped", "nobody": "deal"}
"""By cause: the form of the Week page that a lead needs."""
MOST = 200


def known(here: Session, week: str) -> Unsettled:
    """Return what is not settled, computed once for each state of the week."""
    return _known(str(here.store.path), state_of_weeks(here.store, (week,)), week, here.rater.id)


@st.cache_data(show_spinner=False, max_entries=32)
def _known(path: str, state: WeekState, week: str, viewer: str) -> Unsettled:
    return unsettled(open_store(path, create=False), week, viewer=viewer)


def summary(found: Unsettled) -> str:
    """Return the whole in one line."""
    if not found.total:
        return f"All {found.items:,} items are settled."
    pairs = f", {counted(found.pairs, 'pair')} among them," if found.pairs else ""
    verb = "is" if found.total == 1 else "are"
    return f"{found.total:,} of {counted(found.items, 'item')}{pairs} {verb} not settled."


def show(here: Session, week: str, *, key: str) -> None:
    """Draw the parts with their sum, then what else is open. Adjudicators and leads alone see who stands where."""
    found = known(here, week)
    st.markdown(f"**{summary(found)}**")
    for cause in CAUSES:
        n = len(found.by_cause[cause.name])
        if n:
            first = next(iter(found.shown(cause.name)), None)
            _part(here, week, cause.name, cause.words(n), cause.means, first=first)
    if found.hidden:
        st.caption(
            f":material/visibility_off: {_hidden(found.hidden, here.to_review)} They are counted here, and no list "
            "shows them to you."
        )
    if found.total > found.hidden:
        with st.expander("See each item", key=f"{key}_each", on_change="rerun") as box:
            if box.open:
                _each(here, week, found, key=key)
    _beside(here, week)


def _hidden(n: int, owed: int) -> str:
    """Say how many of the items that are not settled the viewer still has to review, of how many in all."""
    if n == owed:
        return f"You still have to review {n:,} of them."
    return f"{n:,} of them {'is' if n == 1 else 'are'} among the {owed:,} items that you still have to review."


def _part(here: Session, week: str, cause: str, words: str, means: str, *, first: str | None) -> None:
    """Draw one cause as a link to where it is settled, with the ``first`` item open; as text for those who cannot."""
    if cause in SETTLED_BY_VOTES and here.rater.may("adjudicator"):
        st.page_link(
            "adjudicate.py", label=words, icon=":material/gavel:", help=means,
            query_params={"week": week, "view": "disputed", **({"item": first} if first else {})},
        )  # fmt: skip
    elif here.rater.may("lead"):
        st.page_link(
            "week.py", label=words, icon=":material/swap_horiz:", help=means,
            query_params={"week": week, "do": DOES[cause]},
        )  # fmt: skip
    else:
        st.markdown(f":material/hourglass_empty: {words}", help=means)


def _each(here: Session, week: str, found: Unsettled, *, key: str) -> None:
    """Draw the items with their causes, each with a link that opens it where it is settled."""
    rows = [
        {
            "cause": cause.one,
            "question": conversation_of(here.store, item).question[:160],
            "open": table_rows.address(here.rater.id, "adjudicate", week=week, item=item)
            if cause.name in SETTLED_BY_VOTES
            else None,
        }
        for cause in CAUSES
        for item in found.shown(cause.name)
    ]
    figures.table(
        pd.DataFrame(rows[:MOST]),
        key=f"{key}_rows",
        file_name=f"unsettled-{week}.csv",
        config={"open": table_rows.link("settle it")},
    )
    if len(rows) > MOST:
        st.caption(f"The first {MOST} of {len(rows):,} are shown.")


def _beside(here: Session, week: str) -> None:
    """Say what else waits for somebody and is no item: questions about the rubric, and flags."""
    asked = [one for one in questions(here.store, viewer=here.rater.id) if one.week == week]
    flagged = flags(here.store, week, viewer=here.rater.id)
    if not asked and not flagged:
        return
    st.caption("Beside the items:")
    if asked:
        st.page_link(
            "rubric.py",
            label=counted(len(asked), "open question about the rubric", "open questions about the rubric"),
            icon=":material/help:",
            query_params={"view": "questions"},
        )
    if flagged:
        st.page_link(
            "week.py", label=f"{counted(len(flagged), 'flag')} to look at", icon=":material/flag:",
            query_params={"week": week},
        )  # fmt: skip
