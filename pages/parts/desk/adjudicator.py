"""The adjudicate component: one case after another in the browser. It shares most scripts with the annotate component.

The browser holds a prefetched batch of cases and sends its decisions as one outbox. Here they are received,
acknowledged and answered with the cases that the browser lacks or that have changed.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import takewhile
from typing import Any

import streamlit as st

from pages.parts.desk.component import CSS, FOLDER, answer_again, declare, mount_scripts
from pages.parts.desk.outbox import NO_ANSWER, Answer, Outbox, deliver, read_outbox, unanswered
from pages.parts.language import words
from pages.parts.settle import settle_toolbar
from pages.parts.shared import address, cached_statistics, noted, session, unsettled_view
from pages.parts.shared.session import Session
from pages.parts.shared.wording import as_text
from review.settling.adjudication import cases
from review.settling.case_batch import KINDS, case_batch
from review.settling.decisions import receive_decisions
from storage.connection import StorageError
from storage.queries.weeks import weeks_in_use
from storage.records_weeks import Item
from storage.store import Store

ENTRY = FOLDER / "adjudicator" / "adjudicating.js"
OPEN_KEY = "adjudicator_open"
ASKED_KEY = "adjudicator_asked"
"""The item of the address that was opened last: it stays in the address until somebody settles an item."""
ONE_KEY = "adjudicator_one"
"""Holds a unanimous item while it is settled on its own."""

_desk = declare(
    "adjudicator",
    css=CSS + (FOLDER / "adjudicator" / "adjudicator.css").read_text(encoding="utf-8"),
    entry=ENTRY,
)


def adjudicate(here: Session, week: str) -> None:
    """Show the cases of a week. ``?item=ID`` in the address opens that item."""
    _to_its_week(here, week)
    item = st.query_params.get("item")
    if item and (st.session_state.get(session.ARRIVED) or st.session_state.get(ASKED_KEY) != item):
        _open(here, week, item)
    st.session_state[ASKED_KEY] = item
    words.choose_language()
    _cases(here, week, session.dialect(here.store))
    mount_scripts(_desk)


def _to_its_week(here: Session, week: str) -> None:
    """Go to the week of the item that the address names, so that a link needs no more than the item."""
    item = here.store.get(Item, st.query_params.get("item", ""))
    if item is not None and item.week != week and item.week in {w.name for w in weeks_in_use(here.store)}:
        st.query_params["week"] = item.week
        st.rerun()


def _open(here: Session, week: str, item: str) -> None:
    case = next((c for c in cases(here.store, week, viewer=here.rater.id) if c.item.id == item), None)
    if case is None:
        _ = words.translator(words.language_here())
        said = _("{item} is not among the cases of this week that you may see yet.").format(item=as_text(item))
        st.toast(said, icon=":material/visibility_off:")
        return
    st.session_state[settle_toolbar.VIEW_KEY] = case.kind
    address.say(view=case.kind)
    if case.kind not in KINDS:
        st.session_state[ONE_KEY] = item
    # The count lets the browser go there once, and not again with every answer.
    st.session_state[OPEN_KEY] = (item, st.session_state.get(OPEN_KEY, ("", 0))[1] + 1)


@st.fragment
def _cases(here: Session, week: str, dialect: str) -> None:
    key = f"adjudicator:{here.rater.id}:{week}"
    state = (st.session_state.get(key) or {}).get("outbox")
    outbox = read_outbox(state, here.rater.id)
    answer = NO_ANSWER
    try:
        session.stay(here.store, here.rater.id, "adjudicator")
        answer = handle(here.store, here.rater.id, outbox.entries)
        told = _batch(here, week, dialect, outbox)
        if told is None:
            return
        data = {**told, **answer, **words.told(key, whole=True)}
        st.session_state[f"{key}:view"] = told["key"]
    except StorageError as error:
        data = unanswered(error, answer, view=st.session_state.get(f"{key}:view"), heard=outbox.sequence)
    answer_again(key, state, _desk.entrance(key=key, data=data, on_outbox_change=lambda: None))


def _batch(here: Session, week: str, dialect: str, outbox: Outbox) -> dict[str, Any] | None:
    """Draw what stands above the cases, and return what the browser lacks; None where a list stands instead."""
    if outbox.entries and "item" in st.query_params:
        del st.query_params["item"]
    kind = settle_toolbar.view_of_session()
    opened = st.session_state.get(OPEN_KEY)
    ahead, disagreements = cached_statistics.open_disagreements(here, week)
    batch = case_batch(
        here.store,
        here.rater.id,
        week=week,
        kind=kind if kind in KINDS or ONE_KEY in st.session_state else "disputed",
        rank=cached_statistics.ranking(here, week),
        ahead=ahead,
        first=opened[0] if opened else None,
        have=outbox.have,
        dialect=dialect,
    )
    noted.sent(here.store, here.rater.id, [one["item"] for one in batch["items"]], wanted=here.openings)
    with st.container(horizontal=True, vertical_alignment="center", key="settling_bar"):
        settle_toolbar.choose_view(batch["counts"])
        if kind != "disputed":
            _unsettled(here, week)
    if kind == "disputed":
        random_first = list(takewhile(lambda item: item in ahead, batch["order"]))
        # One line for all three, so that the case below has room on a phone and with large letters.
        with st.container(horizontal=True, vertical_alignment="center", gap="small", key="settling_order"):
            _unsettled(here, week)
            settle_toolbar.say_order(len(random_first), hidden=disagreements - batch["counts"]["disputed"])
    if kind not in KINDS and ONE_KEY not in st.session_state:
        settle_toolbar.bulk_approve(here, [c for c in cases(here.store, week, viewer=here.rater.id) if c.kind == kind])
        return None
    if kind not in KINDS and settle_toolbar.back_to_list():
        del st.session_state[ONE_KEY]
        st.rerun()
    return {**batch, "open": opened}


def _unsettled(here: Session, week: str) -> None:
    _ = words.translator(words.language_here())
    n = unsettled_view.known(here, week).total
    with st.popover(_("{n} not settled").format(n=f"{n:,}"), type="tertiary", key="settling_open"):
        unsettled_view.show(here, week, key="settling_unsettled")


def handle(store: Store, rater_id: str, entries: Sequence[object]) -> Answer:
    """Write the decisions that the browser sent and return what became of them."""
    return deliver(receive_decisions, store, rater_id, entries)
