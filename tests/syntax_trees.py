"""Syntax trees of our files, parsed once for all tests of a process that read them."""

from __future__ import annotations

import ast
import functools
import gc
from collections import defaultdict
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any


@functools.cache
def tree(path: Path) -> ast.Module:
    """Return the tree of a file; nobody may change it.

    A tree has no circles to collect, and looking for them takes three times as long as parsing.
    """
    collecting = gc.isenabled()
    gc.disable()
    try:
        return ast.parse(path.read_text(encoding="utf-8"))
    finally:
        if collecting:
            gc.enable()


@functools.cache
def _by_kind(module: ast.Module) -> Mapping[type[ast.AST], list[Any]]:
    found: defaultdict[type[ast.AST], list[Any]] = defaultdict(list)
    for node in ast.walk(module):
        found[type(node)].append(node)
    return found


def nodes(module: ast.Module, *kinds: type[ast.AST]) -> Iterator[Any]:
    """Yield the nodes of some kinds, kind after kind. A module is walked through once, whatever is asked of it."""
    found = _by_kind(module)
    for kind in kinds:
        yield from found.get(kind, ())
