"""The rubric that somebody is writing: kept as TOML for the session, changed by the text or by steps of the form."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import streamlit as st

from pages.parts.shared.wording import as_text
from review.basics.errors import ReviewError
from review.rubric.as_toml import rubric_from_toml, rubric_toml
from review.rubric.rubric import Rubric

DRAFT, BASE, TROUBLE = "rubric_draft", "rubric_base", "rubric_trouble"


def begin(rubric: Rubric, *, base: int) -> None:
    """Start a draft from a rubric; ``base`` is the version in force now. Use it as a callback too."""
    st.session_state[DRAFT], st.session_state[BASE] = rubric_toml(rubric), base


def text(rubric: Rubric) -> str:
    """Return the draft as text; without one, it begins with the rubric in force."""
    if DRAFT not in st.session_state:
        begin(rubric, base=rubric.version)
    return str(st.session_state[DRAFT])


def base() -> int:
    """Return the version from which the draft was begun."""
    return int(st.session_state[BASE])


def forget() -> None:
    """Forget the draft, because it was saved."""
    del st.session_state[DRAFT], st.session_state[BASE]


def write(key: str) -> None:
    """Take the text of a widget as the draft; use it as a callback."""
    st.session_state[DRAFT] = str(st.session_state[key] or "")


def step(change: Callable[..., Rubric], *given: Any, **settings: Any) -> None:
    """Change the draft by a step of :mod:`review.rubric.edit`; use it as a callback. A refused step changes nothing."""
    changed(change, *given, **settings)


def changed(change: Callable[..., Rubric], *given: Any, **settings: Any) -> bool:
    """Change the draft as :func:`step` does, and return whether the step was taken."""
    try:
        st.session_state[DRAFT] = rubric_toml(change(rubric_from_toml(st.session_state[DRAFT]), *given, **settings))
    except ReviewError as error:
        st.session_state[TROUBLE] = str(error)
        return False
    return True


def trouble() -> None:
    """Show why the last step was refused, once."""
    why = st.session_state.pop(TROUBLE, None)
    if why:
        st.error(as_text(f"Nothing was changed. {why}"), icon=":material/error:")
