"""Talk about items that everybody has reviewed: votes, comments, what the rubric leaves open; calibration sessions."""

from __future__ import annotations

import streamlit as st

from pages.parts.discuss import calibration, thread
from pages.parts.shared import session, views

here = session.current()
here.need_role("annotator")
week = here.need_week()

st.title("Discuss")
view = views.choose({"items": "Items", "calibration": calibration.title(here, week)}, key="discuss_view")
if view == "calibration":
    calibration.show(here, week)
else:
    item = thread.choose(here, week)
    if item is not None:
        thread.show(here, item)
