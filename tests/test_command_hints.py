"""A message is read on pages too, so it quotes no command; what the command line adds is in ``command_hint``."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest
from syntax_trees import nodes, tree

ROOT = Path(__file__).resolve().parents[1]
COMMAND = re.compile(r"`spotcheck |(?<![\w-])--[a-z][a-z-]+")
ONLY_ON_THE_COMMAND_LINE = {
    "review/basics/whole_files.py",
    "review/demo/build.py",
    "review/exchange/items.py",
    "review/exchange/labels.py",
    "review/experiments/gating/workflows.py",
    "review/experiments/runs/background.py",
    "review/judges/runs/worker.py",
    "review/serving/collector_process.py",
    "review/serving/nightly_process.py",
    "review/serving/server.py",
    "review/settings/starter.py",
    "review/sources/files.py",
    "review/sources/readers/mapping.py",
    "review/statistics/agreement/files.py",
}
"""Modules that no page calls with an option of a person, or that start processes. A page that does moves its text."""


def quoted(module: ast.Module) -> list[tuple[int, str]]:
    """Return the line and text of each string that quotes a command, docstrings and hints apart."""
    apart: set[int] = set()
    for node in nodes(module, ast.keyword, ast.Expr, ast.Assign):
        if isinstance(node, ast.keyword) and node.arg == "command_hint":
            apart.update(id(part) for part in ast.walk(node.value))
        if isinstance(node, ast.Expr):
            apart.add(id(node.value))
        if isinstance(node, ast.Assign) and any(isinstance(t, ast.Name) and t.id == "hint" for t in node.targets):
            apart.update(id(part) for part in ast.walk(node.value))
    return [
        (node.lineno, node.value)
        for node in nodes(module, ast.Constant)
        if isinstance(node.value, str) and id(node) not in apart and COMMAND.search(node.value)
    ]


def test_no_page_and_no_message_quotes_a_command() -> None:
    found = {
        f"{path.relative_to(ROOT).as_posix()}:{line}: {text}"
        for folder in ("pages", "review", "storage")
        for path in (ROOT / folder).rglob("*.py")
        if path.relative_to(ROOT).as_posix() not in ONLY_ON_THE_COMMAND_LINE
        and not path.is_relative_to(ROOT / "review" / "commands")
        for line, text in quoted(tree(path))
    }
    assert not found


def test_a_module_that_quotes_no_command_leaves_the_list() -> None:
    assert not [name for name in ONLY_ON_THE_COMMAND_LINE if not quoted(tree(ROOT / name))]


@pytest.mark.parametrize(
    ("source", "caught"),
    [
        ('raise Refused("Run `spotcheck sample` first.")', True),
        ('st.info(f"Give {x} with --map.")', True),
        ('raise Refused("Nothing here.", command_hint="`spotcheck sample` draws.")', False),
        ('def f():\n    """Serve --port."""', False),
    ],
)
def test_a_quoted_command_is_caught_and_a_hint_is_not(source: str, *, caught: bool) -> None:
    assert bool(quoted(ast.parse(source))) is caught
