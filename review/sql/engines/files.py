"""The state of a database that is a file."""

from __future__ import annotations

from pathlib import Path

from review.basics.errors import InputError
from review.sql.engines.engine import EngineAddress


def file_of(place: EngineAddress) -> Path:
    """Return the file of an address. Raises InputError when there is none."""
    path = Path(place.path)
    if not path.is_file():
        # A path that was meant to be absolute stands behind the folder that a relative one was taken from.
        ends = (Path("/", *path.parts[k:]) for k in range(1, len(path.parts)))
        absolute = next((end for end in ends if end != path and end.is_file()), None)
        hint = f" An absolute path needs four slashes: {place.scheme}:///{absolute}." if absolute else ""
        raise InputError(f"{place.path}: there is no such database file.{hint}")
    return path


def state_of_files(place: EngineAddress) -> str | None:
    """Return size and time of change of a database file and of the log beside it, which holds its last changes."""
    path = file_of(place)
    parts = []
    for file in (path, path.with_name(path.name + "-wal"), path.with_name(path.name + ".wal")):
        if file.exists():
            stat = file.stat()
            parts.append(f"{file.name}:{stat.st_size}:{stat.st_mtime_ns}")
    return "|".join(parts)
