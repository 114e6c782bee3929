"""Talk about items that everybody has reviewed: votes, comments, what the rubric leaves open; calibration sessions."""

from __future__ import annotations

import streamlit as st

from pages.parts.discuss import calibration, thread
from pages.parts.shared import address, session

here = session.current()
here.need_role("annotator")
week = here.need_week()

st.title("Discuss")
views = {"items": "Items", "calibration": calibration.title(here, week)}
address.take("view", key="discuss_view", known=list(views))
view = st.segmented_control(
    "View",
    list(views),
    format_func=views.__getitem__,
    required=True,
    key="discuss_view",
    label_visibility="collapsed",
    on_change=address.follow,
    args=("view", "discuss_view"),
)
if view == "calibration":
    calibration.show(here, week)
else:
    item = thread.choose(here, week)
    if item is not None:
        thread.show(here, item)
