"""Working off a run in a process of its own, so that nobody's review waits for a judge."""

from __future__ import annotations

import os
import subprocess
import sys
import threading
from pathlib import Path

from review.judges.runs.events import run_named
from review.judges.runs.locks import log_path, runs_folder
from storage.records_judges import RunEvent
from storage.store import open_store

BEGUN = ("started", "resumed")
NICENESS = 10
"""How much a worker steps back behind reviewers' processes."""


def in_background(store_path: str | Path, run_id: str) -> None:
    """Start a process that works a run off at low priority, outlives this one, and writes its troubles to a log.

    It acts as the person who started or resumed the run. Keys reach it by the environment and the secrets file,
    never by its arguments. Raises UnknownError when there is no such run.
    """
    path = Path(store_path).resolve()
    store = open_store(path, create=False)
    run = run_named(store, run_id)
    by = next((e.by for e in reversed(store.find(RunEvent, run_id=run_id)) if e.event in BEGUN), run.by)
    runs_folder(path).mkdir(mode=0o700, exist_ok=True)
    words = ("judge", "resume", run_id, "--store", str(path), "--as", by, "--worker")
    descriptor = os.open(log_path(path, run_id), os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
    with os.fdopen(descriptor, "ab") as log:
        process = subprocess.Popen(
            [sys.executable, "-m", "review.commands.cli", *words],
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            start_new_session=True,
            env={**os.environ, "PYTHONPATH": _python_path()},
        )
    # Somebody has to take note of its end, or it stays behind as a zombie of this process.
    threading.Thread(target=process.wait, name=f"worker {run_id}", daemon=True).start()


def _python_path() -> str:
    """Where this very code lies, first: a tree that is not installed runs itself."""
    here = str(Path(__file__).resolve().parents[3])
    return os.pathsep.join([here, *filter(None, [os.environ.get("PYTHONPATH", "")])])


def step_back() -> None:
    """Lower this process's priority, where the system knows such a thing."""
    if hasattr(os, "nice"):
        os.nice(NICENESS)
