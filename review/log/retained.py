"""What retention left of the files of a week, and which files that replaces.

Retention writes what stays of a week into a folder of its own, ``<logs>/retained-<week>-<run>``, and makes it visible
by one renaming. Until the files that it replaces are removed, ``replaces.json`` names them and nothing reads them:
so the log holds either what it held before or what stays, also after a kill at any moment.
"""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

import orjson

PREFIX = "retained-"
REPLACES = "replaces.json"
"""Names the files that are replaced, by their paths inside the folder of the log; gone once they are removed."""
RUN = "run.json"
"""What the run said of the week, so that it can be recorded after a kill."""
COUNTS, USERS, EXPIRED, FAILURES = "counts", "users", "expired", "failures"
"""Folders inside: hourly counts, days of users, keyed hashes of ids, and failures of what expired."""


def retained_folders(logs: Path) -> list[Path]:
    """Return the folders of retention that are whole, sorted by name: by week."""
    return sorted(logs.glob(f"{PREFIX}*"))


def parts(logs: Path, kind: str) -> list[Path]:
    """Return the files of one kind that retention left, such as ``COUNTS``, sorted."""
    return sorted(logs.glob(f"{PREFIX}*/{kind}/*.parquet"))


def visible(logs: Path, files: Iterable[Path]) -> list[Path]:
    """Return the files without those that retention has replaced and not removed yet."""
    gone = {logs / name for file in logs.glob(f"{PREFIX}*/{REPLACES}") for name in _named(file)}
    return [file for file in files if file not in gone] if gone else list(files)


def _named(file: Path) -> list[str]:
    try:
        return list(orjson.loads(file.read_bytes()))
    except FileNotFoundError:  # removed since the folder was listed: what it named is removed too
        return []
