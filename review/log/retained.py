"""What retention left of the files of a week, in a folder of its own, ``<logs>/retained-<week>-<run>``.

It takes the place of the files of the week as :mod:`review.log.replaced` says.
"""

from __future__ import annotations

from pathlib import Path

from review.log.replaced import RETAINED

COUNTS, USERS, EXPIRED, FAILURES = "counts", "users", "expired", "failures"
"""Folders inside: hourly counts, days of users, keyed hashes of ids, and failures of what expired."""


def retained_folders(logs: Path) -> list[Path]:
    """Return the folders of retention that are whole, sorted by name: by week."""
    return sorted(logs.glob(f"{RETAINED}*"))


def parts(logs: Path, kind: str) -> list[Path]:
    """Return the files of one kind that retention left, such as ``COUNTS``, sorted."""
    return sorted(logs.glob(f"{RETAINED}*/{kind}/*.parquet"))
