"""Where the embedded log of a store lies."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class LogPaths:
    """Two folders beside the store: masked conversations for everybody, unmasked originals for the owner alone.

    Each holds one folder per import, of Parquet files whose names begin with the week.
    """

    logs: Path
    originals: Path


def log_of(store_path: str | Path) -> LogPaths:
    """The log of a store: ``<store file>.logs`` and ``<store file>.originals``."""
    return LogPaths(Path(f"{store_path}.logs"), Path(f"{store_path}.originals"))


def literal_path(path: Path) -> str:
    """The path as DuckDB takes it, with brackets that keep it from reading wildcards into a name."""
    return "".join(f"[{c}]" if c in "*?[" else c for c in str(path))
