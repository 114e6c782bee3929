"""Gather what is known of a version or a month: its run, what it served, and how much of that people reviewed."""

from __future__ import annotations

from collections.abc import Callable
from statistics import median

from review.basics.log_paths import log_of
from review.experiments.comparing.trend import Side
from review.experiments.values import ScoredRun
from review.failures.loop_figures import minutes_to_causes
from review.log.served import MONTH, served
from storage.queries.gate import reviewed_conversations, runs_finished
from storage.records_experiments import ExperimentRun
from storage.records_failures import FailureTriage
from storage.store import Store


def side_of(store: Store, name: str, *, read: Callable[[str], ScoredRun]) -> Side:
    """Return a side. ``read`` returns a run by its id.

    The run of a version is its latest finished one; that of a month is the last one that finished and was started in
    that month, whatever the version.
    """
    month = MONTH.fullmatch(name) is not None
    run = _run_of_month(store, name) if month else _run_of_version(store, name)
    return Side(
        name=name,
        run=read(run) if run else None,
        served=served(log_of(store.path), name),
        reviewed=reviewed_conversations(store, name, month=month),
        minutes_to_cause=_minutes_to_cause(store, name, month=month),
    )


def _minutes_to_cause(store: Store, name: str, *, month: bool) -> float | None:
    """Return the median minutes to the root cause of failures of a version, or of those triaged in a month."""
    timed = minutes_to_causes(store.find(FailureTriage))
    found = [m for one, m in timed if (one.at.startswith(name) if month else one.version == name)]
    return median(found) if found else None


def _run_of_version(store: Store, version: str) -> str | None:
    found = [run for name, _, run in runs_finished(store) if name == version]
    return found[-1] if found else None


def _run_of_month(store: Store, month: str) -> str | None:
    finished = {run for _, _, run in runs_finished(store)}
    found = [row.id for row in store.find(ExperimentRun) if row.at.startswith(month) and row.id in finished]
    return found[-1] if found else None
