"""What people prefer where they compared pairs of answers; nothing in weeks without pairs."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import replace

import pandas as pd
import streamlit as st

from pages.parts.shared import figures
from pages.parts.shared.session import Session
from pages.parts.shared.wording import as_text
from review.current.counting import state_of_weeks
from review.evidence.gathered import owed_in
from review.evidence.pair_votes import pair_votes
from review.statistics.agreement.words import plain_words
from review.statistics.preference.report import PairReport, pair_report
from review.statistics.preference.votes import PairVote
from review.statistics.preference.words import position_words, preference_words, strength_words
from review.statistics.quantity import Quantity
from storage.queries.pairs import has_pairs
from storage.queries.states import WeekState

SENTENCES = 6
"""Preferences in words; the chart has all of them."""


def pairs(here: Session, weeks: tuple[str, ...]) -> None:
    """Draw what people prefer in these weeks, whether the first place pulls, and how strong each answer is."""
    if not has_pairs(here.store, weeks):
        return
    st.subheader("Pairs of answers")
    votes = pair_votes(here.store, weeks, viewer=here.rater.id)
    if not votes:
        st.info(
            "No pair has a vote that you may see yet. A week in which you compare pairs yourself is shown once it is "
            "closed.",
            icon=":material/compare:",
        )
        return
    owed = owed_in(here.store, here.rater.id, weeks)
    report = _report((str(here.store.path), state_of_weeks(here.store, weeks), weeks), owed, votes)
    for found in report.preferences[:SENTENCES]:
        st.markdown(as_text(preference_words(found)))
    _shares(report)
    _strengths(report)
    _place(here, report)
    st.markdown(f"**Do people agree on pairs?** {as_text(plain_words(report.agreement))}")


@st.cache_data(show_spinner="Comparing the answers …", max_entries=64)
def _report(
    key: tuple[str, WeekState, tuple[str, ...]], owed: tuple[str, ...], _votes: Sequence[PairVote]
) -> PairReport:
    return pair_report(_votes)


def _shares(report: PairReport) -> None:
    shares = {f"{a} over {b}": share for a, b, share in (p.preferred for p in report.preferences)}
    if len(shares) > 1:
        figures.forest(shares, key="pairs_shares", file_name="preferences.csv", percent=True, names="preferred")


def _strengths(report: PairReport) -> None:
    """Draw the strengths of three or more answers; of two, the share says the same."""
    found = report.strengths
    if len(report.preferences) < 2:
        return
    st.markdown(f"**How strong each answer is.** {as_text(strength_words(report))}")
    if found.by_name:
        st.caption("How often each is preferred to an answer of average strength, by the Bradley-Terry model.")
        chances = {name: chance(q) for name, q in found.by_name.items()}
        figures.forest(chances, key="pairs_strengths", file_name="strengths.csv", percent=True, names="answer")


def chance(strength: Quantity) -> Quantity:
    """Return how often an answer of this strength is preferred to one of average strength."""

    def preferred(x: float) -> float:
        return 1 / (1 + math.exp(-x))

    if strength.value is None or strength.ci is None:
        return strength
    low, high = map(preferred, strength.ci)
    return replace(strength, value=preferred(strength.value), ci=(low, high), se=None)


def _place(here: Session, report: PairReport) -> None:
    st.markdown(f"**Does the first place pull?** {as_text(position_words(report.position))}")
    rows = [
        {
            "reviewer": here.names.get(rater, rater),
            "choices": q.n,
            "chose the first answer": figures.number(q.value, percent=True),
            "interval": figures.interval(q, percent=True),
        }
        for rater, q in report.position_by_rater.items()
    ]
    with st.expander("Each reviewer and the first place"):
        figures.table(pd.DataFrame(rows), key="pairs_places", file_name="first-place.csv")
