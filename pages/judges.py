"""The judges held against the people: by class, weighted by the draw, and the disagreements to read."""

from __future__ import annotations

from dataclasses import replace

import streamlit as st

from pages.parts import beside, cached, conversation, figures, judging, session
from review import evidence
from review.calibration.report import plain_words

here = session.current()
week = here.need_week()

st.title("Judges")
names = evidence.weeks_between(here.store, None)
weeks = tuple(sorted(st.pills("Weeks", names, selection_mode="multi", default=names, key="judges_weeks"))) or (week,)
judges = evidence.judges(here.store, weeks)
if not judges:
    st.info(
        "No judge has a verdict on items of these weeks. Verdicts come with the log (field `verdicts`) or from a file: "
        "`spotcheck verdicts import FILE`.", icon=":material/balance:",
    )  # fmt: skip
    st.stop()

judging.overview(here, weeks, judges)
judge = st.segmented_control("Judge", judges, default=judges[0], required=True, key="judges_judge")
reports = cached.calibration(here, weeks, judge)
if not reports:
    st.info("This judge has no verdict in a dimension that people judged.", icon=":material/balance:")
    st.stop()
dimension = st.segmented_control(
    "Dimension", list(reports), default=next(iter(reports)), required=True, key="judges_dim"
)
report = reports[dimension]
st.markdown(judging.as_text(plain_words(replace(report, warnings=()))))
for warning in report.warnings:
    st.caption(f":material/info: {judging.as_text(warning)}")

left, right = st.columns([3, 2], gap="large")
with left:
    st.subheader("Weighted and unweighted")
    judging.metrics(report, key=f"judges_{judge}_{dimension}")
with right:
    st.subheader("Confusion matrix")
    judging.confusion(report, key=f"judges_{judge}_{dimension}")
st.subheader("By class")
judging.classes(report, key=f"judges_{judge}_{dimension}")

beside.planner(report, key=f"judges_{judge}_{dimension}")

st.subheader("Beside the people")
beside.people(here, weeks, judge, dimension, key=f"judges_{judge}_{dimension}")
if report.scores is not None:
    st.subheader("Scores")
    beside.scores(report.scores, key=f"judges_{judge}_{dimension}")

st.subheader("Disagreements to read")
for item, settled, verdict in judging.disagreements(here, weeks, judge, dimension):
    with st.expander(f"{item} · people: {settled} · {judge}: {verdict or 'no verdict'}"):
        conversation.show(evidence.conversation_of(here.store, item))
        st.page_link(
            "pages/adjudicate.py", label="Look at the votes", query_params={"item": item}, icon=":material/gavel:"
        )
figures.foot(f"{report.n} items compared, {report.no_verdict} without verdict. The intervals are 95 %.")
