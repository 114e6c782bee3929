"""The way into the field of the open failure or group by keyboard: the key n, and back to it after its button."""

from __future__ import annotations

from pathlib import Path

import streamlit as st

from pages.parts.desk.bundle import bundle

_note_field = st.components.v2.component("spotcheck_note_field", js=bundle(Path(__file__).with_name("note_field.js")))


def listen() -> None:
    """Draw nothing, and let the browser put the caret into the next field."""
    _note_field(key="failures_note_field", height=1)


def show() -> None:
    """Let the browser listen, and say which keys there are."""
    listen()
    st.caption("Keys: n writes, Enter sends, j and k move.")
