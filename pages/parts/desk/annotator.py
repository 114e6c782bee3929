"""The annotate component: one item after another in the browser, and the server keeps every word.

The browser holds a prefetched batch, shows the next item without asking, and sends its whole unacknowledged outbox as
one state value. Here that outbox is received, acknowledged and answered with the items that the browser lacks.
"""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st

from pages.parts.desk.component import CSS, FOLDER, answer_again, declare, mount_scripts
from pages.parts.desk.outbox import Answer, deliver, read_outbox
from pages.parts.desk.packing import packed, what_changed
from pages.parts.language import words
from pages.parts.shared import session
from review.annotating.batch import batch
from review.annotating.submissions import receive
from storage.store import Store

ENTRY = FOLDER / "annotator" / "annotating.js"

_desk = declare("annotator", css=CSS, entry=ENTRY)


def annotate(store: Store, rater_id: str, week: str) -> None:
    """Show the component for one rater and week. It reruns by itself whenever the browser has something to send."""
    words.choose_language()
    _items(store, rater_id, week, session.dialect(store))
    mount_scripts(_desk)


@st.fragment
def _items(store: Store, rater_id: str, week: str, dialect: str) -> None:
    session.stay(store, rater_id, "annotator")
    key = f"annotator:{rater_id}:{week}"
    state = (st.session_state.get(key) or {}).get("outbox")
    outbox = read_outbox(state, rater_id)
    answer = handle(store, rater_id, outbox.entries)
    payload = batch(
        store,
        rater_id,
        week=week,
        have=outbox.have,
        begun=outbox.begun,
        back=outbox.back,
        size=outbox.wants,
        guess=outbox.guess,
        dialect=dialect,
    )
    items = [packed(item) for item in payload["items"]]
    same = payload.get("same", False)
    told = {**payload, "items": items, **answer, "heard": outbox.sequence, **words.told(key, whole=not same)}
    data = what_changed(told) if same else told
    answer_again(key, state, _desk.entrance(key=key, data=data, on_outbox_change=lambda: None))


def handle(store: Store, rater_id: str, entries: Sequence[object]) -> Answer:
    """Write the submissions that the browser sent and return what became of them."""
    return deliver(receive, store, rater_id, entries)
