"""The landing page: four answers, then what is left for whom and what blocks the closing, then the figures."""

from __future__ import annotations

import streamlit as st

from pages.parts.shared import session
from pages.parts.week import answers, differences, first_steps, flags, four, own_part, reasons, report_view, week_page

here = session.current()
if here.week is None:
    first_steps.show(here)
    st.stop()
week = here.week

week_page.asked()
week_page.title(here, week)
if report_view.chosen() or not here.rater.may("annotator"):
    report_view.show(here, week)
    st.stop()
places = answers.tiles(here)
left, right = st.columns([2, 3], gap="large")
with left:
    week_page.mine(here, week)
    checks = week_page.blocking(here, week)
with right:
    week_page.everybody(here, week)
    flags.show(here, week)
    own_part.show(here)
below = reasons.places(here, week)
four.fill(here, week, places=places, below=below, checks=checks)
differences.differences_from_me(here, week)
