"""One version of a judge from week to week: each week compared with the four before it, and the alarm."""

from __future__ import annotations

import pandas as pd
import streamlit as st

from pages.parts.judges import choose
from pages.parts.judges.trust import choose_dimension
from pages.parts.shared import cached_statistics, charts, figures
from pages.parts.shared.session import Session
from pages.parts.shared.wording import as_text
from review.basics.errors import ReviewError
from review.current.verdicts import Reference
from review.judges.workbench.over_time import weeks_over_time
from review.judges.workbench.workbench import Listed
from review.statistics.calibration.drift import BAND_WEEKS, Drift, WeekFigure, plain_words

TITLES = {"precision": "Precision", "recall": "Recall", "accuracy": "Same as people"}


def show(here: Session, judge: Listed, version: Reference) -> None:
    """Show precision and recall by week, with their bands."""
    weeks = weeks_over_time(here.store)
    try:
        found = cached_statistics.over_time(here, weeks, str(version))
    except ReviewError:
        choose.without_verdicts(here, judge, version)
        return
    if not found.dimensions:
        choose.without_figures(version)
        return
    dimension = choose_dimension(list(found.dimensions))
    one = found.dimensions[dimension]
    half = ":blue-badge[dev half] " if found.half == "dev" else ""
    for sentence in plain_words(one):
        if one.alarms:
            st.warning(half + as_text(sentence), icon=":material/notifications_active:")
        else:
            st.markdown(half + as_text(sentence))
    for column, (name, rows) in zip(st.columns(len(one.figures), gap="large"), one.figures.items(), strict=True):
        with column:
            st.subheader(TITLES.get(name, name))
            key = f"workbench_time_{version}_{dimension}_{name}"
            _figure(one, rows, title=TITLES.get(name, name), key=key, file_name=f"{name}-by-week.csv")
    st.caption(
        f"Points are weeks with 95% intervals, from the items reviewed. The grey band is the interval of the "
        f"{BAND_WEEKS} weeks before, taken together. An alarm appears when the two do not overlap. The table also has "
        "the figure weighted by the draw."
    )


def _figure(one: Drift, rows: tuple[WeekFigure, ...], *, title: str, key: str, file_name: str) -> None:
    frame = pd.DataFrame([_row(one, r) for r in rows])
    if frame["value"].isna().all():
        st.caption("No week has this figure yet.")
        return
    chart = charts.drift(frame, title=title)
    figures.with_table(chart, frame.drop(columns="alarm"), key=key, file_name=file_name)


def _row(one: Drift, r: WeekFigure) -> dict[str, object]:
    low, high = r.reviewed.ci or (None, None)
    band_low, band_high = r.band.ci or (None, None)
    return {
        "week": r.week,
        "value": r.reviewed.value,
        "low": low,
        "high": high,
        "n": one.compared.get(r.week, 0),
        "band low": band_low,
        "band high": band_high,
        "weighted": r.weighted.value,
        "moved": r.moved or f"– {r.undefined}",
        "alarm": r.moved in ("fell", "rose"),
    }
