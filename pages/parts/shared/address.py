"""Choices in the address, so that a link opens the view that somebody saw, for everybody who may see it."""

from __future__ import annotations

from collections.abc import Sequence
from urllib.parse import urlsplit

import streamlit as st

WEEK_KEY = "session_week"
"""Where the session keeps the chosen week."""


def page_asked() -> str | None:
    """Return the page that the address names, "" for the bare address, None where the visitor's address is unknown."""
    url = st.context.url
    return None if url is None else urlsplit(url).path.rpartition("/")[2]


def take(name: str, *, key: str, known: Sequence[str]) -> None:
    """Give a widget the choice that the address names, else its own last one, else the first of the ``known``.

    Draw the widget after this, without a default and with :func:`follow` as its callback.
    """
    wanted = (st.query_params.get(name), st.session_state.get(key))
    st.session_state[key] = next((value for value in wanted if value in known), known[0])


def follow(name: str, key: str) -> None:
    """Write a new choice of a widget into the address, with the week that it is about; use it as a callback.

    The latest week is not in the address of a page that was only opened; a link to a choice must not change its week
    when a new one opens.
    """
    say(**{name: str(st.session_state[key])})


def say(**places: str | None) -> None:
    """Write choices into the address, with the week that they are about; None takes one out. For use in callbacks."""
    if st.session_state.get(WEEK_KEY):
        st.query_params["week"] = st.session_state[WEEK_KEY]
    for name, value in places.items():
        if value is None:
            st.query_params.pop(name, None)
        else:
            st.query_params[name] = value
