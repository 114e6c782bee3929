"""Talk about items that everybody has reviewed: votes, comments, and what the rubric leaves open."""

from __future__ import annotations

import streamlit as st

from pages.parts.discuss import thread
from pages.parts.shared import session

here = session.current()
here.need_role("annotator")
week = here.need_week()

st.title("Discuss")
item = thread.choose(here, week)
if item is not None:
    thread.show(here, item)
