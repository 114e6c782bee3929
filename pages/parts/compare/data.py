"""What the Compare page reads, kept for all sessions while nothing of it changes. Nobody may change what it returns."""

from __future__ import annotations

from pathlib import Path
from typing import NamedTuple

import streamlit as st

from pages.parts.shared.session import Session
from review.experiments.comparing.comparison import Comparison, compare
from review.experiments.comparing.descriptors import Described, describe
from review.experiments.gating.outcome import Outcome
from review.experiments.gating.settings import GateSettings
from review.experiments.gating.versions_gate import gate_versions
from review.experiments.runs.cases import ReleaseCases, cases_of_release
from review.experiments.runs.running import run_named
from review.experiments.runs.scored import scored_over
from review.experiments.values import ScoredRun
from review.settings.project import project_of
from storage.opening import open_store
from storage.queries.erasing import erasures_so_far
from storage.queries.gate import RunRows, state_of_run
from storage.queries.states import latest_key
from storage.records_experiments import ExperimentEvent, VersionState


class RunState(NamedTuple):
    """A run, and what its scores depend on: they are read again when one of these changes."""

    path: str
    run: str
    rows: RunRows
    settings: float
    erased: int


def state(here: Session, run: str) -> RunState:
    """Return the state of a run in the store."""
    toml = Path(here.store.path).parent / "spotcheck.toml"
    return RunState(
        path=str(here.store.path),
        run=run,
        rows=state_of_run(here.store, run),
        settings=toml.stat().st_mtime if toml.exists() else 0.0,
        erased=erasures_so_far(here.store),
    )


def read(here: Session, run: str) -> ScoredRun:
    """Return a run with its scores."""
    return _read(state(here, run))


@st.cache_resource(show_spinner="Reading the answers …", max_entries=24)
def _read(state: RunState) -> ScoredRun:
    store = open_store(state.path, create=False)
    run = run_named(store, state.run)
    release = _release(state.path, run.release, (state.rows.spans, state.erased))
    return scored_over(store, run, release, project_of(store.path))


@st.cache_resource(show_spinner="Reading the release …", max_entries=4)
def _release(path: str, release: str, state: tuple[int, int]) -> ReleaseCases:
    """Read a release once for all of its runs; ``state`` grows with hidden spans and with erasures, by any process."""
    return cases_of_release(open_store(path, create=False), release)


def compared(here: Session, runs: tuple[str, ...]) -> Comparison:
    """Return some runs side by side; the first is the baseline."""
    return _compared(tuple(state(here, run) for run in runs))


@st.cache_resource(show_spinner="Comparing the answers …", max_entries=12)
def _compared(states: tuple[RunState, ...]) -> Comparison:
    return compare([_read(one) for one in states])


def described(here: Session, runs: tuple[str, ...], own: tuple[tuple[str, str], ...]) -> dict[str, Described]:
    """Return how the answers of some runs read. ``own`` are patterns by name."""
    return _described(tuple(state(here, run) for run in runs), own)


@st.cache_resource(show_spinner="Reading how the answers are worded …", max_entries=12)
def _described(states: tuple[RunState, ...], own: tuple[tuple[str, str], ...]) -> dict[str, Described]:
    return describe(_compared(states), dict(own))


def gated(here: Session, runs: tuple[str, str], names: tuple[str, str, str], settings: GateSettings) -> Outcome:
    """Return what the gate says. ``names`` are baseline, candidate and release; ``runs`` their latest runs."""
    # The gate also reads the runs of other approved versions.
    others = str((latest_key(here.store, VersionState), latest_key(here.store, ExperimentEvent)))
    return _gated((state(here, runs[0]), state(here, runs[1])), names, settings, others)


@st.cache_resource(show_spinner="Asking the gate …", max_entries=24)
def _gated(
    states: tuple[RunState, RunState], names: tuple[str, str, str], settings: GateSettings, others: str
) -> Outcome:
    del others  # a part of the key alone
    baseline, candidate, release = names
    store = open_store(states[0].path, create=False)
    return gate_versions(store, baseline=baseline, candidate=candidate, release=release, settings=settings)
