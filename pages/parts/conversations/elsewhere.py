"""Dropped files that belong elsewhere on the page: labels and verdicts, and pairs of answers to compare."""

from __future__ import annotations

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from pages.parts.conversations import judgements, pair_upload
from pages.parts.conversations.dropped import ANYWAY, ARRIVED, Arrived
from pages.parts.shared.wording import as_text
from review.exchange.exports import export_of
from review.sources.look import Look
from review.sources.pairs import FORMATS


def holds_ratings(file: Arrived, look: Look, place: DeltaGenerator) -> bool:
    """Say that a file holds labels or verdicts and offer the way to them; return whether that ends it here."""
    found = None if look.reading.where else export_of(look.records, look.format)
    if found is None:
        return False
    with place.container(border=True, horizontal=True, vertical_alignment="center", key="arrive_ratings"):
        st.markdown(f":material/label: This file holds {found.kind}, not conversations: {as_text(found.about)}.")
        st.button(
            f"These are {found.kind}: go on there", type="primary", icon=":material/arrow_forward:",
            key="arrive_go_on", on_click=_go_on, args=(file, found.kind),
        )  # fmt: skip
    return not place.checkbox("Read it as conversations all the same", key=f"{ANYWAY}{file.path}")


def offer_pairs(file: Arrived, look: Look, place: DeltaGenerator) -> None:
    """Offer the way to a comparison where each record holds two answers."""
    if look.format not in FORMATS:
        return
    with place.container(border=True, horizontal=True, vertical_alignment="center", key="arrive_pairs"):
        st.markdown(":material/compare: This file holds pairs of answers, which people can compare blind.")
        st.button(
            "Compare the pairs instead", icon=":material/arrow_forward:", key="arrive_compare",
            on_click=_compare, args=(file,),
        )  # fmt: skip


def _compare(file: Arrived) -> None:
    _leave(file)
    pair_upload.take_over(file)


def _go_on(file: Arrived, kind: str) -> None:
    _leave(file)
    judgements.take_over(file.path, file.name, kind)


def _leave(file: Arrived) -> None:
    st.session_state[ARRIVED] = [one for one in st.session_state.get(ARRIVED, []) if one.path != file.path]
