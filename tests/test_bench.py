"""The benchmarks start by the command that their first line names, though no test runs them."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
BENCHES = sorted(path.name for path in (ROOT / "tests" / "bench").glob("*.py"))

IMPORT_ALL = """
import runpy, sys
from pathlib import Path
bench, own = Path("tests/bench").resolve(), list(sys.path)
for name in sys.argv[1:]:
    paths = [str(bench.parent)] if "PYTHONPATH=.:tests" in (bench / name).read_text()[:900] else []
    sys.path[:] = [str(bench), *own, *paths]
    for module, loaded in list(sys.modules.items()):
        if "/tests/" in (getattr(loaded, "__file__", None) or ""):
            del sys.modules[module]
    try:
        runpy.run_path(str(bench / name), run_name="imported")
    except ImportError as error:
        print(f"{name}: {error}")
"""


def test_each_benchmark_finds_what_it_imports() -> None:
    found = subprocess.run(
        [sys.executable, "-c", IMPORT_ALL, *BENCHES], cwd=ROOT, env={"PYTHONPATH": str(ROOT), "PATH": ""},
        capture_output=True, text=True, timeout=300, check=True,
    )  # fmt: skip
    assert not found.stdout, found.stdout
