"""Draw figures the same way on every page: a value with its interval, a chart, its table and its download."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Literal

import pandas as pd
import streamlit as st
from pandas.api.types import is_integer_dtype

from pages.parts.shared import charts
from pages.parts.shared.chart_parts import Chart
from pages.parts.shared.wording import as_text
from review.basics.csv_safe import csv_text, long_cells
from review.basics.words import counted, plain_signs, signed, spoken, tenths
from review.basics.words import percent as percent_of
from review.statistics.agreement.report import AgreementReport
from review.statistics.quality import planner
from review.statistics.quantity import Quantity

Percent = bool | Literal["tenths"]
"""Whether a figure is a share: ``15%``, or with tenths ``15.2%``, as accuracy of versions is written everywhere."""


def number(value: float | None, *, percent: Percent = False) -> str:
    """Return a figure as people read it: ``15%`` or ``0.62``. An undefined one is a dash; show its reason beside it."""
    if value is None:
        return "–"
    if percent == "tenths":
        return tenths(value)
    return percent_of(value) if percent else signed(value, ".2f")


def interval(quantity: Quantity, *, percent: Percent = False) -> str:
    """Return the interval as "61% to 85%", or the reason why the figure is undefined."""
    if quantity.undefined:
        return quantity.undefined
    if quantity.ci is None:
        return f"n = {quantity.n}"
    low, high = (number(x, percent=percent) for x in quantity.ci)
    return f"{low} to {high} · n = {quantity.n}"


def figure(title: str, quantity: Quantity, *, percent: Percent = False, help: str | None = None) -> None:
    """Draw one figure with its interval below."""
    with st.container(border=True):
        st.metric(as_text(title), number(quantity.value, percent=percent), help=help or quantity.method or None)
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


WRAPPED = 68
"""Pixels of a row of three lines. Streamlit wraps text in rows of more than 4rem."""
HEADER = 37
"""Pixels of the header of a table, with its border."""
IN_SIGHT = 8
"""Rows of three lines that are in sight at once."""


def wrapped_height(frame: pd.DataFrame) -> int:
    """Return the pixels of a table whose rows have three lines. Pure."""
    return WRAPPED * min(max(len(frame), 1), IN_SIGHT) + HEADER


FILTER_FROM = 11
"""A table of so many rows has a filter; a shorter one is read at a glance. Every table sorts by a click on a column."""


def table(
    frame: pd.DataFrame,
    *,
    key: str,
    file_name: str,
    config: Mapping[str, Any] | None = None,
    height: int | Literal["auto"] = "auto",
    wrapped: bool = False,
    widths: Mapping[str, int] | None = None,
) -> None:
    """Draw a table with its filter and its download, which is safe to open in a spreadsheet.

    ``wrapped`` gives each row three lines, for texts that must be read to their end. ``widths`` are pixels of columns.
    """
    fixed = {name: st.column_config.Column(width=width) for name, width in (widths or {}).items()}
    shown = filtered(frame, key=key)
    st.dataframe(
        shown,
        hide_index=True,
        width="stretch",
        height=wrapped_height(shown) if wrapped else height,
        row_height=WRAPPED if wrapped else None,
        key=f"{key}_table",
        placeholder="–",
        column_config={**fixed, **_thousands(shown), **(config or {})},
    )
    download(shown, key=key, file_name=file_name)


def _thousands(frame: pd.DataFrame) -> dict[str, Any]:
    """Return what writes the thousands of whole numbers with a comma."""
    large = [name for name in frame.columns if is_integer_dtype(frame[name]) and frame[name].max() >= LARGE]
    return {name: st.column_config.NumberColumn(format="localized") for name in large}


LARGE = 1_000
"""From here on a number has a comma."""


def filtered(frame: pd.DataFrame, *, key: str) -> pd.DataFrame:
    """Draw the filter of a long table, and return the rows that it leaves."""
    if len(frame) < FILTER_FROM:
        return frame
    words = st.text_input(
        "Filter the rows", key=f"{key}_filter", icon=":material/filter_list:", label_visibility="collapsed",
        placeholder=f"Filter {len(frame):,} rows", width=280,
    )  # fmt: skip
    shown = rows_with(frame, words or "")
    if len(shown) < len(frame):
        st.caption(f"{len(shown):,} of {counted(len(frame), 'row')}.")
    return shown


def rows_with(frame: pd.DataFrame, words: str) -> pd.DataFrame:
    """Return the rows whose cells hold every word, whatever its case. Pure."""
    wanted = words.casefold().split()
    if not wanted:
        return frame
    texts = [" ".join(map(str, row)).casefold() for row in frame.itertuples(index=False)]
    return frame[[all(word in text for word in wanted) for text in texts]]


def download(frame: pd.DataFrame, *, key: str, file_name: str) -> None:
    """Draw the button that downloads a table, safe to open in a spreadsheet."""
    columns, rows = [str(c) for c in frame.columns], rows_of(frame)
    # A spreadsheet takes a number with a true minus sign for text.
    plain = [{c: plain_signs(v) if isinstance(v, str) else v for c, v in row.items()} for row in rows]
    data = csv_text(columns, plain)
    st.download_button(
        "CSV",
        data,
        file_name=file_name,
        mime="text/csv",
        icon=":material/download:",
        key=f"{key}_csv",
        on_click="ignore",
        help=as_text(long_cells(columns, rows)) or None,
    )


def rows_of(frame: pd.DataFrame) -> list[dict[str, Any]]:
    """Return the rows of a table as dicts whose keys are texts."""
    return [{str(column): cell for column, cell in row.items()} for row in frame.to_dict("records")]


def draw(chart: Chart, *, key: str, pick: str = "", picked: Callable[[], None] | None = None) -> None:
    """Draw a chart over the whole width. ``picked`` is called when somebody picks a mark by the selection ``pick``."""
    if picked is None:
        st.vega_lite_chart(chart.frame, chart.spec, width="stretch", key=key, alt=chart.alt)
    else:
        st.vega_lite_chart(
            chart.frame, chart.spec, width="stretch", key=key, alt=chart.alt, selection_mode=pick, on_select=picked
        )


def with_table(chart: Chart, frame: pd.DataFrame, *, key: str, file_name: str) -> None:
    """Draw a chart, with the same figures as a table one click away."""
    draw(chart, key=f"{key}_chart")
    with st.expander("Table and download"):
        table(frame, key=key, file_name=file_name)


def forest(
    rows: Mapping[str, Quantity],
    *,
    key: str,
    file_name: str,
    percent: Percent = False,
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
        chart = charts.forest(known, names=names, percent=bool(percent), ranges=bool(ranges))
        draw(chart, key=f"{key}_chart")
    for name, quantity in rows.items():
        if quantity.undefined and name not in ranges:
            st.caption(as_text(f"{name}: {quantity.undefined}"))
    with st.expander("Table and download"):
        table(frame, key=key, file_name=file_name)


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
    chart = charts.heat_map(frame, x="reviewer", y="other", value="kappa", text="text", order=order, domain=(0, 1))
    with_table(chart, frame.drop(columns="text"), key=key, file_name="pairs.csv")
    st.caption("Cohen's kappa, with the number of items that both reviewed in brackets.")


def withheld_words(n: int, owed: int) -> str:
    """Say that agreement and judges leave out ``n`` items that the viewer still owes; "" when nothing is left out.

    ``owed`` is how many items the viewer still has to review, so that both numbers can be told apart.
    """
    if not n:
        return ""
    those = f"{counted(n, 'item')} that you still have to review"
    if n < owed:
        those = f"{n:,} of the {owed:,} items that you still have to review: those that others have reviewed already"
    return f"Agreement and recall leave out {those}. Others may see other figures until you are done."


def foot(text: str) -> None:
    """Draw a closing line below the figures of a page."""
    st.caption(text)


def plan_sentence(plan: planner.SampleSizePlan) -> None:
    """Show a plan in one or two sentences, and below how the items spread over the groups."""
    st.markdown(as_text(planner.plan_sentence(plan)))
    if plan.per_stratum:
        parts = ", ".join(f"{spoken(name)} {n:,}" for name, n in plan.per_stratum.items() if n)
        st.caption(as_text(f"By group: {parts}"))
