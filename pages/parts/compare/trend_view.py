"""Accuracy of the versions over the releases, and one table for any two versions or months."""

from __future__ import annotations

import pandas as pd
import streamlit as st

from pages.parts.compare import choose, data
from pages.parts.compare.figures_view import changed, shown, span
from pages.parts.shared import charts, figures
from pages.parts.shared.currency import currency_of, titled
from pages.parts.shared.session import Session
from pages.parts.shared.wording import as_text
from review.basics.errors import ReviewError
from review.basics.words import counted
from review.experiments.comparing.measures import BETTER_WORDS
from review.experiments.comparing.sides import side_of
from review.experiments.comparing.trend import Line, new_since, points, two_sides
from storage.queries.gate import months_of_conversations, runs_finished

MOST = 40
NEW_SHOWN = 12
PIXELS = {"figure": 250, "first": 75, "second": 75, "difference": 210}
"""Widths that keep the difference in sight in a window of 1280; the intervals of both sides follow it."""


def show(here: Session) -> None:
    """Draw accuracy over the releases, then the table of two sides."""
    finished = runs_finished(here.store)
    if not finished:
        choose.no_run(False)
        return
    found = points([data.read(here, run) for _, _, run in finished[-MOST:]])
    frame = pd.DataFrame(
        [
            {
                "release": p.release,
                "version": p.version,
                "value": q.value,
                "low": q.ci[0] if q.ci else q.value,
                "high": q.ci[1] if q.ci else q.value,
                "cases": q.n,
            }
            for p in found
            for q in [p.accuracy.combined]
            if q.value is not None
        ]
    )
    if not frame.empty:
        releases = list(dict.fromkeys(release for _, release, _ in finished))
        chart = charts.intervals(
            frame,
            x="release",
            y_title="combined accuracy, higher is better",
            series="version",
            order=releases,
            percent=True,
        )
        figures.with_table(chart, frame, key="compare_trend", file_name="trend.csv")
        for p in found:
            if p.accuracy.words:
                st.caption(as_text(f"{p.version} on {p.release}: {p.accuracy.words}."))
    st.caption("Releases differ, so compare versions within one release, or below on the cases that both saw.")
    st.markdown("##### Two versions or months")
    _two(here, finished)


def _two(here: Session, finished: list[tuple[str, str, str]]) -> None:
    versions = list(dict.fromkeys(version for version, _, _ in finished))
    known = [*versions, *months_of_conversations(here.store)]
    if len(known) < 2:
        st.caption("There is only one version so far.")
        return
    left, right = st.columns(2)
    first = left.selectbox("First", known, index=max(0, len(versions) - 2), key="compare_first")
    second = right.selectbox("Second", known, index=max(1, len(versions) - 1), key="compare_second")
    try:
        sides = [side_of(here.store, name, read=lambda run: data.read(here, run)) for name in (first, second)]
        lines = two_sides(*sides)
    except ReviewError as error:
        st.error(as_text(error), icon=":material/block:")
        return
    currency = currency_of(here)
    frame = pd.DataFrame([_row(line, currency) for line in lines])
    figures.table(frame, key="compare_two", file_name="two.csv", widths=PIXELS)
    if sides[0].run is not None and sides[1].run is not None:
        new = new_since(sides[0].run, sides[1].run)
        if new:
            rest = f" and {len(new) - NEW_SHOWN:,} more" if len(new) > NEW_SHOWN else ""
            st.caption(as_text(f"{counted(len(new), 'case')} only {second} saw: {', '.join(new[:NEW_SHOWN])}{rest}"))


def _row(line: Line, currency: str) -> dict[str, object]:
    return {
        "figure": titled(line.title, currency),
        "first": shown(line.first, share=line.share),
        "second": shown(line.second, share=line.share),
        "difference": changed(line.difference, relative=line.relative),
        "better": BETTER_WORDS[line.better],
        "first, 95% interval": span(line.first, share=line.share),
        "second, 95% interval": span(line.second, share=line.share),
        "counted over": line.basis,
    }
