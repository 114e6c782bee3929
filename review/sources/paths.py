"""Every place in raw records that a mapping can name, and the place nearest to a path that finds nothing."""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from review.sources.readers.fields import Record, parsed

MAX_PATHS = 400
"""The most places that are listed: a file may have 10,000 columns."""
MAX_DEPTH = 5


def places(records: Sequence[Record], *, most: int = MAX_PATHS) -> dict[str, list[Any]]:
    """Return the values by dotted path, in order of appearance: leaves, lists, and cells with JSON text beside theirs.

    Empty values are left out, but their place is listed.
    """
    found: dict[str, list[Any]] = {}
    for record in records:
        for name, value in record.items():
            _enter(found, str(name), value, MAX_DEPTH, most)
    return found


def _enter(found: dict[str, list[Any]], path: str, value: Any, depth: int, most: int) -> None:
    opened = parsed(value)
    if not isinstance(value, Mapping):
        if path not in found and len(found) >= most:
            return
        cells = found.setdefault(path, [])
        if value not in (None, "", [], {}):
            cells.append(value)
    if isinstance(opened, Mapping) and depth:
        for name, inner in opened.items():
            _enter(found, f"{path}.{name}", inner, depth - 1, most)


def nearest(path: str, known: Iterable[str]) -> str | None:
    """Return the place that somebody most likely meant: by the whole path, else by its last part; None without one."""
    by_folded = {name.casefold(): name for name in known}
    whole = difflib.get_close_matches(path.casefold(), by_folded, n=1, cutoff=0.6)
    if whole:
        return by_folded[whole[0]]
    by_last = {name.rpartition(".")[2].casefold(): name for name in by_folded.values()}
    last = difflib.get_close_matches(path.rpartition(".")[2].casefold(), by_last, n=1, cutoff=0.6)
    return by_last[last[0]] if last else None


def listed(names: Iterable[str], *, most: int = 20) -> str:
    """Return names as a list with commas, cut off after ``most``; those with a comma of their own are quoted."""
    every = [f"'{name}'" if "," in name else name for name in names]
    return ", ".join(every[:most]) + (f", and {len(every) - most:,} more" if len(every) > most else "")
