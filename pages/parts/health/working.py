"""Queries of the Health page: in a thread beside the pages, one at a time for the whole server."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import Future
from typing import Any

import streamlit as st

from pages.parts.shared import session
from pages.parts.shared.session import Session
from pages.parts.shared.wording import as_text
from review.basics.aside import Aside, done_within
from review.basics.errors import ReviewError

WAIT = 0.5
"""Seconds for which a run of the page waits for figures; after that it looks again later."""
REFRESH = 1.0
WORK: Aside[Any] = Aside("health", most=64)


def _say(error: ReviewError) -> None:
    st.error(as_text(error), icon=":material/block:")


Otherwise = Callable[[ReviewError], None]
"""What draws why some work could not be done."""


def when_done(here: Session, work: Future[Any], draw: Callable[[], None], *, otherwise: Otherwise = _say) -> None:
    """Draw what needs some work once that is done; until then say that it is counted, and look again every second."""
    waiting = not done_within(work, WAIT)
    st.fragment(_look, run_every=REFRESH if waiting else None)(here, work, draw, otherwise, waiting=waiting)


def _look(here: Session, work: Future[Any], draw: Callable[[], None], otherwise: Otherwise, *, waiting: bool) -> None:
    session.stay(here.store, here.rater.id, "adjudicator")
    if not work.done():
        st.caption("Counting. You can leave this page meanwhile.")
        st.skeleton(height=200)
    elif waiting:
        st.rerun()  # the whole page: what was waiting need not look again
    elif isinstance(error := work.exception(), ReviewError):
        otherwise(error)
    else:
        draw()
