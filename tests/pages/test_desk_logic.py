"""The unit tests of the desks' JavaScript, which node runs: ``node --test tests/pages/desk/``."""

from __future__ import annotations

import re
import shutil
import subprocess
from pathlib import Path

import pytest

FOLDER = Path(__file__).parent / "desk"


@pytest.mark.skipif(shutil.which("node") is None, reason="node is not on this machine")
def test_the_logic_of_the_desks() -> None:
    files = sorted(str(path) for path in FOLDER.glob("*.test.mjs"))
    ran = subprocess.run(["node", "--test", *files], capture_output=True, text=True, check=False)
    assert ran.returncode == 0, ran.stdout[-8000:] + ran.stderr
    passed = re.search(r"^\S pass (\d+)$", ran.stdout, re.MULTILINE)
    assert passed and int(passed[1]) >= 45, ran.stdout[-2000:]
