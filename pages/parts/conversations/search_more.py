"""More ways to search the log: by what a run of a judge said here, and a word on lists that are cut."""

from __future__ import annotations

from collections.abc import Mapping

import streamlit as st

from pages.parts.shared.session import Session
from review.basics.words import counted
from review.log.search_choices import JUDGED, MOST_CHOICES, Choices
from storage.queries.judged_conversations import RunOfJudge, conversations_of_run, runs_with_verdicts, values_of_run


def judged_here(here: Session) -> list[str] | None:
    """Ask for a run of a judge and what it said; return the conversations, None without a choice."""
    runs = {run.id: run for run in runs_with_verdicts(here.store)}
    if not runs:
        return None
    chosen = st.selectbox(
        "Run of a judge", list(runs), index=None, key="browse_run", width=260,
        format_func=lambda run: _run_in_words(runs[run]),
    )  # fmt: skip
    if chosen is None:
        return None
    values = {(dimension, value): n for dimension, value, n in values_of_run(here.store, chosen)}
    given = st.selectbox(
        "What it said", list(values), index=None, placeholder="anything", key=f"browse_run_{chosen}", width=260,
        format_func=lambda one: f"{one[0]}: {one[1]} ({values[one]:,})",
    )  # fmt: skip
    return conversations_of_run(here.store, chosen, given)


def _run_in_words(run: RunOfJudge) -> str:
    """Return a run as a list shows it; the widget needs words that no other run has."""
    at = run.at[:19].replace("T", " ")
    return f"{run.judge}@{run.version}, {run.target}, {at}, {counted(run.verdicts, 'verdict')} ({run.id[:6]})"


def cut(known: Choices, titles: Mapping[str, str]) -> None:
    """Say which lists hold only the most frequent values."""
    typed = [titles[name] for name in titles if name in known.cut]
    if typed:
        several = f"{', '.join(typed[:-1])} and {typed[-1]}" if len(typed) > 1 else typed[0]
        st.caption(
            f"{several}: the log has more than {MOST_CHOICES} values. The {MOST_CHOICES} most frequent are listed, of "
            "weeks the latest; type any other."
        )
    if JUDGED in known.cut:
        st.caption(f"Verdict of a judge: the first {MOST_CHOICES} values are listed; the log has more.")
