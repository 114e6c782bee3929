"""The judge workbench: pick a judge, see how far it may be trusted, read where it errs, mend it, compare, report."""

from __future__ import annotations

import streamlit as st

from pages.parts import (
    judge_runs,
    session,
    workbench,
    workbench_compare,
    workbench_edit,
    workbench_read,
    workbench_time,
    workbench_trust,
)

here = session.current()
week = here.need_week()

st.title("Judges")
weeks = workbench.choose_weeks(here, week)
judge, version = workbench.choose_judge(here, weeks)
if judge is None or version is None:
    workbench_edit.new(here, weeks)
    st.stop()
with st.container(horizontal=True, vertical_alignment="center"):
    view = workbench.choose_view(here)
    workbench.choose_version(judge, version)

if view == "trust":
    workbench_trust.show(here, weeks, judge, version)
elif view == "read":
    workbench_read.show(here, weeks, judge, version)
elif view == "improve":
    workbench_edit.show(here, weeks, judge, version)
elif view == "compare":
    workbench_compare.show(here, weeks, judge, version)
elif view == "time":
    workbench_time.show(here, judge, version)
else:
    judge_runs.show(here, judge.name)
