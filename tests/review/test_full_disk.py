"""A disk that fills up during an import: nothing half written, one sentence, exit code 1."""

from __future__ import annotations

import json
import os
import random
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
from small_disks import mounted
from warm_commands import run

from review.basics.errors import NoSpace, NothingToDo

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A real file system of 3 MB: an empty store with its log of changes takes most of it."""
    with mounted(tmp_path / "small", "3000k") as folder:
        yield folder


def spotcheck(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    return run(arguments, environment={**os.environ, "PYTHONPATH": str(ROOT)}, folder=folder)


def test_an_import_that_fills_the_disk_leaves_nothing(small_disk: Path, tmp_path: Path) -> None:
    rng = random.Random(0)
    rows = [{"id": str(k), "question": "".join(rng.choices("abcdefghijklm ", k=400))} for k in range(8_000)]
    (tmp_path / "many.jsonl").write_text("\n".join(map(json.dumps, rows)), encoding="utf-8")
    assert spotcheck(small_disk, "init", "--name", "maria").returncode == 0
    done = spotcheck(small_disk, "import", str(tmp_path / "many.jsonl"))
    assert done.returncode == 1
    assert "the disk is full; nothing was added" in done.stderr and "Traceback" not in done.stderr
    assert [p.name for p in (small_disk / "spotcheck.db.logs").iterdir()] == [".lock"]
    few = tmp_path / "few.jsonl"
    few.write_text("\n".join(map(json.dumps, rows[:50])), encoding="utf-8")
    assert spotcheck(small_disk, "import", str(few)).returncode == 0


def test_only_a_full_disk_is_called_full() -> None:
    assert isinstance(NoSpace.from_error(OSError(28, "No space left on device"), "log"), NoSpace)
    assert NoSpace.from_error(PermissionError(13, "Permission denied"), "log") is None
    assert NoSpace.from_error(NothingToDo("x"), "log") is None
