"""The landing page: what is left for me and for all, what blocks closing, the numbers so far, what I can learn."""

from __future__ import annotations

import streamlit as st

from pages.parts import flagged, learning, session, weekly

here = session.current()
week = here.need_week()

weekly.title(here, week)
left, right = st.columns([2, 3], gap="large")
with left:
    weekly.mine(here, week)
    weekly.blocking(here, week)
with right:
    weekly.everybody(here, week)
    flagged.show(here, week)
st.subheader("So far")
weekly.so_far(here, week)
learning.differences_from_me(here, week)
