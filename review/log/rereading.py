"""Read the log again when files went while it was read: retention replaces them, and an undo hides them."""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import ParamSpec, TypeVar

import duckdb

TIMES = 3
P = ParamSpec("P")
R = TypeVar("R")


def rereading(read: Callable[P, R]) -> Callable[P, R]:
    """Return a function that lists the files of the log anew, up to ``TIMES``, when one of them went meanwhile.

    A query opens all of its files before it gives the first row, and then reads them to the end even if they go.
    """

    @functools.wraps(read)
    def again(*given: P.args, **named: P.kwargs) -> R:
        for _ in range(TIMES - 1):
            try:
                return read(*given, **named)
            except (duckdb.IOException, FileNotFoundError) as error:
                if not is_gone(error):
                    raise
        return read(*given, **named)

    return again


def is_gone(error: Exception) -> bool:
    """Whether an error says that a file is not there any more."""
    words = ("No files found", "No such file", "Cannot open file")
    return isinstance(error, FileNotFoundError) or any(said in str(error) for said in words)
