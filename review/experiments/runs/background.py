"""Work on a run in a process of its own, so that no page and no review waits for the product."""

from __future__ import annotations

from review.experiments.runs.recording import GOING
from review.experiments.runs.running import run_named
from review.judges.runs.worker import start_worker
from storage.records_experiments import ExperimentEvent
from storage.store import Store


def run_in_background(store: Store, run_id: str) -> None:
    """Start a process that works on a run at low priority and outlives this one.

    It acts as the person who started or resumed the run. Raises UnknownError for an unknown run.
    """
    run, path = run_named(store, run_id), store.path.resolve()
    by = next((e.by for e in reversed(store.find(ExperimentEvent, run_id=run_id)) if e.event in GOING), run.by)
    start_worker(path, run_id, ("runs", "resume", run_id, "--store", str(path), "--as", by, "--worker"))
