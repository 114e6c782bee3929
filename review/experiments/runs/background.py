"""Work on a run in a process of its own, so that no page and no review waits for the product."""

from __future__ import annotations

from pathlib import Path

from review.judges.runs.worker import start_worker


def run_in_background(store_path: str | Path, run_id: str, *, by: str) -> None:
    """Start a process that works on a run at low priority and outlives this one."""
    path = Path(store_path).resolve()
    start_worker(path, run_id, ("runs", "resume", run_id, "--store", str(path), "--as", by, "--worker"))
