"""A judge compared with people, and its scores: the widgets of the judges page that need more than verdicts."""

from __future__ import annotations

import pandas as pd
import streamlit as st

from pages.parts.shared import cached_statistics, charts, figures
from pages.parts.shared.session import Session
from pages.parts.shared.wording import as_text
from review.statistics.calibration.report import CalibrationReport
from review.statistics.calibration.scores import ScoreReport
from review.statistics.quality.planner import plan_recall

METRICS = {"recall": "Recall", "precision": "Precision", "accuracy": "Same as the others"}


def people(here: Session, weeks: tuple[str, ...], judge: str, dimension: str, *, tested: str, key: str) -> None:
    """Show the human ceiling, and how close the judge is to people; ``tested`` says in words what that shows."""
    names = here.names
    metric = st.segmented_control(
        "Figure", list(METRICS), format_func=METRICS.__getitem__, default="accuracy", required=True, key=f"{key}_metric"
    )
    found = cached_statistics.judge_vs_people(here, weeks, judge, dimension, metric)
    rows = [
        {
            "reviewer": names.get(c.rater, c.rater),
            "who": who,
            "value": q.value,
            "low": q.ci[0],
            "high": q.ci[1],
            "n": c.n,
        }
        for c in found.ceiling
        for who, q in (("the person", c.person[metric]), (judge, c.judge[metric]))
        if q.value is not None and q.ci
    ]
    if rows:
        frame = pd.DataFrame(rows)
        chart = charts.intervals(
            frame, x="reviewer", y_title=METRICS[metric], series="who", series_order=("the person", judge)
        )
        figures.with_table(chart, frame, key=f"{key}_ceiling", file_name="ceiling.csv")
        st.caption(
            "Each person, and the judge on the same items, compared with the majority of the other people. People set "
            "the ceiling that a judge can reach."
        )
    else:
        st.caption("No human ceiling yet: nobody shares enough items with two other reviewers. Raise the overlap.")
    test = found.alternative
    if test.undefined:
        st.caption(f"Alternative annotator test: undefined, {test.undefined}.")
        return
    st.markdown(
        f"{as_text(tested)} Compared with {test.winning_rate:.0%} of the people, the judge is at least as close to the "
        f"others, after an allowance of {test.epsilon:g} for the effort it saves; half of the people are needed."
    )


def scores(report: ScoreReport, positive: str, *, key: str) -> None:
    """Show the precision-recall curve, the reliability diagram, Brier score, calibration error and the threshold."""
    left, right = st.columns(2, gap="large")
    with left:
        st.markdown("##### Precision and recall by threshold")
        curve = report.to_json()["curve"]
        frame = pd.DataFrame(curve)
        if not frame.empty:
            figures.with_table(charts.curve(frame), frame, key=f"{key}_curve", file_name="precision-recall.csv")
    with right:
        st.markdown("##### Reliability of the scores")
        reliability(report, positive, key=key)
    t = report.threshold
    rows = {"average precision": report.average_precision, "Brier score": report.brier, "calibration error": report.ece}
    if t.undefined is None and t.value is not None:
        st.markdown(f"Best threshold on **dev** ({t.dev} items): {t.value:.2f}. On **test** ({t.test} items) it gives:")
        rows = {"precision on test": t.precision, "recall on test": t.recall, "F1 on test": t.f1, **rows}
    else:
        st.caption(f"No threshold: {t.undefined}.")
    figures.forest(rows, key=f"{key}_scores", file_name="scores.csv")


def reliability(report: ScoreReport, positive: str, *, key: str) -> None:
    """Plot the mean score against the share that people call ``positive``, with Wilson intervals and counts by bin."""
    rows = [
        {"score": b.mean_score, "value": b.share.value, "low": b.share.ci[0], "high": b.share.ci[1], "n": b.n}
        for b in report.bins
        if b.share.value is not None and b.share.ci and b.mean_score is not None
    ]
    if not rows:
        st.caption("No bin holds a labelled item with a score.")
        return
    frame = pd.DataFrame(rows)
    chart = charts.reliability(frame, positive=positive)
    figures.with_table(chart, frame, key=f"{key}_bins", file_name="reliability.csv")


def planner(report: CalibrationReport, *, key: str) -> None:
    """Show how many more items recall needs for an interval of a given width."""
    if report.positive is None:
        return
    support = report.classes[report.positive].support
    caught = report.confusion[report.positive].get(report.positive, 0)
    with st.expander("How many more items make recall more precise?"):
        wanted = st.number_input("Half-width", 0.01, 0.5, 0.1, 0.01, key=f"{key}_half")
        plan = plan_recall(caught, support, report.n, float(wanted), positive=report.positive)
        figures.plan_sentence(plan)
