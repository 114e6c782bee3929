"""Results that outlive a process: files by content and state of the data, in a folder that only its owner reads.

They hold what the database gave, with nothing masked, so a project has to ask for them.
"""

from __future__ import annotations

import contextlib
import hashlib
import os
import sqlite3
import tempfile
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

from review.sql.engines.engine import EngineAddress, Limits
from review.sql.results.result import Result
from review.sql.results.stored import from_bytes, to_bytes

MOST = 5_000
"""Files that a folder keeps; the oldest go first."""
PACKAGES = {"duckdb": "duckdb", "chdb": "chdb"}
"""Engines that come as a package: another version may give another result."""


class KeptResults:
    """The folder of results of one database under one set of limits."""

    def __init__(self, folder: Path, place: EngineAddress, limits: Limits) -> None:
        self.folder = folder
        path = str(Path(place.path).absolute()) if place.path and not place.host else place.path
        self._common = f"{place.scheme}\0{path}\0{place.host}\0{sorted(place.options.items())}\0{limits}"
        self._common += f"\0{_version(place.scheme)}"

    def read(self, state: str, text: str) -> Result | None:
        """Return the result of a statement on this state of the data, or None."""
        file = self._file(state, text)
        try:
            return from_bytes(file.read_bytes())
        except (OSError, ValueError, KeyError, TypeError, ArithmeticError):
            return None

    def write(self, state: str, text: str, result: Result) -> None:
        """Keep a result. A folder that cannot be written keeps nothing."""
        data = to_bytes(result)
        if data is None:
            return
        with contextlib.suppress(OSError):
            self.folder.mkdir(parents=True, exist_ok=True, mode=0o700)
            handle, unfinished = tempfile.mkstemp(dir=self.folder, suffix=".unfinished")
            with os.fdopen(handle, "wb") as file:
                file.write(data)
            Path(unfinished).replace(self._file(state, text))

    def prune(self) -> None:
        """Remove the oldest results beyond ``MOST``."""
        with contextlib.suppress(OSError):
            files = sorted(self.folder.glob("*.json"), key=lambda f: f.stat().st_mtime)
            for file in files[:-MOST]:
                file.unlink(missing_ok=True)

    def _file(self, state: str, text: str) -> Path:
        name = hashlib.sha256(f"{self._common}\0{state}\0{text}".encode()).hexdigest()
        return self.folder / f"{name}.json"


def _version(scheme: str) -> str:
    if scheme == "sqlite":
        return sqlite3.sqlite_version
    try:
        return version(PACKAGES[scheme]) if scheme in PACKAGES else ""
    except PackageNotFoundError:
        return ""
