"""Files of the log that other files have replaced: nothing reads them any more, and they are removed afterwards.

What takes their place stands in a folder of its own that is written under a hidden name. It becomes visible by one
renaming, and with it ``replaces.json``, which names the files that it replaces. So the log holds either what it held
before or what takes its place, also after a kill at any moment.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any, NamedTuple

import orjson

from review.basics.log_paths import LogPaths
from review.basics.whole_files import sync

RETAINED, MERGED = "retained-", "merged-"
"""Begin the names of folders that retention left, and of those that hold what many small imports brought."""
REPLACES = "replaces.json"
"""Names the files that are replaced, by their paths inside the folder of the log; gone once they are removed."""
RUN = "run.json"
"""What wrote the folder says of itself, so that it can be recorded after a kill, and which originals are replaced."""


def visible(logs: Path, pattern: str) -> list[Path]:
    """Return the files of a pattern without those that others have replaced and that are not removed yet.

    The folder is listed again when a replacement began or ended meanwhile, or did both, so that no row is missing or
    there twice.
    """
    now = _replacements(logs)
    while True:
        files = [file for file in logs.glob(pattern) if file not in now.gone]
        before, now = now, _replacements(logs)
        if now == before:
            return files


class _Replacements(NamedTuple):
    """The folders that take the place of files, and those of these files that are still there."""

    folders: frozenset[str]
    gone: frozenset[Path]


def _replacements(logs: Path) -> _Replacements:
    folders = _folders(logs)
    gone = (logs / name for folder in folders for name in _named(folder / REPLACES))
    return _Replacements(frozenset(folder.name for folder in folders), frozenset(gone))


def _folders(logs: Path) -> list[Path]:
    return [folder for folder in logs.glob("*") if folder.name.startswith((RETAINED, MERGED))]


def replaced_originals(log: LogPaths) -> set[Path]:
    """Return the files of originals that others have replaced and that are not removed yet.

    The caller holds the lock of the log.
    """
    unfinished = (folder for folder in _folders(log.logs) if is_unfinished(folder))
    return {log.originals / name for folder in unfinished for name in _told(folder)["originals"]}


def _named(file: Path) -> list[str]:
    try:
        return list(orjson.loads(file.read_bytes()))
    except FileNotFoundError:  # removed since the folder was listed: what it named is removed too
        return []


def describe(staged: Path, log: LogPaths, *, logs: Iterable[Path], originals: Iterable[Path], run: Any) -> None:
    """Write into the hidden folder ``staged`` which files of the log it replaces, and what the run says of itself."""
    (staged / REPLACES).write_bytes(orjson.dumps([str(path.relative_to(log.logs)) for path in logs]))
    names = [str(path.relative_to(log.originals)) for path in originals]
    (staged / RUN).write_bytes(orjson.dumps({"run": run, "originals": names}))


def run_of(folder: Path) -> Mapping[str, Any]:
    """Return what the run that wrote a folder said of itself."""
    run: Mapping[str, Any] = _told(folder)["run"]
    return run


def _told(folder: Path) -> Mapping[str, Any]:
    found: Mapping[str, Any] = orjson.loads((folder / RUN).read_bytes())
    return found


def is_unfinished(folder: Path) -> bool:
    """Whether files that a folder replaces may still be there."""
    return (folder / REPLACES).exists()


def removed(log: LogPaths, folder: Path) -> None:
    """Remove the files that a folder replaces; does nothing when they are gone already."""
    if not is_unfinished(folder):
        return
    replaces = folder / REPLACES
    for home, names in ((log.originals, _told(folder)["originals"]), (log.logs, orjson.loads(replaces.read_bytes()))):
        for name in names:
            (home / name).unlink(missing_ok=True)
        for parent in {(home / name).parent for name in names}:
            _remove_empty(parent, home)
    replaces.unlink()
    sync(folder)


def _remove_empty(folder: Path, home: Path) -> None:
    while folder != home and folder.is_dir() and not any(folder.iterdir()):
        folder.rmdir()
        folder = folder.parent
