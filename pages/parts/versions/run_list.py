"""Runs on the Versions page: start one, follow it, pause it, resume it, read its figures."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd
import streamlit as st

from pages.parts.shared import figures, session
from pages.parts.shared.session import Session
from pages.parts.shared.trying import tried
from pages.parts.shared.wording import as_text
from pages.parts.versions import people_check, start_run
from review.basics.words import capital, counted
from review.experiments.runs.background import run_in_background
from review.experiments.runs.listing import VersionRunStatus, list_runs, run_figures
from review.experiments.runs.running import ask_pause, ask_resume, kind_of
from review.experiments.runs.summary import RunFigures
from review.experiments.targets.target import CAUSES

SHOWN = 8
REFRESH = 2.0
"""Seconds between two refreshes while a run is in progress."""
COLOURS = {"running": "blue", "paused": "orange", "interrupted": "orange", "finished": "green", "failed": "red"}


def run_list(here: Session, version: str | None = None) -> None:
    """Draw the form that starts a run and the latest runs, of one version or of all."""
    with st.expander("Start a run", icon=":material/play_circle:"):
        start_run.start_form(here, version)
    active = [s.run.id for s in _latest(here, version) if s.state == "running"]
    # Refresh only while a run is in progress.
    st.fragment(_list, run_every=REFRESH if active else None)(here, version, active)


def _latest(here: Session, version: str | None) -> list[VersionRunStatus]:
    return list_runs(here.store, version=version, limit=SHOWN)


def _list(here: Session, version: str | None, active: Sequence[str]) -> None:
    """Show the latest runs; when one of them ends, rerun the page so that it shows the figures."""
    session.stay(here.store, here.rater.id, "adjudicator")
    found = _latest(here, version)
    if {s.run.id for s in found if s.state == "running"} != set(active):
        st.rerun()
    if not found:
        st.caption("No run yet. Start one above.")
    for status in found:
        _run(here, status)


def _run(here: Session, s: VersionRunStatus) -> None:
    run = s.run
    with st.container(border=True, key=f"version_run_{run.id}"):
        st.markdown(f"**{as_text(run.version)}** over {as_text(run.release)} :{COLOURS[s.state]}-badge[{s.state}]")
        asked = f"{s.done:,} of {counted(s.total, 'question')} asked"
        if s.state != "finished":
            st.progress(min(s.done / s.total, 1.0) if s.total else 1.0, text=asked)
        taken = f" · {s.cached:,} taken over from earlier runs" if s.cached else ""
        by = here.names.get(run.by, run.by)
        st.caption(as_text(f"{asked}{taken} · {kind_of(run)} · {run.at[:16].replace('T', ' ')} UTC by {by} · {run.id}"))
        for cause, n in s.missing.items():
            st.caption(as_text(f"{counted(n, 'answer')} missing: {CAUSES.get(cause, cause)}"))
        for said in (s.said, *s.notes):
            if said:
                (st.error if s.state == "failed" else st.warning)(as_text(said), icon=":material/info:")
        if s.state == "finished":
            with st.expander("Figures", key=f"version_run_figures_{run.id}", on_change="rerun") as box:
                if box.open:
                    _figures(run_figures(here.store, run.id, project=here.project), here.project.judges.currency)
                    people_check.show(here, run.id)
        _buttons(here, s)


def _figures(found: RunFigures, currency: str) -> None:
    """Draw the figures of a run."""
    figures.figure("Combined accuracy", found.accuracy.combined, percent="tenths")
    for words in (found.accuracy.words, found.accuracy.rules_words):
        if words:
            st.caption(as_text(f"{capital(words)}."))
    for reason, n in found.not_scored.items():
        st.caption(as_text(f"{counted(n, 'case')} not scored: {reason}"))
    if found.scores:
        figures.forest(
            found.scores, key=f"run_{found.run}_scores", file_name="scores.csv", percent="tenths", names="scorer"
        )
    for name, judged in found.judges.items():
        st.markdown(as_text(f"{name}: {figures.number(judged.corrected.value, percent='tenths')}"))
        st.caption(as_text(f"{figures.interval(judged.corrected, percent='tenths')}. {judged.said}"))
    for dimension, classes in found.classes.items():
        frame = pd.DataFrame([{dimension: value, **shown} for value, shown in classes.items()])
        figures.table(frame.round(3), key=f"run_{found.run}_{dimension}", file_name=f"{dimension}.csv")
    parts = []
    if found.latency_ms["p50"] is not None:
        parts.append(f"median {found.latency_ms['p50']:,.0f} ms, 95% within {found.latency_ms['p95']:,.0f} ms")
    parts += [f"{found.tokens:,} tokens"] if found.tokens else []
    parts += [f"cost {found.cost:,.4f} {currency}".rstrip()] if found.cost is not None else ["cost not known"]
    st.caption(as_text(" · ".join(parts)))


def _buttons(here: Session, s: VersionRunStatus) -> None:
    name = s.run.id
    if s.state == "running" and st.button("Pause", icon=":material/pause:", key=f"version_run_pause_{name}"):
        tried(lambda: ask_pause(here.store, name, by=here.rater.id))
    elif s.state in ("paused", "interrupted", "failed") and st.button(
        "Resume", icon=":material/play_arrow:", key=f"version_run_resume_{name}"
    ):

        def resume() -> None:
            ask_resume(here.store, name, by=here.rater.id, background=True)
            run_in_background(here.store, name)

        tried(resume)
