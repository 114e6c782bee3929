"""The lists of names behind the rules: functions, parts of a query, types, formats. They stand in lists.toml."""

from __future__ import annotations

import functools
import tomllib
from pathlib import Path


@functools.cache
def names_in(name: str) -> frozenset[str]:
    """Return the names of one list; of a dialect without a list, none."""
    return frozenset(_lists().get(name, "").split())


@functools.cache
def _lists() -> dict[str, str]:
    return tomllib.loads((Path(__file__).parent / "lists.toml").read_text(encoding="utf-8"))
