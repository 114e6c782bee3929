"""The conversations behind a point of a picture."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import pandas as pd
import streamlit as st

from pages.parts.health import working
from pages.parts.health.pictures import PICK, Figure
from pages.parts.shared import conversation, rows
from pages.parts.shared.session import Session
from pages.parts.shared.wording import as_text
from review.basics.log_paths import log_of
from review.basics.words import counted
from review.current.assignments import owed_items
from review.log.buckets import ids_in
from review.log.log import log_state, read_conversations
from review.monitoring.bucket import Bucket
from review.monitoring.comparing import Compared
from review.monitoring.health import window_of
from review.monitoring.latency_bins import bin_of
from storage.records_weeks import Item

FIGURE, WINDOW = "health_figure", "health_window"
MOST = 50


def picked(figure: str, event: Mapping[str, Any]) -> None:
    """Choose the point that somebody clicked; use it as the callback of a picture."""
    found = (event.get("selection") or {}).get(PICK) or []
    if found and isinstance(found[0], Mapping) and "start" in found[0]:
        st.session_state[FIGURE] = figure
        st.session_state[WINDOW] = _name(str(found[0].get("series", "")), str(found[0]["start"]))


def _name(side: str, start: str) -> str:
    """Return the name of a window among the choices."""
    return f"{start} {side}"


def show(here: Session, found: Compared, shown: Sequence[Figure]) -> None:
    """Draw the choice of a figure and a window, and the conversations behind it."""
    sides = {side.title: side for side in (found.first, found.second) if side is not None}
    windows = {
        _name(title, one.start): (title, one)
        for title, side in sides.items()
        for one in side.series.buckets
        if one.traffic
    }
    known = {figure.key: figure for figure in shown}
    if not windows or not known:
        return
    st.markdown("##### Conversations behind a point")
    if st.session_state.get(FIGURE) not in known:
        st.session_state.pop(FIGURE, None)
    if st.session_state.get(WINDOW) not in windows:
        st.session_state.pop(WINDOW, None)
    with st.container(horizontal=True):
        key = st.selectbox(
            "Figure", list(known), index=None, key=FIGURE, width=260, format_func=lambda name: known[name].title,
            placeholder="Click a point, or choose",
        )  # fmt: skip
        window = st.selectbox(
            "Window", list(reversed(windows)), index=None, key=WINDOW, width=320, placeholder="Choose a window",
            format_func=lambda name: f"{name[:16].replace('T', ' ')} UTC, {windows[name][0]}",
        )  # fmt: skip
    if key is None or window is None:
        st.caption("Click a point of a picture to read the conversations behind it.")
        return
    _list(here, found, known[key], *windows[window])


def _list(here: Session, found: Compared, figure: Figure, title: str, one: Bucket) -> None:
    side = next(s for s in (found.first, found.second) if s is not None and s.title == title)
    log, condition = log_of(here.store.path), _condition(figure, one)
    windows = window_of(side.series.asked, here.project, one.start, one.end)
    key = (str(here.store.path), log_state(log), one.start, one.end, str(windows.only), condition)
    work = working.WORK.ask(key, lambda: ids_in(log, windows, condition, most=MOST))
    working.when_done(here, work, lambda: _listed(here, work.result(), figure, one))


def _listed(here: Session, found: tuple[int, list[tuple[str, str, str]]], figure: Figure, one: Bucket) -> None:
    (total, listed), log = found, log_of(here.store.path)
    owed = {i.conversation_id for i in here.store.find(Item, id=list(owed_items(here.store, here.rater.id)))}
    left = [row for row in listed if row[0] not in owed]
    st.markdown(f"**{counted(total, 'conversation')}**: {as_text(_says(figure))}")
    if one.expired:
        st.caption(f"{counted(one.expired, 'conversation')} expired; only their counts remain.")
    if len(left) < len(listed):
        st.caption("Conversations that you have yet to review are left out.")
    if not left:
        return
    asked_of = {c.id: c for c in read_conversations(log, [row[0] for row in left])}
    frame = pd.DataFrame(
        [
            {"question": asked_of[i].question[:200], "date (UTC)": at[:16].replace("T", " "), "status": status, "id": i}
            for i, at, status in left
            if i in asked_of
        ]
    )
    chosen = rows.choose(frame, key="health_rows", id_column="id", file_name="conversations.csv")
    if total > MOST:
        st.caption(f"The latest {MOST} are listed.")
    if chosen.opened:
        st.session_state["health_open"] = chosen.opened
    opened = st.session_state.get("health_open")
    if opened in asked_of:
        with st.container(border=True):
            st.markdown(f"**{as_text(opened)}**")
            conversation.opened(here, asked_of[opened])
            if here.rater.may("lead"):
                address = rows.address(here.rater.id, "conversations", view="browse", id=str(opened))
                st.markdown(f"[Open it under Conversations]({address})")


def _condition(figure: Figure, one: Bucket) -> str:
    """Return which rows of a window are behind a figure: of a share those that it counts, of a quantile the slowest."""
    metric = figure.metric
    if metric.kind == "share":
        return f"({metric.denominator}) AND ({metric.numerator})"
    limit = one.latency.get(figure.quantile) if metric.kind == "quantile" else None
    if limit is not None:
        return f"{bin_of(metric.value)} >= {limit}"
    return "true" if metric.kind == "count" else f"{metric.value} > 0"


def _says(figure: Figure) -> str:
    if figure.metric.kind == "quantile":
        return f"at or above {figure.title}"
    return figure.title.lower()
