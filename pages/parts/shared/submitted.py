"""What a form sends is written before its page is drawn, in a callback: while a slow page is drawn, nothing is lost.

Streamlit ends a run when the visitor sends the next thing, and then the code behind the form is never reached. A
callback runs first, whatever is drawn afterwards.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from typing import Any

import streamlit as st

from pages.parts.shared import session
from pages.parts.shared.session import Session
from pages.parts.shared.wording import as_text
from review.basics.errors import ReviewError
from storage.connection import StorageError

REFUSED = "submitted_refused"
AGAIN = "submitted_again"


def key(field: str) -> str:
    """Return the key of a field of a form that empties itself: another one each time that the form was refused.

    A text field that the browser has emptied stays empty on the screen, whatever it is sent, until it is made anew.
    """
    again = st.session_state.get(f"{AGAIN}_{field}", 0)
    return f"{field}_{again}" if again else field


def values(fields: Sequence[str]) -> list[Any]:
    """Return what was sent in these fields, whose keys :func:`key` gave."""
    return [st.session_state[key(field)] for field in fields]


def write(here: Session, form: str, role: str, what: Callable[[], object], *, fields: Collection[str] = ()) -> bool:
    """Write what a form sent, for a callback, and return whether it was written. A refusal is kept for the form.

    Without the role, or when the visitor is somebody else by now, nothing is written; the page says why. ``fields`` are
    the fields of a form that empties itself: what was refused stays in them.
    """
    st.session_state.pop(f"{REFUSED}_{form}", None)
    if not session.is_still(here, role):
        return False
    try:
        what()
    except (ReviewError, StorageError) as error:
        refuse(form, str(error), fields=fields)
        return False
    return True


def refuse(form: str, why: str, *, fields: Collection[str] = ()) -> None:
    """Keep why a form was not written, and what was typed into its ``fields``."""
    st.session_state[f"{REFUSED}_{form}"] = why
    for field in fields:
        value = st.session_state[key(field)]
        st.session_state[f"{AGAIN}_{field}"] = st.session_state.get(f"{AGAIN}_{field}", 0) + 1
        st.session_state[key(field)] = value


def show_refusal(form: str) -> None:
    """Draw why the form was not written, once."""
    if (why := st.session_state.pop(f"{REFUSED}_{form}", "")) != "":
        st.error(as_text(why), icon=":material/block:")
