"""How pytest-xdist divides the tests: by file, browser tests on the first worker, all others on the rest.

Files that load models are one unit of work, and so are those that read our source.

Two browsers side by side make tests of a page wait longer, so they meet only at the end, when one kind has run out.
There is one worker more than cores: a test that waits for a server, a browser or a disk leaves its core to another.
"""

from __future__ import annotations

import importlib
import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from xdist.scheduler import LoadScopeScheduling

if TYPE_CHECKING:
    from xdist.remote import Producer
    from xdist.workermanage import WorkerController

BROWSER = "tests/browser/"
LONG = ("tests/test_promises.py", "tests/test_story.py")
"""Files with a test so long that the others would wait for it at the end. They come first."""
MODELS = "tests/models"
"""The name under which the files that load models go to one worker: PyTorch takes each seven seconds to import."""
WITH_MODELS = (
    *(f"tests/review/checks/test_{name}.py" for name in ("checks_contract", "checks_on_import", "embeddings")),
    *(f"tests/review/checks/test_{name}.py" for name in ("personal_data_library", "personal_data_names")),
    *(f"tests/review/checks/test_{name}.py" for name in ("similarity", "toxicity")),
    "tests/review/failures/test_analysis.py",
    *(f"tests/review/judges/test_{name}.py" for name in ("judge_contract", "local_judge", "text_models")),
)
SOURCE = "tests/source"
"""The name under which the files that read our own source go to one worker: parsing it takes five seconds."""
WITH_SOURCE = (
    *(f"tests/test_{name}.py" for name in ("command_hints", "house", "sql_home")),
    *(f"tests/pages/test_{name}.py" for name in ("charts", "emptied_forms", "labels", "table_links")),
    *("tests/review/test_standard_errors.py", "tests/storage/test_sqlite_utils_alone.py"),
)
MOST_WORKERS = 4
"""More would wait for the browser tests, most of which one worker runs alone."""


class ByFile(LoadScopeScheduling):
    """Give each worker whole files: the first those of browser tests, the others the rest, as long as there are any."""

    def _split_scope(self, nodeid: str) -> str:
        file = nodeid.partition("::")[0]
        return MODELS if file in WITH_MODELS else SOURCE if file in WITH_SOURCE else file

    def _assign_work_unit(self, node: WorkerController) -> None:
        first = next(iter(self.assigned_work)) == node if self.assigned_work else True
        waiting = [*(scope for scope in LONG if scope in self.workqueue), *self.workqueue]
        fitting = next((scope for scope in waiting if scope.startswith(BROWSER) == first), None)
        if fitting is not None:
            self.workqueue.move_to_end(fitting, last=False)
        super()._assign_work_unit(node)


def pytest_xdist_make_scheduler(config: pytest.Config, log: Producer) -> ByFile:
    """Divide by file, whatever ``--dist`` says, in the order of collection."""
    config.option.loadscopereorder = False
    return ByFile(config, log)


def import_share(config: pytest.Config) -> None:
    """Import this worker's share of the test files. All workers collect all files, and do so at the same time.

    What pytest makes of a file's assertions is kept beside the file. So in a clean clone each file is rewritten by one
    worker; before, each was rewritten by all of them, which took them ten seconds each.
    """
    told = getattr(config, "workerinput", None)
    if told is None:
        return
    place, step = int(told["workerid"].removeprefix("gw")), int(told["workercount"])
    for path in _test_files(config)[place::step]:
        if sys.path[0] != str(path.parent):
            sys.path.insert(0, str(path.parent))  # as pytest does
        try:
            importlib.import_module(path.stem)
        except (ImportError, pytest.skip.Exception):
            continue  # collecting it tells why


def _test_files(config: pytest.Config) -> list[Path]:
    folders = [config.invocation_params.dir / argument.partition("::")[0] for argument in config.args]
    return sorted({path for folder in folders if folder.is_dir() for path in folder.rglob("test_*.py")})


def pytest_xdist_auto_num_workers(config: pytest.Config) -> int | None:
    """Return how many workers ``-n auto`` starts: one more than cores, none where only files are named."""
    if "PYTEST_XDIST_AUTO_NUM_WORKERS" in os.environ:
        return None
    named = [Path(argument.partition("::")[0]) for argument in config.args]
    if named and all(path.suffix == ".py" for path in named):
        return 0
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    return min(cores + 1, MOST_WORKERS) if cores > 1 else 0
