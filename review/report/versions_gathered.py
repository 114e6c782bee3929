"""Gather the accuracy of the version in force, and of those that ran since the last report."""

from __future__ import annotations

from review.experiments.runs.accuracy import accuracy_of
from review.experiments.runs.scored import scored_runs
from review.experiments.versions.registry import in_force
from review.report.versions import VersionFigure
from storage.queries.gate import runs_finished
from storage.records_experiments import ExperimentRun
from storage.store import Store

MOST = 4
"""The latest runs that a report shows."""


def versions_in(store: Store, since: str, until: str) -> tuple[VersionFigure, ...]:
    """Return the accuracy of the version in force, then of each that ran between two moments (ISO 8601), latest first.

    Each counts by its latest finished run over a release.
    """
    finished = runs_finished(store)
    if not finished:
        return ()
    at = {run.id: run.at for run in store.find(ExperimentRun, id=[run for _, _, run in finished])}
    known = [one for one in reversed(finished) if at[one[2]] <= until]
    force = in_force(store)
    name = force.id if force is not None else ""
    first = next((one for one in known if one[0] == name), None)
    ran = [one for one in known if since < at[one[2]] and one != first]
    chosen = ([first] if first else []) + ran
    shown = chosen[:MOST]
    runs = scored_runs(store, [run for _, _, run in shown])
    return tuple(
        VersionFigure(version=version, release=release, in_force=version == name, accuracy=accuracy_of(run))
        for (version, release, _), run in zip(shown, runs, strict=True)
    )
