"""Statistics computed once per state of the store: the cache key is the head of the audit chain, never a clock."""

from __future__ import annotations

import streamlit as st

from pages.parts.session import Session
from review import evidence
from review.agreement import AgreementReport, agreement_report
from review.calibration.report import CalibrationReport, calibration_report
from review.production import judges_of_frame, production_quality
from review.quality import QualityReport
from review.settling import ranking as ranking_of
from review.standing import Standing
from review.standing import standing as standing_of
from storage.store import Store, open_store


def state_of(store: Store) -> int:
    """A number that grows with every change: each is a row of the audit chain."""
    return int(store.query("SELECT coalesce(max(sequence), 0) AS head FROM audit")[0]["head"])


def agreement(session: Session, weeks: tuple[str, ...]) -> dict[str, AgreementReport]:
    """The agreement of some weeks by dimension, without the items that the viewer still owes."""
    return _agreement(str(session.store.path), state_of(session.store), weeks, session.rater.id)


@st.cache_data(show_spinner="Computing agreement …", max_entries=64)
def _agreement(path: str, state: int, weeks: tuple[str, ...], viewer: str) -> dict[str, AgreementReport]:
    store = open_store(path, create=False)
    found = evidence.ratings_by_dimension(store, weeks, viewer=viewer)
    return {name: agreement_report(ratings) for name, ratings in found.items() if len(ratings)}


def calibration(session: Session, weeks: tuple[str, ...], judge: str) -> dict[str, CalibrationReport]:
    """A judge against the people in some weeks, by dimension."""
    return _calibration(str(session.store.path), state_of(session.store), weeks, judge, session.rater.id)


@st.cache_data(show_spinner="Computing calibration …", max_entries=64)
def _calibration(
    path: str, state: int, weeks: tuple[str, ...], judge: str, viewer: str
) -> dict[str, CalibrationReport]:
    store = open_store(path, create=False)
    pairs = evidence.paired_labels(store, weeks, judge, viewer=viewer)
    return {name: calibration_report(p.data, positive=p.dimension.positive) for name, p in pairs.items()}


def quality(session: Session, weeks: tuple[str, ...]) -> dict[tuple[str, str], QualityReport]:
    """The estimated quality of production by dimension and positive value, sharpened by a judge where one is known."""
    return _quality(str(session.store.path), state_of(session.store), weeks)


@st.cache_data(show_spinner="Estimating quality …", max_entries=64)
def _quality(path: str, state: int, weeks: tuple[str, ...]) -> dict[tuple[str, str], QualityReport]:
    store = open_store(path, create=False)
    rubric = evidence.latest_used_rubric(store, weeks)
    judges = judges_of_frame(store, weeks)
    return {
        (d.name, d.positive): production_quality(
            store, weeks, d, positive=d.positive, judge=judges[0] if judges else None
        )
        for d in rubric.dimensions
        if d.positive is not None
    }


def standing(session: Session, weeks: tuple[str, ...], judge: str, dimension: str) -> Standing:
    """A judge beside the people in one dimension."""
    return _standing(str(session.store.path), state_of(session.store), weeks, judge, dimension, session.rater.id)


@st.cache_data(show_spinner="Comparing with the people …", max_entries=64)
def _standing(path: str, state: int, weeks: tuple[str, ...], judge: str, dimension: str, viewer: str) -> Standing:
    store = open_store(path, create=False)
    pair = evidence.paired_labels(store, weeks, judge, viewer=viewer)[dimension]
    return standing_of(store, weeks, judge, pair, viewer=viewer)


def ranking(session: Session, week: str) -> dict[str, float]:
    """How uncertain each item's labels are. Settling changes no vote, so the state is that of the votes alone."""
    state = session.store.query(
        "SELECT (SELECT coalesce(max(rowid), 0) FROM annotations) AS votes, "
        "(SELECT coalesce(max(rowid), 0) FROM withdrawals) AS withdrawn"
    )[0]
    return _ranking(str(session.store.path), (state["votes"], state["withdrawn"]), week)


@st.cache_data(show_spinner="Ordering the cases …", max_entries=32)
def _ranking(path: str, state: tuple[int, int], week: str) -> dict[str, float]:
    return ranking_of(open_store(path, create=False), week)
