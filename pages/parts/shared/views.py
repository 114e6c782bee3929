"""The choice between the views of a page. The address carries it, so that a link opens the view that somebody saw."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import streamlit as st

from pages.parts.shared import address
from pages.parts.shared.session import Session

View = tuple[str, Callable[[Session], None]]
"""The title of a view and what draws it."""


def choose(titles: Mapping[str, str], *, key: str) -> str:
    """Draw the choice between views, by name and title, and return the chosen name."""
    address.take("view", key=key, known=list(titles))
    chosen = st.segmented_control(
        "Show",
        list(titles),
        format_func=titles.__getitem__,
        required=True,
        key=key,
        label_visibility="collapsed",
        on_change=address.follow,
        args=("view", key),
    )
    return str(chosen)


def show(here: Session, views: Mapping[str, View], *, key: str) -> None:
    """Draw the choice between views, then the chosen one."""
    views[choose({name: title for name, (title, _) in views.items()}, key=key)][1](here)
