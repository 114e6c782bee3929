"""Runs as lists and figures for commands and pages."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

from review.experiments.runs.accuracy import Accuracy, accuracy_of
from review.experiments.runs.judged import judged_figures
from review.experiments.runs.running import run_named, run_state
from review.experiments.runs.scored import latest_run, scored_run
from review.experiments.runs.summary import RunFigures, figures_of
from review.experiments.values import ScoredRun
from review.judges.runs.locks import State
from review.settings.project import Project
from storage.queries.experiments import answers_counted, latest_event_of
from storage.records_experiments import ExperimentRun
from storage.store import Store


@dataclass(frozen=True, kw_only=True)
class VersionRunStatus:
    """How far a run is: ``done`` of ``total`` answers are there, ``missing`` of them by cause, ``cached`` taken over.

    ``said`` is why it stopped or failed, "" otherwise; ``notes`` are what the target's files or lines gave to note.
    """

    run: ExperimentRun
    state: State
    total: int
    done: int
    missing: dict[str, int]
    cached: int
    said: str
    notes: tuple[str, ...] = ()

    def to_json(self) -> dict[str, Any]:
        """Return the status."""
        return asdict(self)


def statuses(store: Store, runs: Sequence[ExperimentRun]) -> list[VersionRunStatus]:
    """Return the status of some runs, in order."""
    counted: dict[str, list[tuple[str, int, int]]] = {}
    for row in answers_counted(store, [r.id for r in runs]):
        counted.setdefault(row.run, []).append((row.cause, row.n, row.cached))
    found = []
    for run in runs:
        rows, event = counted.get(run.id, []), latest_event_of(store, run.id)
        detail = event.detail if event is not None else {}
        found.append(
            VersionRunStatus(
                run=run,
                state=run_state(store, run.id),
                total=answers_wanted(run),
                done=sum(n for _, n, _ in rows),
                missing={cause: n for cause, n, _ in rows if cause},
                cached=sum(cached for _, _, cached in rows),
                said=str(detail.get("said", "")),
                notes=tuple(detail.get("notes", ())),
            )
        )
    return found


def answers_wanted(run: ExperimentRun) -> int:
    """Return how many answers a whole run has."""
    repeats, more = int(run.options.get("repeats", 1)), run.options.get("more") or {}
    return (run.cases - len(more)) * repeats + sum(more.values())


def list_runs(
    store: Store, *, version: str | None = None, release: str | None = None, limit: int | None = None
) -> list[VersionRunStatus]:
    """Return the status of runs, newest first."""
    where = {k: v for k, v in (("version", version), ("release", release)) if v is not None}
    return statuses(store, store.find(ExperimentRun, order_by="rowid desc", **where)[:limit])


def status_of(store: Store, run_id: str) -> VersionRunStatus:
    """Return the status of one run. Raises UnknownError."""
    return statuses(store, [run_named(store, run_id)])[0]


def run_figures(store: Store, run_id: str, *, project: Project) -> RunFigures:
    """Return the figures of a run, those of its judges corrected by their calibration. Raises UnknownError."""
    return figures_on_store(store, scored_run(store, run_id, project=project))


def figures_on_store(store: Store, run: ScoredRun) -> RunFigures:
    """Return the figures of a run that was read already, as :func:`run_figures` does."""
    return figures_of(run, judges=judged_figures(store, run.scorers, run.cases))


def accuracy_by_release(store: Store, version: str, *, project: Project) -> dict[str, Accuracy]:
    """Return the combined accuracy of a version on each release, from its latest finished run there."""
    releases = dict.fromkeys(r.release for r in store.find(ExperimentRun, version=version))
    found = {}
    for release in releases:
        run = latest_run(store, version=version, release=release, project=project)
        if run is not None:
            found[release] = accuracy_of(run)
    return found
