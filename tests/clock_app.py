"""The application with a clock that a test moves, so that nobody waits until a login ends.

A server runs this file in place of app.py. The variable below names a file with the seconds that the clock is ahead.
"""

from __future__ import annotations

import os
from datetime import timedelta
from pathlib import Path

import streamlit as st

from review.basics import clock

on_time = clock.now


def ahead() -> str:
    """Return the current time as the file moves it."""
    with clock.shifted(timedelta(seconds=float(Path(os.environ["SPOTCHECK_TEST_CLOCK"]).read_text(encoding="utf-8")))):
        return on_time()


clock.now = ahead  # before the pages are imported, which take the name from there
app = st.App(Path(__file__).resolve().parents[1] / "pages" / "router.py")
