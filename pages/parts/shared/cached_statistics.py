"""Statistics, computed once per state of the store. The cache keys count rows of the store, they are never a clock."""

from __future__ import annotations

from collections.abc import Mapping

import streamlit as st

from pages.parts.shared.session import Session
from review.annotating.anchoring import Anchoring, anchoring
from review.basics.labels import Ratings
from review.checks.near import Near
from review.current.assignments import owed_items
from review.current.counting import state_of_weeks
from review.current.verdicts import Reference
from review.evidence import gathered
from review.evidence.evidence import Paired
from review.evidence.gathered import JudgeState, judge_state
from review.evidence.judge_evidence import judge_evidence as judge_evidence_of
from review.evidence.judge_vs_people import JudgeVsPeople
from review.evidence.judge_vs_people import judge_vs_people as judge_vs_people_of
from review.evidence.prompt_examples import example_ids
from review.evidence.ties import settle_first
from review.evidence.withheld import withheld_items
from review.judges.workbench.comparing import Comparison, compared
from review.judges.workbench.disagreements import Disagreement
from review.judges.workbench.disagreements import disagreements as disagreements_of
from review.judges.workbench.over_time import OverTime
from review.judges.workbench.over_time import over_time as over_time_of
from review.judges.workbench.workbench import Economy
from review.judges.workbench.workbench import economy as economy_of
from review.judges.workbench.workbench import near_duplicates as near_of
from review.report.model import Quality
from review.report.quality import known_quality, state_of_quality
from review.settling.adjudication import cases
from review.settling.case_batch import ranking as ranking_of
from review.statistics.agreement.report import AgreementReport, agreement_report
from review.statistics.answers.judge_verdict import Evidence
from review.statistics.calibration.report import CalibrationReport, calibration_report
from storage.opening import open_store
from storage.queries.states import WeekState, texts_written
from storage.records_judges import Judge


def agreement(session: Session, weeks: tuple[str, ...], dimension: str) -> AgreementReport | None:
    """Return the agreement of some weeks in one dimension, without the items that the viewer has yet to review.

    None while nobody has rated it.
    """
    found = gathered.ratings(session.store, session.rater.id, weeks).get(dimension)
    if found is None or not len(found):
        return None
    key = str(session.store.path), state_of_weeks(session.store, weeks), weeks
    return _agreement(key, gathered.owed_in(session.store, session.rater.id, weeks), dimension, found)


@st.cache_data(show_spinner="Computing agreement …", max_entries=256)
def _agreement(
    key: tuple[str, WeekState, tuple[str, ...]], owed: tuple[str, ...], dimension: str, _ratings: Ratings
) -> AgreementReport:
    return agreement_report(_ratings)


def changes_of_mind(session: Session, weeks: tuple[str, ...]) -> Anchoring:
    """Return how often reviewers changed a label of these weeks after seeing the verdicts of the judges."""
    return _changes_of_mind(str(session.store.path), judge_state(session.store, weeks), weeks)


@st.cache_data(show_spinner=False, max_entries=64)
def _changes_of_mind(path: str, state: JudgeState, weeks: tuple[str, ...]) -> Anchoring:
    return anchoring(open_store(path, create=False), weeks)


def calibration(session: Session, weeks: tuple[str, ...], judge: str, dimension: str) -> CalibrationReport:
    """Return a judge against the people in one dimension, without opening the test half."""
    pair = gathered.pairs(session.store, session.rater.id, weeks, judge)[dimension]
    return _calibration(*_judge_key(session, weeks, judge), dimension, pair)


@st.cache_data(show_spinner="Computing calibration …", max_entries=64)
def _calibration(key: JudgeKey, judge: str, owed: tuple[str, ...], dimension: str, _pair: Paired) -> CalibrationReport:
    return calibration_report(_pair.data, positive=_pair.dimension.positive)


def judge_evidence(session: Session, weeks: tuple[str, ...], judge: str, epsilon: float) -> list[Evidence]:
    """Return what is known of a judge in each dimension that has a positive value, without opening the test half."""
    pairs = gathered.pairs(session.store, session.rater.id, weeks, judge)
    ratings = gathered.ratings(session.store, session.rater.id, weeks)
    return _judge_evidence(*_judge_key(session, weeks, judge), epsilon, pairs, ratings)


@st.cache_data(show_spinner="Comparing the judges with people …", max_entries=64)
def _judge_evidence(
    key: JudgeKey,
    judge: str,
    owed: tuple[str, ...],
    epsilon: float,
    _pairs: Mapping[str, Paired],
    _ratings: Mapping[str, Ratings],
) -> list[Evidence]:
    return judge_evidence_of(_pairs, _ratings, epsilon=epsilon)


JudgeKey = tuple[str, JudgeState, tuple[str, ...]]


def _judge_key(session: Session, weeks: tuple[str, ...], judge: str) -> tuple[JudgeKey, str, tuple[str, ...]]:
    """Return what the figures of a judge depend on: store, state and weeks, the judge, and what the viewer owes."""
    store = session.store
    owed = gathered.owed_in(store, session.rater.id, weeks)
    return (str(store.path), judge_state(store, weeks), weeks), judge, owed


def disagreements(session: Session, weeks: tuple[str, ...], judge: str) -> dict[str, list[Disagreement]]:
    """Return where a judge and the people differ, by dimension, without opening the test half."""
    return _disagreements(
        *_judge_key(session, weeks, judge), gathered.pairs(session.store, session.rater.id, weeks, judge)
    )


@st.cache_data(show_spinner="Finding the disagreements …", max_entries=32)
def _disagreements(
    key: JudgeKey, judge: str, owed: tuple[str, ...], _pairs: Mapping[str, Paired]
) -> dict[str, list[Disagreement]]:
    return {name: disagreements_of(pair) for name, pair in _pairs.items()}


def near_duplicates(session: Session, weeks: tuple[str, ...], judge: Judge) -> list[Near]:
    """Return the items that say nearly the same as an example in a judge's prompt."""
    # Labels and verdicts change nothing here. An unsaved version has no row yet, so its examples are in the key.
    shown = example_ids(judge)
    if not shown:
        return []
    key = (*texts_written(session.store), shown, *sorted(owed_items(session.store, session.rater.id)))
    return _near(str(session.store.path), key, weeks, session.rater.id, judge)


@st.cache_data(show_spinner=False, max_entries=32)
def _near(path: str, key: tuple[object, ...], weeks: tuple[str, ...], viewer: str, _judge: Judge) -> list[Near]:
    return near_of(open_store(path, create=False), weeks, _judge, viewer=viewer)


def economy(session: Session, weeks: tuple[str, ...], judge: Reference) -> Economy:
    """Return what a version of a judge costs, how long it takes, and which verdicts are missing."""
    return _economy(str(session.store.path), judge_state(session.store, weeks), weeks, judge)


@st.cache_data(show_spinner=False, max_entries=128)
def _economy(path: str, state: JudgeState, weeks: tuple[str, ...], judge: Reference) -> Economy:
    return economy_of(open_store(path, create=False), weeks, judge)


def comparison(session: Session, weeks: tuple[str, ...], judges: tuple[str, ...]) -> dict[str, Comparison]:
    """Return several judges side by side, by dimension, without opening the test half."""
    viewer = session.rater.id
    owed = gathered.owed_in(session.store, viewer, weeks)
    path, state = str(session.store.path), judge_state(session.store, weeks)
    return _comparison(path, state, weeks=weeks, judges=judges, owed=owed, _viewer=viewer)


@st.cache_data(show_spinner="Comparing the judges …", max_entries=32)
def _comparison(
    path: str,
    state: JudgeState,
    *,
    weeks: tuple[str, ...],
    judges: tuple[str, ...],
    owed: tuple[str, ...],
    _viewer: str,
) -> dict[str, Comparison]:
    return compared(open_store(path, create=False), weeks, judges, viewer=_viewer)


def quality(session: Session, week: str) -> tuple[Quality, ...]:
    """Return the estimated quality of production in a week, compared over up to eight weeks as the report has it."""
    return _quality(str(session.store.path), state_of_quality(session.store, week), week)


@st.cache_data(show_spinner="Estimating quality …", max_entries=64)
def _quality(path: str, state: WeekState, week: str) -> tuple[Quality, ...]:
    return known_quality(open_store(path, create=False), week)


def withheld(session: Session, weeks: tuple[str, ...]) -> int:
    """Return how many reviewed items the figures leave out because the viewer still owes them."""
    viewer = session.rater.id
    owed = gathered.owed_in(session.store, viewer, weeks)
    return _withheld(str(session.store.path), state_of_weeks(session.store, weeks), weeks, owed, viewer)


@st.cache_data(show_spinner=False, max_entries=64)
def _withheld(path: str, state: WeekState, weeks: tuple[str, ...], owed: tuple[str, ...], _viewer: str) -> int:
    return withheld_items(open_store(path, create=False), weeks, viewer=_viewer)


def judge_vs_people(session: Session, weeks: tuple[str, ...], judge: str, dimension: str, figure: str) -> JudgeVsPeople:
    """Return how a judge compares with the people in one dimension, with one figure of the human ceiling."""
    pair, viewer = gathered.pairs(session.store, session.rater.id, weeks, judge)[dimension], session.rater.id
    return _judge_vs_people(*_judge_key(session, weeks, judge), dimension, figure, pair, viewer)


@st.cache_data(show_spinner="Comparing with the people …", max_entries=64)
def _judge_vs_people(
    key: JudgeKey, judge: str, owed: tuple[str, ...], dimension: str, figure: str, _pair: Paired, _viewer: str
) -> JudgeVsPeople:
    store, weeks = open_store(key[0], create=False), key[2]
    return judge_vs_people_of(store, weeks, judge, _pair, figures=(figure,), viewer=_viewer)


def ranking(session: Session, week: str) -> dict[str, float]:
    """Return how uncertain the labels of each item are. Settling changes no vote, so the key counts only the votes."""
    return ranking_of(session.store, week)


def open_disagreements(session: Session, week: str) -> tuple[list[str], int]:
    """Return the ties to settle first, in order, and how many disagreements are open for all viewers together."""
    return _open_disagreements(str(session.store.path), state_of_weeks(session.store, (week,)), week)


@st.cache_data(show_spinner=False, max_entries=32)
def _open_disagreements(path: str, state: WeekState, week: str) -> tuple[list[str], int]:
    store = open_store(path, create=False)
    return settle_first(store, week), sum(c.kind == "disputed" for c in cases(store, week, viewer=""))


def over_time(session: Session, weeks: tuple[str, ...], judge: str) -> OverTime:
    """Return one version of a judge week by week, without opening the test half. Raises NothingToDo."""
    viewer = session.rater.id
    owed = gathered.owed_in(session.store, viewer, weeks)
    path, state = str(session.store.path), judge_state(session.store, weeks)
    return _over_time(path, state, weeks=weeks, judge=judge, owed=owed, _viewer=viewer)


@st.cache_data(show_spinner="Computing week by week …", max_entries=32)
def _over_time(
    path: str, state: JudgeState, *, weeks: tuple[str, ...], judge: str, owed: tuple[str, ...], _viewer: str
) -> OverTime:
    return over_time_of(open_store(path, create=False), weeks, judge, viewer=_viewer)
