"""The unit tests of the desks' JavaScript, which node runs: ``node --test tests/pages/desk/``."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
from pathlib import Path

import pytest

FOLDER = Path(__file__).parent / "desk"


@pytest.mark.skipif(shutil.which("node") is None, reason="node is not on this machine")
def test_the_logic_of_the_desks(tmp_path: Path) -> None:
    """All files in one process: ``node --test`` starts one for each, and each reads the desks anew."""
    whole = tmp_path / "all.mjs"
    whole.write_text("".join(f"import {json.dumps(path.as_uri())};\n" for path in sorted(FOLDER.glob("*.test.mjs"))))
    ran = subprocess.run(["node", str(whole)], capture_output=True, text=True, check=False)
    assert ran.returncode == 0, ran.stdout[-8000:] + ran.stderr
    passed = re.search(r"^\S pass (\d+)$", ran.stdout, re.MULTILINE)
    assert passed and int(passed[1]) >= 45, ran.stdout[-2000:]
