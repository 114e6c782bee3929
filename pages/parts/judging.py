"""The widgets of the judges page."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd
import streamlit as st

from pages.parts import cached, figures
from pages.parts.session import Session
from review import evidence
from review.calibration.report import CalibrationReport
from review.quantity import Quantity

SHOWN = 12
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


def as_text(sentence: str) -> str:
    """A sentence of ours as Markdown that cannot become a formula or a link."""
    for mark in ("$", "[", "]", "*", "_", "`"):
        sentence = sentence.replace(mark, f"\\{mark}")
    return sentence


def overview(here: Session, weeks: tuple[str, ...], judges: Sequence[str]) -> None:
    """Precision and recall of every judge side by side, with intervals."""
    rows = []
    for judge in judges:
        for dimension, report in cached.calibration(here, weeks, judge).items():
            for name in ("precision", "recall"):
                q = report.weighted[name]
                if q.value is not None and q.ci:
                    what = f"{dimension}: {report.positive}"
                    row = {
                        "judge": judge,
                        "what": what,
                        "figure": name,
                        "value": q.value,
                        "low": q.ci[0],
                        "high": q.ci[1],
                    }
                    rows.append({**row, "n": q.n})
    if not rows:
        return
    frame = pd.DataFrame(rows)
    for column, (what, part) in zip(
        st.columns(frame["what"].nunique()), frame.groupby("what", sort=False), strict=True
    ):
        with column:
            st.caption(f"Finding {what}")
            chart = figures.intervals(part, x="judge", y_title="share", series="figure")
            figures.with_table(chart, part, key=f"judging_{what}", file_name=f"judges-{what}.csv")


def metrics(report: CalibrationReport, *, key: str) -> None:
    """Weighted beside unweighted, each with its interval, as a picture and a table."""
    rows = [
        {"figure": METRICS[name], "design": design, "value": q.value, "low": q.ci[0], "high": q.ci[1], "n": q.n}
        for name in ("precision", "recall", "specificity", "f1", "accuracy")
        for design, q in (("weighted", report.weighted[name]), ("unweighted", report.unweighted[name]))
        if q.value is not None and q.ci
    ]
    if rows:
        chart = figures.intervals(pd.DataFrame(rows), x="figure", y_title=None, series="design")
        st.altair_chart(chart, width="stretch", key=f"{key}_metrics_chart")
    frame = pd.DataFrame(
        [
            {"figure": title, "weighted": _text(report.weighted[name]), "unweighted": _text(report.unweighted[name])}
            for name, title in METRICS.items()
        ]
    )
    figures.table(frame, key=f"{key}_metrics", file_name="calibration.csv")
    if report.n_effective is not None:
        st.caption(f"Effective sample size (Kish): {report.n_effective:.0f} of {report.n}.")


def _text(q: Quantity) -> str:
    if q.value is None:
        return f"– {q.undefined}"
    spread = f" [{q.ci[0]:.2f}, {q.ci[1]:.2f}]" if q.ci else ""
    return f"{figures.number(q.value)}{spread}"


def confusion(report: CalibrationReport, *, key: str) -> None:
    """People in rows, the judge in columns."""
    rows = [
        {"people": truth, "judge": verdict, "items": n, "text": str(n)}
        for truth, row in report.confusion.items()
        for verdict, n in row.items()
    ]
    frame = pd.DataFrame(rows)
    if frame.empty or not frame["items"].sum():
        st.caption("Nothing to compare yet.")
        return
    chart = figures.heat_map(
        frame, x="judge", y="people", value="items", text="text", x_title="judge", y_title="people",
        order=list(report.confusion),
    )  # fmt: skip
    figures.with_table(chart, frame.drop(columns="text"), key=f"{key}_confusion", file_name="confusion.csv")


def classes(report: CalibrationReport, *, key: str) -> None:
    """Precision, recall and F1 of every class, weighted, with intervals."""
    rows = [
        {
            "class": name,
            "precision": _text(c.precision),
            "recall": _text(c.recall),
            "F1": _text(c.f1),
            "support": c.support,
        }
        for name, c in report.classes.items()
    ]
    figures.table(pd.DataFrame(rows), key=f"{key}_classes", file_name="classes.csv")


def disagreements(here: Session, weeks: Sequence[str], judge: str, dimension: str) -> list[tuple[str, str, str | None]]:
    """(item, settled label, verdict) where a judge and the people differ, adjudicated ones first."""
    pair = evidence.paired_labels(here.store, weeks, judge, viewer=here.rater.id)[dimension]
    known = set(pair.data.items)
    rows = [
        (item, s, pair.verdicts[item].value)
        for item, s in pair.settled.items()
        if item in pair.verdicts and item in known and s.value is not None and pair.verdicts[item].value != s.value
    ]
    rows.sort(key=lambda row: (row[1].rule != "adjudicated", row[2] is None, row[0]))
    return [(item, str(s.value), verdict) for item, s, verdict in rows[:SHOWN]]
