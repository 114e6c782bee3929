"""Work on a run in a separate process, so that no review waits for a judge."""

from __future__ import annotations

import os
import subprocess
import sys
import threading
from collections.abc import Sequence
from pathlib import Path

from review.basics import request_id
from review.judges.runs.events import run_named
from review.judges.runs.locks import log_path, runs_folder
from storage.opening import open_store
from storage.records_judges import RunEvent

BEGUN = ("started", "resumed")
NICENESS = 10
"""How much lower a worker's priority is than that of reviewers' processes."""


def in_background(store_path: str | Path, run_id: str) -> None:
    """Start a process that works on a run at low priority, outlives this one, and writes its errors to a log.

    It acts as the person who started or resumed the run. Keys reach it through the environment and the secrets file,
    never through its arguments. Raises UnknownError for an unknown run.
    """
    path = Path(store_path).resolve()
    store = open_store(path, create=False)
    run = run_named(store, run_id)
    by = next((e.by for e in reversed(store.find(RunEvent, run_id=run_id)) if e.event in BEGUN), run.by)
    start_worker(path, run_id, ("judge", "resume", run_id, "--store", str(path), "--as", by, "--worker"))


def start_worker(path: Path, run_id: str, words: Sequence[str]) -> None:
    """Start the command line with these words in a process of its own, for a run of the store at ``path``."""
    runs_folder(path).mkdir(mode=0o700, exist_ok=True)
    descriptor = os.open(log_path(path, run_id), os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
    with os.fdopen(descriptor, "ab") as log:
        process = subprocess.Popen(
            [sys.executable, "-m", "review.commands.cli", *words],
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            start_new_session=True,
            env={**request_id.environment(), "PYTHONPATH": _python_path()},
        )
    # Wait for its end somewhere, or it stays behind as a zombie of this process.
    threading.Thread(target=process.wait, name=f"worker {run_id}", daemon=True).start()


def _python_path() -> str:
    """Return a path that begins with this code, so that a source tree that is not installed runs itself."""
    here = str(Path(__file__).resolve().parents[3])
    return os.pathsep.join([here, *filter(None, [os.environ.get("PYTHONPATH", "")])])


def step_back() -> None:
    """Lower the priority of this process, where the system allows it."""
    if hasattr(os, "nice"):
        os.nice(NICENESS)
