"""The judge workbench: choose a judge, see how far to trust it, read its errors, improve it, compare, report."""

from __future__ import annotations

import streamlit as st

from pages.parts.judges import choose, compare, edit, judge_runs, read, time, trust
from pages.parts.shared import session

here = session.current()
week = here.need_week()

st.title("Judges")
weeks = choose.choose_weeks(here, week)
judge, version = choose.choose_judge(here, weeks)
if judge is None or version is None:
    edit.new(here, weeks)
    st.stop()
with st.container(horizontal=True, vertical_alignment="center"):
    view = choose.choose_view(here)
    choose.choose_version(judge, version)

if view == "trust":
    trust.show(here, weeks, judge, version)
elif view == "read":
    read.show(here, weeks, judge, version)
elif view == "improve":
    edit.show(here, weeks, judge, version)
elif view == "compare":
    compare.show(here, weeks, judge, version)
elif view == "time":
    time.show(here, judge, version)
else:
    judge_runs.show(here, judge.name)
