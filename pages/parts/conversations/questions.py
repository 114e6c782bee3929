"""What a file leaves open and only a person can answer: its encoding, the order of its dates, its format."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Mapping

import streamlit as st

from pages.parts.shared.wording import as_text
from review.basics.date_forms import ORDERS, DateColumn
from review.sources.look import ENCODINGS, Look
from review.sources.options import AUTO, ImportOptions
from review.sources.readers.catalogue import READERS

FORMS = {
    "day-first": "the day comes first (30/11/2026)",
    "month-first": "the month comes first (11/30/2026)",
    "year-first": "the year comes first (2026/11/30)",
}
"""Forms of dates in words."""
SHOWN = 80


def more_settings(path: str) -> tuple[str, str | None, str | None]:
    """Ask for what is rarely needed: the format, the week of records without a date, where the records are."""
    words = {AUTO: "recognised by its fields", **{name: f"{name}: {reader.about}" for name, reader in READERS.items()}}
    with st.popover("More settings", icon=":material/tune:"):
        format = st.selectbox("Format", list(words), format_func=lambda f: words[f], key=f"arrive_format_{path}")
        week = st.text_input(
            "Week of conversations without a date", placeholder="the current week", key="arrive_week",
            help="An ISO week, such as 2026-W47.",
        )  # fmt: skip
        records = st.text_input(
            "Where the records are", placeholder="found by itself", key=f"arrive_records_{path}",
            help="The path to a list in a JSON file, such as data.items, or the name of a sheet.",
        )  # fmt: skip
    return str(format), (week or "").strip() or None, (records or "").strip() or None


def encoding(
    look: Look, asked: ImportOptions, again: Callable[[ImportOptions], Look], hide: Callable[[str], str], *, key: str
) -> tuple[ImportOptions, Look | None]:
    """Ask how text that is not UTF-8 is written; returns the options and the look under the answer, if there is one."""
    if not look.encodings:
        return asked, look
    chosen = encoding_of(look.encodings, hide, key=f"arrive_encoding_{key}")
    if chosen is None:
        return asked, None
    asked = dataclasses.replace(asked, encoding=chosen)
    return asked, again(asked)


def encoding_of(lines: Mapping[str, str], hide: Callable[[str], str], *, key: str) -> str | None:
    """Ask for the encoding of a file by a line of it, as each encoding shows it; None before the answer."""
    return st.radio(
        "This file is not written in UTF-8. Choose the line that reads right.",
        list(lines),
        format_func=lambda name: f"{ENCODINGS[name]}: {as_text(hide(lines[name])[:SHOWN])}",
        index=None,
        key=key,
    )


def dates(look: Look, *, key: str) -> tuple[str, bool]:
    """Return the form of the dates, asked for when it is open, and whether it still is."""
    if look.dates is None:
        return look.reading.date_format, False
    chosen = form_of(look.dates, key=f"arrive_dates_{key}")
    return str(chosen or ""), chosen is None


def form_of(column: DateColumn, *, key: str) -> str | None:
    """Ask how the dates of a column are written; None before the answer."""
    fits = [form for form in column.fits if form in ORDERS]
    return st.radio(
        f"How are the dates written? {as_text(column.why)}",
        fits or list(ORDERS),
        format_func=lambda form: FORMS[form],
        index=None,
        key=key,
    )
