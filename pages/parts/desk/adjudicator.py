"""The adjudicate component: one case after another in the browser, with the hands of the annotate component.

The browser holds a prefetched batch of cases and sends its decisions as one outbox; here they are received,
acknowledged and answered with the cases that the browser lacks or that have changed. The scripts are those of the
annotator, with a desk of its own.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import streamlit as st

from pages.parts.desk.annotator import CSS, DESK, desk, entries_of, held, script, wake
from pages.parts.settle import settle_toolbar
from pages.parts.shared import cached_statistics, session
from pages.parts.shared.session import Session
from pages.parts.shared.wording import as_text
from review.basics.errors import ReviewError
from review.settling.adjudication import cases
from review.settling.case_batch import KINDS, case_batch
from review.settling.decisions import receive_decisions
from storage.store import StorageError, Store

FOLDER = Path(__file__).parent
SCRIPTS = ("adjudicator/adjudicating.js", "adjudicator/votes.js", "adjudicator/diff.js")
OPEN_KEY = "adjudicator_open"

_desk = desk(
    "adjudicator",
    css=CSS + (FOLDER / "adjudicator" / "adjudicator.css").read_text(encoding="utf-8"),
    js=script((*SCRIPTS, *DESK, "shared/wake.js")),
)


def adjudicate(here: Session, week: str) -> None:
    """Show the cases of a week; the address ``?item=`` opens a certain one."""
    if "item" in st.query_params:
        _open(here, week, st.query_params.pop("item"))
    _cases(here, week)
    wake(_desk)


def _open(here: Session, week: str, item: str) -> None:
    case = next((c for c in cases(here.store, week, viewer=here.rater.id) if c.item.id == item), None)
    if case is None:
        st.toast(
            f"{as_text(item)} is not among the cases of this week that you may see.", icon=":material/visibility_off:"
        )
        return
    st.session_state[settle_toolbar.VIEW_KEY] = case.kind
    # Counted, so that the browser goes there once and not again with every answer.
    st.session_state[OPEN_KEY] = (item, st.session_state.get(OPEN_KEY, ("", 0))[1] + 1)


@st.fragment
def _cases(here: Session, week: str) -> None:
    session.stay(here.store, here.rater.id, "adjudicator")
    key = f"adjudicator:{here.rater.id}:{week}"
    outbox = (st.session_state.get(key) or {}).get("outbox")
    answer = handle(here.store, here.rater.id, outbox)
    kind = settle_toolbar.view_of_session()
    opened = st.session_state.get(OPEN_KEY)
    batch = case_batch(
        here.store,
        here.rater.id,
        week=week,
        kind=kind if kind in KINDS else "disputed",
        rank=cached_statistics.ranking(here, week),
        first=opened[0] if opened else None,
        have=held(outbox),
    )
    settle_toolbar.choose_view(batch["counts"])
    if kind not in KINDS:
        settle_toolbar.bulk_approve(here, [c for c in cases(here.store, week, viewer=here.rater.id) if c.kind == kind])
        return
    said = _desk.entrance(key=key, data={**batch, "open": opened, **answer}, on_outbox_change=lambda: None)
    if outbox is None and said.outbox is not None and not st.session_state.get(f"{key}:known"):
        # The first run of a new server for a page that was open before: its state is known only from here on.
        st.session_state[f"{key}:known"] = True
        st.rerun()


def handle(store: Store, rater_id: str, outbox: object) -> dict[str, Any]:
    """Write what the browser decided and say what became of it, in the form of :func:`pages.parts.annotator.handle`."""
    entries = entries_of(outbox, rater_id)
    if not entries:
        return {"ack": [], "rejected": [], "trouble": None}
    try:
        receipt = receive_decisions(store, rater_id, entries)
    except (ReviewError, StorageError) as error:
        return {"ack": [], "rejected": [], "trouble": str(error)}
    return {"ack": list(receipt.acknowledged), "rejected": [list(pair) for pair in receipt.rejected], "trouble": None}
