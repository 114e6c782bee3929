"""How pytest-xdist divides the tests: by file, and all browser tests in one part.

Two browsers side by side make tests of a page wait too long. The browser tests come first, because they take longest.
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from xdist.scheduler import LoadScopeScheduling

if TYPE_CHECKING:
    from xdist.remote import Producer

BROWSER = "tests/browser/"
MOST_WORKERS = 4
"""More would wait for the browser tests, which one worker runs alone."""


class ByFile(LoadScopeScheduling):
    """Give each worker whole files, and one worker all files of browser tests."""

    def _split_scope(self, nodeid: str) -> str:
        return BROWSER if nodeid.startswith(BROWSER) else nodeid.partition("::")[0]


def pytest_xdist_make_scheduler(config: pytest.Config, log: Producer) -> ByFile:
    """Divide by file, whatever ``--dist`` says, in the order of collection."""
    config.option.loadscopereorder = False
    return ByFile(config, log)


def pytest_xdist_auto_num_workers(config: pytest.Config) -> int | None:
    """Return how many workers ``-n auto`` starts: one for each core, none where only files are named."""
    if "PYTEST_XDIST_AUTO_NUM_WORKERS" in os.environ:
        return None
    named = [Path(argument.partition("::")[0]) for argument in config.args]
    if named and all(path.suffix == ".py" for path in named):
        return 0
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    return min(cores, MOST_WORKERS) if cores > 1 else 0
