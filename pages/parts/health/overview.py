"""Health itself: one sentence, small pictures of every figure, and the conversations behind a point."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

import pandas as pd
import streamlit as st

from pages.parts.health import behind, choices, working
from pages.parts.health.pictures import PICK, Figure, small, table_of
from pages.parts.shared import figures
from pages.parts.shared.session import Session
from pages.parts.shared.wording import as_text
from review.basics.log_paths import log_of
from review.basics.words import counted
from review.log.log import log_state
from review.monitoring.clarifications import EXPIRED
from review.monitoring.comparing import Compared, compared
from review.monitoring.metrics import CHECK, Metric, metrics_for
from review.monitoring.unread import unread_words
from review.sources.collecting.waiting_now import waiting_words

ROW = 3
FIRST = ("traffic", "error_rate", "latency_ms", "cost", "low_confidence", "repair_rate")
MORE = (
    "repair_needed", "thumbs_down", "retries", "tokens_in", "tokens_out", "judges_disagree",
)  # fmt: skip


def show(here: Session) -> None:
    """Draw what waits outside the log, the choices and, as soon as they are counted, the figures."""
    waits = waiting_words(here.store.path)
    if waits:
        st.info(as_text(" ".join(waits)), icon=":material/hourglass_top:")
    chosen = choices.choose(here)
    if chosen is None:
        return
    log, project = log_of(here.store.path), here.project
    key = (str(here.store.path), log_state(log), project.confidence, project.time_zone, repr(chosen))
    work = working.WORK.ask(key, lambda: compared(log, project, chosen.second, chosen.first))
    working.when_done(here, work, lambda: draw(here, work.result()))


def draw(here: Session, found: Compared) -> None:
    """Draw what was counted: what changed first, then the pictures."""
    with st.container(key="health_answer"):
        st.markdown(f"##### {as_text(found.headline)}")
    words = found.second.series.apart_words()
    if words:
        st.caption(as_text(" ".join(words)))
    if found.first is not None:
        st.markdown(f":blue[●] {as_text(found.second.title)} :gray[●] {as_text(found.first.title)}")
    metrics = metrics_for(here.project.confidence, here.project.judges.currency)
    checks = [f"{CHECK}{name}" for name in (found.second.total.checks if found.second.total else ())]
    first, more = _shown(found, metrics, FIRST), _shown(found, metrics, (*MORE, *checks))
    _grid(here, found, first)
    if more:
        with st.expander(f"{len(more)} more figures", expanded=False, icon=":material/stacked_line_chart:"):
            _grid(here, found, more)
            if found.second.total is not None:
                for text in unread_words([found.second.total]):
                    st.caption(as_text(text))
    _types(found)
    _after(found)
    behind.show(here, found, [*first, *more])


def _shown(found: Compared, metrics: dict[str, Metric], names: Sequence[str]) -> list[Figure]:
    """Return the figures of these metrics that some window of either side has."""
    made = [
        Figure(metrics[name], quantile)
        for name in names
        if name in metrics
        for quantile in (("p50", "p95", "p99") if metrics[name].kind == "quantile" else ("",))
    ]
    sides = [side for side in (found.first, found.second) if side is not None]
    windows = [one for side in sides for one in side.series.buckets]
    return [one for one in made if any(one.of(window)[0] is not None for window in windows)]


def _grid(here: Session, found: Compared, shown: Sequence[Figure]) -> None:
    series = [side.title for side in (found.first, found.second) if side is not None]
    tables = {figure.key: table_of(found, figure) for figure in shown}
    for k in range(0, len(shown), ROW):
        for place, figure in zip(st.columns(ROW), shown[k : k + ROW], strict=False):
            with place:
                key = f"health_picture_{figure.key}"
                st.markdown(f"**{as_text(figure.title)}**")
                chart = small(tables[figure.key], figure, series)
                figures.draw(chart, key=key, pick=PICK, picked=partial(_picked, figure.key, key))
    if shown:
        with st.expander("Table and download", icon=":material/table:"):
            frame = pd.concat([tables[one.key].assign(figure=one.title) for one in shown])
            columns = ["figure", "series", "when", "value", "low", "high", "n"]
            figures.table(frame[columns], key=f"health_{shown[0].key}", file_name="health.csv")


def _picked(figure: str, key: str) -> None:
    behind.picked(figure, st.session_state[key])


def _types(found: Compared) -> None:
    """Draw the errors of both sides by type, as a table with intervals."""
    sides = [side for side in (found.first, found.second) if side is not None and side.total is not None]
    rows = [
        {
            "side": side.title, "type of error": name, "share": figures.number(one.value, percent=True),
            "95% interval": figures.interval(one, percent=True),
        }
        for side in sides
        if side.total is not None
        for name, one in side.total.errors.items()
    ]  # fmt: skip
    if rows:
        with st.expander("Errors by type", icon=":material/error:"):
            figures.table(pd.DataFrame(rows), key="health_types", file_name="errors.csv")


def _after(found: Compared) -> None:
    """Say what became of conversations in which the product asked back."""
    if any(one.undefined == EXPIRED for one in found.after.values()):
        st.caption(f"After clarifications: {EXPIRED}.")
    known = {name: one for name, one in found.after.items() if one.value is not None}
    if known:
        n = next(iter(known.values())).n
        rows = [
            {
                "after the question": name, "share": figures.number(one.value, percent=True),
                "95% interval": figures.interval(one, percent=True),
            }
            for name, one in known.items()
        ]  # fmt: skip
        with st.expander(f"After {counted(n, 'clarification')}", icon=":material/contact_support:"):
            st.caption(
                "What became of conversations in which the product asked back: of the conversation itself where it "
                "went on, else of the next one of the session within a day. Left: nobody came back."
            )
            figures.table(pd.DataFrame(rows), key="health_after", file_name="clarifications.csv")
