"""The annotate component: one item after another in the browser, and the server keeps every word.

The browser holds a prefetched batch, shows the next item without asking, and sends its whole unacknowledged outbox as
one state value. Here that outbox is received, acknowledged and answered with the items that the browser lacks.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import streamlit as st

from pages.parts.desk.component import CSS, FOLDER, answer_again, declare, mount_scripts
from pages.parts.desk.outbox import NO_ANSWER, Answer, deliver, read_outbox, unanswered
from pages.parts.desk.packing import packed, what_changed
from pages.parts.language import words
from pages.parts.shared import noted, session
from review.annotating.batch import batch
from review.annotating.submissions import receive
from storage.connection import StorageError
from storage.queries.assignments import item_of_each, own_place
from storage.queries.weeks import weeks_in_use
from storage.store import Store

ENTRY = FOLDER / "annotator" / "annotating.js"

TIMES_KEY = "annotator_opened"
"""How often an address opened an item in this session."""
WEEK_CHANGED_KEY = "annotator_week_changed"
"""Whether this run goes on with an address that named an item of another week."""
TOLD_KEY = "annotator_told"
"""Which time the browser has been told of."""


class Opened(NamedTuple):
    """The assignment that the browser should show, and how often an address has named one."""

    assignment: str
    time: int


_desk = declare("annotator", css=CSS, entry=ENTRY)


def annotate(store: Store, rater_id: str, week: str, *, openings: bool = False) -> None:
    """Show the component for one rater and week. It reruns by itself whenever the browser has something to send.

    ``?item=ID`` in the address opens that item when the page is opened; then the browser names the item on the screen.
    With ``openings`` the audit chain names the conversations of each batch before it is sent.
    """
    arrived = st.session_state.get(session.ARRIVED) or st.session_state.pop(WEEK_CHANGED_KEY, False)
    opened = _asked(store, rater_id, week) if arrived else None
    words.choose_language()
    _items(store, rater_id, week, session.dialect(store), opened, openings=openings)
    mount_scripts(_desk)


def _asked(store: Store, rater_id: str, week: str) -> Opened | None:
    """Return the item that the address names. One of another week takes the visitor there."""
    name = st.query_params.get("item", "")
    place = own_place(store, rater_id, name) if name else None
    if place is None:
        if name:
            _ = words.translator(words.language_here())
            st.toast(_("This item is not among yours."), icon=":material/visibility_off:")
            del st.query_params["item"]
        return None
    if place.week != week and place.week in {w.name for w in weeks_in_use(store)}:
        st.session_state[WEEK_CHANGED_KEY] = True
        st.query_params["week"] = place.week
        st.rerun()
    # The count lets the browser go there once, and not again with every answer.
    st.session_state[TIMES_KEY] = st.session_state.get(TIMES_KEY, 0) + 1
    return Opened(place.assignment_id, st.session_state[TIMES_KEY])


@st.fragment
def _items(
    store: Store, rater_id: str, week: str, dialect: str, opened: Opened | None = None, *, openings: bool = False
) -> None:
    key = f"annotator:{rater_id}:{week}"
    state = (st.session_state.get(key) or {}).get("outbox")
    outbox = read_outbox(state, rater_id)
    answer = NO_ANSWER
    try:
        session.stay(store, rater_id, "annotator")
        answer = handle(store, rater_id, outbox.entries)
        news = opened is not None and st.session_state.get(TOLD_KEY) != opened.time
        if opened:
            st.session_state[TOLD_KEY] = opened.time
        payload = batch(
            store,
            rater_id,
            week=week,
            have=outbox.have,
            begun=outbox.begun,
            back=[*outbox.back, *([opened.assignment] if opened and news else [])],
            size=outbox.wants,
            guess=None if news else outbox.guess,
            dialect=dialect,
        )
        if openings and payload["items"]:
            items_of = item_of_each(store, [one["assignment"] for one in payload["items"]])
            noted.sent(store, rater_id, list(items_of.values()), wanted=True)
        items = [packed(item) for item in payload["items"]]
        same = payload.get("same", False)
        told = {**payload, "items": items, **answer, "heard": outbox.sequence, **words.told(key, whole=not same)}
        data = what_changed(told) if same else {**told, "open": opened}
        st.session_state[f"{key}:view"] = payload["key"]
    except StorageError as error:
        data = unanswered(error, answer, view=st.session_state.get(f"{key}:view"), heard=outbox.sequence)
    answer_again(key, state, _desk.entrance(key=key, data=data, on_outbox_change=lambda: None))


def handle(store: Store, rater_id: str, entries: Sequence[object]) -> Answer:
    """Write the submissions that the browser sent and return what became of them."""
    return deliver(receive, store, rater_id, entries)
