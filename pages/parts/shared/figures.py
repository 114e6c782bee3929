"""Draw figures the same way on every page: a value with its interval, a chart, its table and its download."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import altair as alt
import pandas as pd
import streamlit as st

from pages.parts.shared.wording import as_text
from review.basics.csv_safe import csv_text, long_cells
from review.basics.words import counted
from review.basics.words import percent as percent_of
from review.statistics.agreement.report import AgreementReport
from review.statistics.quality import planner
from review.statistics.quantity import Quantity

BLUE = "#4f7fe0"
"""The colour of a single series. It reads well on light and dark pages; marks without a colour would be black."""

Picture = alt.Chart | alt.LayerChart | alt.FacetChart
"""What Altair draws; ``alt.layer`` may return any of these."""


def number(value: float | None, *, percent: bool = False) -> str:
    """Return a figure as people read it: ``15%`` or ``0.62``. An undefined one is a dash; show its reason beside it."""
    if value is None:
        return "–"
    return percent_of(value) if percent else f"{value:.2f}"


def interval(quantity: Quantity, *, percent: bool = False) -> str:
    """Return the interval as "61% to 85%", or the reason why the figure is undefined."""
    if quantity.undefined:
        return quantity.undefined
    if quantity.ci is None:
        return f"n = {quantity.n}"
    low, high = (number(x, percent=percent) for x in quantity.ci)
    return f"{low} to {high} · n = {quantity.n}"


def figure(title: str, quantity: Quantity, *, percent: bool = False, help: str | None = None) -> None:
    """Draw one figure with its interval below."""
    with st.container(border=True):
        st.metric(title, number(quantity.value, percent=percent), help=help or quantity.method or None)
        st.caption(interval(quantity, percent=percent))


def quantity_table(rows: Mapping[str, Quantity], *, first: str = "figure") -> pd.DataFrame:
    """Return quantities as a table: value, interval, n, and the method or why there is no value."""
    return pd.DataFrame(
        [
            {
                first: name,
                "value": q.value,
                "low": q.ci[0] if q.ci else None,
                "high": q.ci[1] if q.ci else None,
                "n": q.n,
                "how, or why not": q.undefined or q.method,
            }
            for name, q in rows.items()
        ]
    )


def table(frame: pd.DataFrame, *, key: str, file_name: str) -> None:
    """Draw a table with its download, which is safe to open in a spreadsheet."""
    st.dataframe(frame, hide_index=True, width="stretch", key=f"{key}_table", placeholder="–")
    columns, rows = [str(c) for c in frame.columns], rows_of(frame)
    data = csv_text(columns, rows)
    st.download_button(
        "CSV",
        data,
        file_name=file_name,
        mime="text/csv",
        icon=":material/download:",
        key=f"{key}_csv",
        on_click="ignore",
        help=long_cells(columns, rows) or None,
    )


def rows_of(frame: pd.DataFrame) -> list[dict[str, Any]]:
    """Return the rows of a table as dicts whose keys are texts."""
    return [{str(column): cell for column, cell in row.items()} for row in frame.to_dict("records")]


def with_table(chart: Picture, frame: pd.DataFrame, *, key: str, file_name: str) -> None:
    """Draw a chart, with the same figures as a table one click away."""
    st.altair_chart(chart, width="stretch", key=f"{key}_chart")
    with st.expander("Table and download"):
        table(frame, key=key, file_name=file_name)


def intervals(
    frame: pd.DataFrame,
    *,
    x: str,
    y_title: str | None,
    series: str | None = None,
    order: Sequence[str] | None = None,
    series_order: Sequence[str] | None = None,
) -> Picture:
    """Return points with their intervals from the columns ``x``, value, low, high and, for several series, ``series``.

    Points are not joined: a line would make changes within the interval look like a trend. ``order`` sorts ``x`` and
    ``series_order`` the series; without them the alphabet does.
    """
    axis = alt.Axis(labelAngle=0, labelLimit=140)
    across = alt.X(f"{x}:N", title=None, axis=axis, sort=list(order) if order else "ascending")
    base = alt.Chart(frame).encode(x=across, color=alt.value(BLUE))
    if series:
        sort = list(series_order) if series_order else "ascending"
        base = base.encode(
            xOffset=alt.XOffset(f"{series}:N", sort=sort),
            color=alt.Color(f"{series}:N", title=None, sort=sort, legend=alt.Legend(orient="top")),
        )
    bars = base.mark_rule(strokeWidth=2).encode(
        y=alt.Y("low:Q", title=y_title, scale=alt.Scale(zero=False)), y2="high:Q"
    )
    points = base.mark_point(filled=True, size=70, opacity=1).encode(
        y="value:Q", tooltip=[c for c in frame.columns if not c.startswith("how")]
    )
    return alt.layer(bars, points).properties(height=240)


def forest(
    rows: Mapping[str, Quantity],
    *,
    key: str,
    file_name: str,
    percent: bool = False,
    names: str = "figure",
    ranges: Mapping[str, tuple[float, float]] | None = None,
) -> None:
    """Draw figures one below the other with their intervals and values. Undefined ones follow as sentences.

    ``ranges`` names figures that have no single value while ties are open: a broad bar shows the range, and the caller
    says what to do.
    """
    ranges = ranges or {}
    frame = quantity_table(rows, first=names)
    known = frame[frame["value"].notna() | frame[names].isin(list(ranges))].copy()
    if not known.empty:
        known["from"] = [ranges.get(name, (None, None))[0] for name in known[names]]
        known["to"] = [ranges.get(name, (None, None))[1] for name in known[names]]
        known["text"] = [
            " to ".join(number(x, percent=percent) for x in (ranges.get(name) or (value,)))
            + (", ties open" if name in ranges else "")
            for name, value in zip(known[names], known["value"], strict=True)
        ]
        known["centre"] = known["value"].fillna((known["from"] + known["to"]) / 2)
        low = min(0.0, float(known["low"].fillna(known["centre"]).min()))
        axis = alt.Axis(format="%" if percent else ".1f", tickCount=5)
        base = alt.Chart(known).encode(
            y=alt.Y(f"{names}:N", sort=list(known[names]), title=None, axis=alt.Axis(labelLimit=220, ticks=False))
        )
        tooltip = [names, "value", "low", "high", "n"]
        # Rules and texts are black by default, which is invisible on a dark page.
        ink = "#e6eaf2" if st.context.theme.type == "dark" else "#1a2233"
        bars = base.mark_rule(strokeWidth=3, opacity=0.45, color=ink).encode(
            x=alt.X("low:Q", title=None, axis=axis, scale=alt.Scale(domain=[low, 1], nice=False)), x2="high:Q"
        )
        broad = base.mark_rule(strokeWidth=9, opacity=0.7, color=BLUE).encode(x="from:Q", x2="to:Q")
        points = base.mark_point(filled=True, size=90, opacity=1).encode(x="value:Q", tooltip=tooltip)
        texts = base.mark_text(dy=-13, fontWeight=600, color=ink).encode(x="centre:Q", text="text:N")
        chart = alt.layer(bars, *([broad] if ranges else []), points, texts).properties(height=44 * len(known) + 40)
        st.altair_chart(chart, width="stretch", key=f"{key}_chart")
    for name, quantity in rows.items():
        if quantity.undefined and name not in ranges:
            st.caption(as_text(f"{name}: {quantity.undefined}"))
    with st.expander("Table and download"):
        table(frame, key=key, file_name=file_name)


def heat_map(
    frame: pd.DataFrame,
    *,
    x: str,
    y: str,
    value: str,
    text: str,
    x_title: str | None = None,
    y_title: str | None = None,
    order: Sequence[str] | None = None,
    domain: tuple[float, float] | None = None,
    angle: int = 0,
) -> Picture:
    """Return a matrix with its figures written in the cells. A missing cell stays empty: it is not zero.

    ``angle`` turns long names above the columns.
    """
    sort = list(order) if order else None
    axis = alt.Axis(labelAngle=angle, orient="top", labelOverlap=False if angle else alt.Undefined)
    base = alt.Chart(frame).encode(
        x=alt.X(f"{x}:N", title=x_title, sort=sort, axis=axis),
        y=alt.Y(f"{y}:N", title=y_title, sort=sort),
        tooltip=list(frame.columns),
    )
    scale = alt.Scale(scheme="blues", domain=list(domain)) if domain else alt.Scale(scheme="blues")
    cells = base.mark_rect(cornerRadius=3).encode(color=alt.Color(f"{value}:Q", scale=scale, legend=None))
    top = domain[1] if domain else float(frame[value].max() or 1)
    dark = alt.datum[value] > 0.6 * top
    labels = base.mark_text(fontSize=13).encode(
        text=f"{text}:N", color=alt.condition(dark, alt.value("white"), alt.value("#1a2233"))
    )
    rows = frame[y].nunique()
    return alt.layer(cells, labels).properties(height=max(120, 46 * rows + 40))


def pair_map(report: AgreementReport, *, names: Mapping[str, str], key: str) -> None:
    """Draw Cohen's kappa of each pair with the number of items they share. A pair without shared items stays empty."""
    rows = []
    for pair in report.pairs:
        kappa = pair.cohen_kappa
        shared = {"n": pair.n, "kappa": kappa, "agree": pair.percent_agreement, "text": number(kappa)}
        a, b = names.get(pair.first, pair.first), names.get(pair.second, pair.second)
        rows += [{"reviewer": a, "other": b, **shared}, {"reviewer": b, "other": a, **shared}]
    frame = pd.DataFrame([r for r in rows if r["n"]])
    if frame.empty:
        st.caption("No two reviewers have reviewed the same item yet. Overlap gives one item to several of them.")
        return
    frame["text"] = frame["text"] + " (" + frame["n"].astype(str) + ")"
    order = sorted(set(frame["reviewer"]))
    chart = heat_map(frame, x="reviewer", y="other", value="kappa", text="text", order=order, domain=(0, 1))
    with_table(chart, frame.drop(columns="text"), key=key, file_name="pairs.csv")
    st.caption("Cohen's kappa, with the number of items that both reviewed in brackets.")


def withheld_words(n: int) -> str:
    """Say that agreement and judges leave out items that the viewer still owes; "" when nothing is left out."""
    if not n:
        return ""
    return (
        f"Agreement and recall leave out {counted(n, 'item')} that you still have to review, so others may see other "
        "figures until you are done."
    )


def foot(text: str) -> None:
    """Draw a closing line below the figures of a page."""
    st.caption(text)


def plan_sentence(plan: planner.SampleSizePlan) -> None:
    """Show a plan in one or two sentences, and below how the items spread over the groups."""
    st.markdown(as_text(planner.plan_sentence(plan)))
    if plan.per_stratum:
        parts = ", ".join(f"{name} {n:,}" for name, n in plan.per_stratum.items() if n)
        st.caption(f"By group: {parts}")
