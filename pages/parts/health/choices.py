"""What the Health page looks at: which windows, how far back, and beside what."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import NamedTuple

import streamlit as st

from pages.parts.shared import address
from pages.parts.shared.session import Session
from review.basics.clock import now
from review.basics.log_paths import log_of
from review.basics.times import utc_text
from review.basics.words import spoken
from review.log.buckets import By
from review.log.log import weeks_in_log
from review.log.search_choices import choices
from review.monitoring.health import Asked
from review.monitoring.metrics import SLICES

SPANS: dict[str, tuple[str, By, int]] = {
    "1d": ("24 hours", "hour", 1),
    "7d": ("7 days", "day", 7),
    "28d": ("28 days", "day", 28),
    "12w": ("12 weeks", "week", 84),
    "52w": ("52 weeks", "week", 364),
}
BESIDE = {"before": "the period before", **{name: f"two values of {spoken(name)}" for name in SLICES}}
THREADS = 1
"""Processors that a query of this page may use: reviewers at work share the machine."""


class Chosen(NamedTuple):
    """The two sides to draw, each a title and what to look at; the first is what the second is compared with."""

    second: tuple[str, Asked]
    first: tuple[str, Asked] | None


def choose_span(here: Session) -> Asked | None:
    """Draw the choice of a period alone, and return it; None with an empty log, which this says."""
    if not weeks_in_log(log_of(here.store.path)):
        _empty()
        return None
    _, by, days = SPANS[_span_chosen()]
    end = _end(by)
    return _span(by, end - timedelta(days=days), end)


def _empty() -> None:
    st.info(
        "The log is empty. Health shows traffic once a lead has imported it on the Conversations page, or a collector "
        "has sent it.",
        icon=":material/forum:",
    )


def _span_chosen() -> str:
    address.take("span", key="health_span", known=["28d", *SPANS])
    span = st.selectbox(
        "Period", list(SPANS), format_func=lambda name: SPANS[name][0], key="health_span", width=150,
        on_change=address.follow, args=("span", "health_span"),
    )  # fmt: skip
    return str(span)


def choose(here: Session) -> Chosen | None:
    """Draw the choices, and return what was chosen; None with an empty log, which this says."""
    weeks = weeks_in_log(log_of(here.store.path))
    if not weeks:
        _empty()
        return None
    with st.container(horizontal=True, vertical_alignment="bottom"):
        span = _span_chosen()
        address.take("beside", key="health_beside", known=list(BESIDE))
        beside = st.selectbox(
            "Beside", list(BESIDE), format_func=BESIDE.__getitem__, key="health_beside", width=260,
            on_change=address.follow, args=("beside", "health_beside"),
        )  # fmt: skip
        pair = None if beside == "before" else _two(here, str(beside), tuple(weeks.items()))
    title, by, days = SPANS[span]
    end, length = _end(by), timedelta(days=days)
    asked = _span(by, end - length, end)
    if beside == "before":
        return Chosen((f"last {title}", asked), ("the period before", _span(by, end - 2 * length, end - length)))
    if pair is None:
        st.caption(f"The log has fewer than two values of {spoken(beside)}.")
        return Chosen((f"last {title}", asked), None)
    sides = [(name, _span(by, end - length, end, {str(beside): name})) for name in pair]
    return Chosen(sides[1], sides[0])


def _two(here: Session, column: str, weeks: tuple[tuple[str, int], ...]) -> tuple[str, str] | None:
    known = _values(str(here.store.path), weeks, column)
    if len(known) < 2:
        return None
    first = st.selectbox("First", known, index=0, key=f"health_first_{column}", width=180)
    second = st.selectbox("Second", known, index=1, key=f"health_second_{column}", width=180)
    return str(first), str(second)


@st.cache_data(show_spinner=False, max_entries=8)
def _values(path: str, weeks: tuple[tuple[str, int], ...], column: str) -> list[str]:
    return list(choices(log_of(path)).values[column])


def _end(by: By) -> datetime:
    """Return the end of the hour or day that runs: the last window is not complete, and the newest."""
    moment = datetime.fromisoformat(now())
    hour = moment.replace(minute=0, second=0, microsecond=0) + timedelta(hours=1)
    return hour if by == "hour" else moment.replace(hour=0, minute=0, second=0, microsecond=0) + timedelta(days=1)


def _span(by: By, start: datetime, end: datetime, only: dict[str, str | None] | None = None) -> Asked:
    return Asked(by=by, start=utc_text(start), end=utc_text(end), only=only or {}, threads=THREADS)
