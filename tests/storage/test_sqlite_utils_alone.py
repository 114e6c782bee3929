"""A command does not wait for libraries that it does not need: sqlite_utils, which asks for pandas, has one door."""

from __future__ import annotations

import ast
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

from syntax_trees import nodes, tree

ROOT = Path(__file__).resolve().parents[2]
DOOR = "storage/migrations/sqlite_utils_alone.py"
STARTED = """
import sys
import storage.opening, review.commands.people, review.commands.labels, review.commands.setup
print(*sorted({"pandas", "streamlit", "scipy", "sklearn", "altair"} & sys.modules.keys()))
import pandas, numpy
print(pandas.DataFrame({"n": numpy.arange(3)}).n.sum())
"""


def test_commands_start_without_pandas_and_scipy_and_who_needs_pandas_has_it_afterwards() -> None:
    run = subprocess.run([sys.executable, "-c", STARTED], cwd=ROOT, capture_output=True, text=True, check=True)
    assert run.stdout.splitlines() == ["", "3"]


def imported_at_run_time(module: ast.Module) -> Iterator[str]:
    """Names of the modules that this one imports when it is imported itself, or later."""
    for_types = {
        one
        for node in module.body
        if isinstance(node, ast.If) and ast.unparse(node.test) == "TYPE_CHECKING"
        for one in ast.walk(node)
    }
    for one in nodes(module, ast.Import, ast.ImportFrom):
        if one in for_types:
            continue
        if isinstance(one, ast.Import):
            yield from (alias.name for alias in one.names)
        elif one.module:
            yield one.module


def test_sqlite_utils_comes_through_one_door() -> None:
    files = [path for floor in ("storage", "review", "pages") for path in (ROOT / floor).rglob("*.py")]
    found = {
        path.relative_to(ROOT).as_posix()
        for path in files
        if any(name.partition(".")[0] == "sqlite_utils" for name in imported_at_run_time(tree(path)))
    }
    assert found == {DOOR}
