"""Where the embedded log of a store is."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class LogPaths:
    """Two folders beside the store: masked conversations, and unmasked originals that only their owner can read.

    Each holds one folder per import, with Parquet files whose names begin with the week.
    """

    logs: Path
    originals: Path

    @property
    def rejects(self) -> Path:
        """The folder with one file of rejected records per import, beside the log."""
        return self.logs.with_suffix(".rejects")


def log_of(store_path: str | Path) -> LogPaths:
    """Return the log of a store: ``<store file>.logs`` and ``<store file>.originals``."""
    return LogPaths(Path(f"{store_path}.logs"), Path(f"{store_path}.originals"))


def literal_path(path: Path) -> str:
    """Return the path with its wildcards in brackets, so that DuckDB takes them literally."""
    return "".join(f"[{c}]" if c in "*?[" else c for c in str(path))
