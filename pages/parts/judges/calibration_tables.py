"""One judge compared with people in one dimension, as charts and tables."""

from __future__ import annotations

import pandas as pd
import streamlit as st

from pages.parts.shared import charts, figures
from review.basics.words import spoken
from review.statistics.calibration.report import CalibrationReport
from review.statistics.quantity import Quantity

FIGURES = ("precision", "recall", "F1")
MANY_CLASSES = 8
"""With more classes the chart is unreadable, and only the table is shown."""

METRICS = {
    "precision": "Precision",
    "recall": "Recall",
    "specificity": "Specificity",
    "f1": "F1",
    "accuracy": "Same as people",
    "cohen_kappa": "Cohen's kappa",
    "mcc": "MCC",
    "prevalence": "Prevalence",
}


def metrics(report: CalibrationReport, *, key: str) -> None:
    """Show weighted and unweighted figures with intervals: a chart, and a table below."""
    rows = [
        {"figure": METRICS[name], "design": design, "value": q.value, "low": q.ci[0], "high": q.ci[1], "n": q.n}
        for name in ("precision", "recall", "specificity", "f1", "accuracy")
        for design, q in (("weighted", report.weighted[name]), ("unweighted", report.unweighted[name]))
        if q.value is not None and q.ci
    ]
    if rows:
        chart = charts.intervals(
            pd.DataFrame(rows),
            x="figure",
            y_title=None,
            series="design",
            order=list(METRICS.values()),
            series_order=("weighted", "unweighted"),
        )
        figures.draw(chart, key=f"{key}_metrics_chart")
    frame = pd.DataFrame(
        [
            {"figure": title, "weighted": _text(report.weighted[name]), "unweighted": _text(report.unweighted[name])}
            for name, title in METRICS.items()
        ]
    )
    if report.n_effective is not None:
        st.caption(
            f"Effective number of labels: {report.n_effective:.0f} of {report.n}.",
            help="Kish's effective sample size: how many equally weighted labels would carry as much information.",
        )
    with st.expander("All figures"):
        figures.table(frame, key=f"{key}_metrics", file_name="calibration.csv")


def _text(q: Quantity) -> str:
    if q.value is None:
        return f"– {q.undefined}"
    spread = f" [{q.ci[0]:.2f}, {q.ci[1]:.2f}]" if q.ci else ""
    return f"{figures.number(q.value)}{spread}"


def confusion(report: CalibrationReport, *, key: str) -> None:
    """Show the confusion matrix: people in rows, the judge in columns."""
    rows = [
        {"people": spoken(truth), "judge": spoken(verdict), "items": n, "text": str(n)}
        for truth, row in report.confusion.items()
        for verdict, n in row.items()
    ]
    frame = pd.DataFrame(rows)
    if frame.empty or not frame["items"].sum():
        st.caption("Nothing to compare yet.")
        return
    chart = charts.heat_map(
        frame, x="judge", y="people", value="items", text="text", x_title="judge", y_title="people",
        order=list(map(spoken, report.confusion)),
    )  # fmt: skip
    figures.with_table(chart, frame.drop(columns="text"), key=f"{key}_confusion", file_name="confusion.csv")


def classes(report: CalibrationReport, *, key: str) -> None:
    """Show weighted precision, recall and F1 of every class with intervals: a chart, and a table below."""
    each = {
        spoken(name): {"precision": c.precision, "recall": c.recall, "F1": c.f1, "support": c.support}
        for name, c in report.classes.items()
    }
    rows = [
        {"class": name, "figure": figure, "value": q.value, "low": q.ci[0], "high": q.ci[1], "n": q.n}
        for name, of in each.items()
        for figure, q in of.items()
        if isinstance(q, Quantity) and q.value is not None and q.ci
    ]
    if rows and len(each) <= MANY_CLASSES:
        chart = charts.intervals(
            pd.DataFrame(rows), x="class", y_title=None, series="figure", order=list(each), series_order=FIGURES
        )
        figures.draw(chart, key=f"{key}_classes_chart")
    frame = pd.DataFrame(
        [
            {"class": name, **{f: _text(q) if isinstance(q, Quantity) else q for f, q in of.items()}}
            for name, of in each.items()
        ]
    )
    with st.expander("Table and download", expanded=len(each) > MANY_CLASSES):
        figures.table(frame, key=f"{key}_classes", file_name="classes.csv")
