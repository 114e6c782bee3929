"""The annotate component: one item after another in the browser, every word of it kept by the server.

The browser holds a prefetched batch, shows the next item without asking, and sends its whole unacknowledged outbox as
one state value. Here that outbox is received, acknowledged and answered with the items that the browser lacks. The
scripts beside this file are one module, concatenated in the order of ``SCRIPTS``; styles are not isolated because text
must be selectable (it can be flagged) and found by assistive and automatic tools, so all of them hang under one class.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import streamlit as st

from pages.parts.shared import session
from review.annotating import batch
from review.annotating.submissions import receive
from review.basics.errors import ReviewError
from storage.store import StorageError, Store

FOLDER = Path(__file__).parent
DESK = (
    "shared/dom.js",
    "shared/memory.js",
    "shared/mirror.js",
    "shared/model.js",
    "shared/back.js",
    "shared/sync.js",
    "shared/recover.js",
    "shared/conversation.js",
    "shared/rubric.js",
    "shared/panels.js",
    "shared/frame.js",
    "shared/actions.js",
    "shared/keys.js",
    "shared/slots.js",
    "shared/main.js",
)
"""What annotating and adjudicating share; each adds a ``desk`` that says where it differs."""
SCRIPTS = ("annotator/annotating.js", "annotator/asking.js", *DESK)
CSS = (FOLDER / "shared" / "desk.css").read_text(encoding="utf-8")
ENTRANCE = """export default async function (given) {
  const desks = (globalThis.spotcheckDesks ??= new Map());
  while (!desks.has("NAME")) await new Promise((go) => addEventListener("spotcheck:desk", go, { once: true }));
  return desks.get("NAME")(given);
}"""
ENTRIES_AT_ONCE = 500
ASSIGNMENTS_HELD = 2000
ITEMS_AT_ONCE = 25


def script(names: Sequence[str]) -> str:
    """Scripts of this folder as one module."""
    return "\n".join((FOLDER / name).read_text(encoding="utf-8") for name in names)


class Desk(NamedTuple):
    """A desk's two components: ``entrance`` stands in the fragment, ``scripts`` outside of it."""

    name: str
    entrance: Any
    scripts: Any


def desk(name: str, *, css: str, js: str) -> Desk:
    """Declare the components of a desk.

    A fragment sends its components whole with every answer. A hundred thousand letters of script and style among them
    kept the browser busy and ten reviewers' server too, so what answers is a few lines that wait for the scripts.
    """
    declare = st.components.v2.component
    entrance = declare(f"spotcheck_{name}", js=ENTRANCE.replace("NAME", name), isolate_styles=False)
    return Desk(name, entrance, declare(f"spotcheck_{name}_desk", css=css, js=js, isolate_styles=False))


_desk = desk("annotator", css=CSS, js=script((*SCRIPTS, "shared/wake.js")))


def annotate(store: Store, rater_id: str, week: str) -> None:
    """Show the component for one rater and week; it reruns by itself whenever the browser has something to say.

    A restarted server does not know the fragment that an open page refers to, so the component outside the fragment
    also lets the browser rerun the whole page once.
    """
    _items(store, rater_id, week)
    wake(_desk)


def wake(somewhere: Desk) -> None:
    """Mount what brings a desk's scripts and lets a browser rerun the whole page, after the desk's fragment."""
    somewhere.scripts(key=f"{somewhere.name}:desk", height=1, on_woken_change=lambda: None)


@st.fragment
def _items(store: Store, rater_id: str, week: str) -> None:
    session.stay(store, rater_id, "annotator")
    key = f"annotator:{rater_id}:{week}"
    outbox = (st.session_state.get(key) or {}).get("outbox")
    answer = handle(store, rater_id, outbox)
    asked = batch.batch(
        store,
        rater_id,
        week=week,
        have=held(outbox),
        begun=held(outbox, "begun"),
        back=held(outbox, "back", most=ITEMS_AT_ONCE),
        size=wanted(outbox),
    )
    data = {**asked, **answer, "heard": sequence(outbox)}
    said = _desk.entrance(key=key, data=data, on_outbox_change=lambda: None)
    if outbox is None and said.outbox is not None and not st.session_state.get(f"{key}:known"):
        # The first run of a new server for a page that was open before: its state is known only from here on.
        st.session_state[f"{key}:known"] = True
        st.rerun()


def handle(store: Store, rater_id: str, outbox: object) -> dict[str, Any]:
    """Write what the browser sent and say what became of it.

    Returns ``ack`` (submission ids that are safe), ``rejected`` (pairs of submission id and sentence) and ``trouble``
    (a sentence while nothing can be written; the browser keeps its entries and sends them again). ``outbox`` may
    be anything at all; one that was made for another rater is ignored.
    """
    entries = entries_of(outbox, rater_id)
    if not entries:
        return {"ack": [], "rejected": [], "trouble": None}
    try:
        receipt = receive(store, rater_id, entries)
    except (ReviewError, StorageError) as error:
        return {"ack": [], "rejected": [], "trouble": str(error)}
    return {
        "ack": list(receipt.acknowledged),
        "rejected": [[submission, why] for submission, why in receipt.rejected],
        "trouble": None,
    }


def held(outbox: object, field: str = "have", most: int = ASSIGNMENTS_HELD) -> frozenset[str]:
    """The assignments whose items (or ``begun`` labels) the browser holds, or wants ``back``; only text counts."""
    have = outbox.get(field) if isinstance(outbox, Mapping) else None
    known = have[:most] if isinstance(have, list) else []
    return frozenset(one for one in known if isinstance(one, str))


def wanted(outbox: object) -> int:
    """How many open items the browser asks for, at most ``ITEMS_AT_ONCE``; all of these when it does not say."""
    wants = outbox.get("wants") if isinstance(outbox, Mapping) else None
    if not isinstance(wants, int) or isinstance(wants, bool):
        return ITEMS_AT_ONCE
    return min(max(wants, 0), ITEMS_AT_ONCE)


def sequence(outbox: object) -> int | None:
    """The number that the browser gave to this outbox; None when it gave none."""
    number = outbox.get("sequence") if isinstance(outbox, Mapping) else None
    return number if isinstance(number, int) and not isinstance(number, bool) and 0 <= number < 2**53 else None


def entries_of(outbox: object, rater_id: str) -> list[dict[str, Any]]:
    """The entries of an outbox that was made for this rater; whatever else it may be holds none."""
    if not isinstance(outbox, Mapping) or outbox.get("rater") not in (None, rater_id):
        return []
    entries = outbox.get("entries")
    known = entries[:ENTRIES_AT_ONCE] if isinstance(entries, list) else []
    return [entry for entry in known if isinstance(entry, dict)]
