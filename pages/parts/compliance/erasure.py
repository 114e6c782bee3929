"""Erasure: ask for it, see what it would empty, let a second person confirm it, and read the proof."""

from __future__ import annotations

from collections.abc import Mapping

import pandas as pd
import streamlit as st

from pages.parts.shared import figures
from pages.parts.shared.session import Session
from pages.parts.shared.trying import tried
from pages.parts.shared.wording import as_text
from review.basics.errors import ReviewError
from review.basics.limits import MAX_ID, MAX_NOTE
from review.basics.words import counted
from review.erasure.places import PLACES
from review.erasure.requests import confirm, preview, request_erasure, withdraw
from review.erasure.running import run
from review.erasure.states import Erasure, erasures

PREVIEW = "erasure_preview"
KINDS = {"user": "A user", "conversation": "One conversation", "reviewer": "A reviewer"}
NOTHING = "Nothing here holds their data. A request still keeps it from coming in later."
HELP = (
    "The id that your product gave the user or the conversation. A user's id is kept as a keyed hash; both the id and "
    "the hash mean the same person. Of a reviewer the name and the login go, and an anonymous id takes the place of "
    "theirs; their votes stay."
)


def show(here: Session) -> None:
    """Draw the form and the requests. Leads ask and confirm; others read."""
    st.caption(
        "An erasure takes a person's texts out of everything that holds them. Rows, votes and figures stay. One person "
        "asks, another confirms, and it is done when a proof has read every file of the store."
    )
    lead = here.rater.may("lead")
    if lead:
        _ask(here)
    found = erasures(here.store)
    if not found:
        st.info("Nobody has asked for an erasure.", icon=":material/person_remove:")
    for one in found:
        _one(here, one, lead=lead)


def _ask(here: Session) -> None:
    with st.form("erasure_ask", border=True):
        kind = st.segmented_control(
            "Erase the data of", list(KINDS), format_func=KINDS.__getitem__, default="user", required=True,
            key="erasure_kind",
        )  # fmt: skip
        given = st.text_input("Id", max_chars=MAX_ID, help=HELP, key="erasure_given")
        if st.form_submit_button("Show what holds it", icon=":material/search:"):
            st.session_state.pop(PREVIEW, None)
            try:
                with st.spinner("Looking through everything"):
                    counts = preview(here.store, kind, given, by=here.rater.id)
                st.session_state[PREVIEW] = (kind, given, counts)
            except ReviewError as error:
                st.error(as_text(error), icon=":material/block:")
    if PREVIEW in st.session_state:
        _preview(here, *st.session_state[PREVIEW])


def _preview(here: Session, kind: str, given: str, counts: Mapping[str, int]) -> None:
    with st.container(border=True):
        if counts:
            _table(counts, {}, key="erasure_preview_table")
        else:
            st.markdown(NOTHING)
        if st.button("Ask for the erasure", type="primary", icon=":material/person_remove:", key="erasure_request"):
            tried(lambda: _request(here, kind, given))


def _request(here: Session, kind: str, given: str) -> None:
    with st.spinner("Writing the request"):
        request_erasure(here.store, kind, given, by=here.rater.id)
    st.session_state.pop(PREVIEW, None)


def _one(here: Session, found: Erasure, *, lead: bool) -> None:
    asked = f"{found.request.at[:10]}, {found.request.kind} {found.request.id[:12]}: {found.in_words}"
    with st.expander(as_text(asked), expanded=found.state in ("waiting", "running")):
        by = f"Asked for by {here.names.get(found.request.by, found.request.by)}"
        also = f", confirmed by {here.names.get(found.confirmed_by, found.confirmed_by)}" if found.confirmed_by else ""
        alone = f", who gave the reason: {found.reason}" if found.reason else ""
        unsure = " Two names without a login are no proof of two people." if found.identity == "names" else ""
        st.caption(as_text(f"{by}{also}{alone}.{unsure}"))
        if found.request.found:
            _table(found.request.found, found.emptied, key=f"erasure_table_{found.request.id}")
        elif found.state == "waiting":
            st.markdown(NOTHING)
        for name, why in found.left.items():
            st.markdown(as_text(f"Left: {_title(name)} ({why})"))
        if found.state == "waiting" and lead:
            _confirm(here, found)
        if found.state == "running" and lead:
            _continue(here, found)
        if found.state == "done":
            _proof(found)


def _title(name: str) -> str:
    return PLACES[name].title if name in PLACES else name


def _table(found: Mapping[str, int], emptied: Mapping[str, int], *, key: str) -> None:
    names = [*found, *(name for name in emptied if name not in found)]
    rows = [{"place": _title(n), "found": found.get(n, 0), "emptied": emptied.get(n, 0)} for n in names]
    frame = pd.DataFrame(rows if emptied else [{k: v for k, v in row.items() if k != "emptied"} for row in rows])
    figures.table(frame, key=key, file_name="erasure.csv")


def _confirm(here: Session, found: Erasure) -> None:
    own = found.request.by == here.rater.id
    reason = ""
    if own:
        reason = st.text_input(
            "Why nobody else can confirm it", max_chars=MAX_NOTE, key=f"erasure_reason_{found.request.id}",
            help="You asked for this erasure. Let somebody else confirm it, or say why that is not possible.",
        )  # fmt: skip
    with st.container(horizontal=True):
        if st.button(
            "Confirm and erase", type="primary", icon=":material/delete_forever:",
            key=f"erasure_confirm_{found.request.id}", disabled=own and not reason.strip(),
        ):  # fmt: skip
            tried(lambda: _erase(here, found, reason))
        if st.button("Withdraw", key=f"erasure_withdraw_{found.request.id}"):
            tried(lambda: withdraw(here.store, found.request.id, by=here.rater.id, reason=reason))


def _continue(here: Session, found: Erasure) -> None:
    if st.button("Continue", type="primary", icon=":material/resume:", key=f"erasure_run_{found.request.id}"):
        tried(lambda: _erase(here, found, ""))


def _erase(here: Session, found: Erasure, reason: str) -> None:
    if found.state == "waiting":
        confirm(here.store, found.request.id, by=here.rater.id, reason=reason)
    with st.status("Erasing", expanded=False) as status:
        run(here.store, found.request.id, by=here.rater.id, tell=lambda place: status.update(label=f"Erasing: {place}"))
    st.cache_data.clear()


def _proof(found: Erasure) -> None:
    read = counted(int(found.proof["files"]), "file")
    size = int(found.proof["bytes"]) / 1e6
    st.success(f"The proof read {read} ({size:,.1f} MB) and found no text of the person.", icon=":material/verified:")
    if found.release:
        st.markdown(as_text(f"Release {found.release} follows the last one, without the erased examples."))
    for sentence in found.proof.get("unproved", []):
        st.info(as_text(f"Not proved: {sentence}"), icon=":material/info:")
    copies, exports = found.proof["copies"], found.proof["exports"]
    if copies:
        st.warning(as_text(f"Copies in the folder hold their texts. Remove them: {', '.join(copies)}."))
    if found.proof.get("larger"):
        st.info(as_text(f"Not read, because too large or closed to Spotcheck: {', '.join(found.proof['larger'])}."))
    if exports:
        st.markdown("Exports that may hold their texts:")
        figures.table(pd.DataFrame(exports), key=f"erasure_exports_{found.request.id}", file_name="exports.csv")
