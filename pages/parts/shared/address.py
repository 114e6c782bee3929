"""Choices in the address, so that a link opens the view that somebody saw, for everybody who may see it."""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st


def take(name: str, *, key: str, known: Sequence[str]) -> None:
    """Give a widget the choice that the address names, else its own last one, else the first of the ``known``.

    Draw the widget after this, without a default and with :func:`follow` as its callback.
    """
    wanted = (st.query_params.get(name), st.session_state.get(key))
    st.session_state[key] = next((value for value in wanted if value in known), known[0])


def follow(name: str, key: str) -> None:
    """Write a new choice of a widget into the address; use it as a callback."""
    st.query_params[name] = str(st.session_state[key])
