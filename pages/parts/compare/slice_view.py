"""The accuracy of each version by scenario, kind and tag, as intervals."""

from __future__ import annotations

import pandas as pd
import streamlit as st

from pages.parts.compare.choose import Chosen
from pages.parts.shared import charts, figures
from pages.parts.shared.session import Session
from pages.parts.shared.wording import as_text

KINDS = {"scenario": "Scenarios", "kind": "Kinds", "tag": "Tags"}
MOST = 12
"""Slices in one picture: those with the largest differences."""


def show(here: Session, chosen: Chosen) -> None:
    """Draw the slices of one kind, the largest differences first."""
    del here
    found = chosen.comparison.slices
    kinds = [kind for kind in KINDS if any(key[0] == kind for key in found)]
    if not kinds:
        st.info("The cases of this release have no scenario, kind or tag.", icon=":material/label_off:")
        return
    kind = st.segmented_control(
        "Slices", kinds, format_func=lambda k: KINDS[k], default=kinds[0], required=True, key="compare_slices",
        label_visibility="collapsed",
    )  # fmt: skip
    slices = {name: quantities for (one, name), quantities in found.items() if one == kind}
    order = sorted(slices, key=lambda name: _spread([q.value for q in slices[name]]))
    rows = [
        {
            str(kind): name,
            "version": version,
            "value": q.value,
            "low": q.ci[0] if q.ci else q.value,
            "high": q.ci[1] if q.ci else q.value,
            "cases": q.n,
        }
        for name in order
        for version, q in zip(chosen.comparison.versions, slices[name], strict=True)
        if q.value is not None
    ]
    frame = pd.DataFrame(rows)
    drawn = frame[frame[str(kind)].isin(order[:MOST])]
    chart = charts.intervals(
        drawn,
        x=str(kind),
        y_title="combined accuracy",
        series="version",
        order=order[:MOST],
        series_order=chosen.comparison.versions,
        percent=True,
    )
    figures.with_table(chart, frame, key=f"compare_slices_{kind}", file_name="slices.csv")
    st.caption("Combined accuracy with 95% intervals; higher is better.")
    if len(order) > MOST:
        st.caption(as_text(f"The picture shows the {MOST} slices that fell most; the table has all {len(order):,}."))


def _spread(values: list[float | None]) -> float:
    """Return how much the last version is above the first; a slice without both comes last."""
    if values[0] is None or values[-1] is None:
        return float("inf")
    return values[-1] - values[0]
