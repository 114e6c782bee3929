"""Files that somebody drops into the application: kept beside the store until they are imported, unpacked if zipped.

The folder holds unmasked texts, so only its owner can read it, and what is a day old is removed.
"""

from __future__ import annotations

import shutil
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path, PurePosixPath
from typing import BinaryIO

from review.basics.clock import new_id, now
from review.basics.errors import InputError
from review.basics.input_files import inside_archive
from review.basics.unpacking import DAMAGED
from review.basics.words import counted

KEPT_SECONDS = 24 * 3600
MAX_FILES = 500
"""The most files that one zip archive may hold."""
MAX_UNPACKED = 2 * 1024**3
"""The most bytes that one zip archive may unpack to."""
MAX_RATIO = 200
"""How many times larger than its packed form a file may be: text packs 20 times, a zip bomb 1,000 times."""
BLOCK = 1 << 20
SUFFIXES = (".jsonl", ".ndjson", ".json", ".csv", ".tsv", ".parquet", ".xlsx", ".pb", ".binpb", ".otlp", ".gz", ".zst")
"""Files in an archive that are looked at; others are named and left out."""
HIDDEN = ("__MACOSX", ".")


def uploads_of(store_path: str | Path) -> Path:
    """Return the folder of dropped files, beside the store."""
    return Path(f"{store_path}.uploads")


def keep(store_path: str | Path, name: str, data: bytes | memoryview) -> tuple[list[Path], list[str]]:
    """Write a dropped file and return the files to import, with sentences about what was left out.

    A zip archive gives the files in it. Raises InputError for an archive that is damaged, locked or too large.
    """
    room = uploads_of(store_path)
    room.mkdir(mode=0o700, exist_ok=True)
    folder = room / new_id()
    folder.mkdir(mode=0o700)
    target = folder / _safe(name)
    with _private(target) as file:
        file.write(data)
    if target.suffix.lower() != ".zip":
        return [target], []
    try:
        return unpacked(target, folder / "files")
    except InputError:
        shutil.rmtree(folder, ignore_errors=True)
        raise
    finally:
        target.unlink(missing_ok=True)


def forget(file: Path, store_path: str | Path) -> None:
    """Remove a dropped file, and its folder once it is the last one in it. Removing it again does nothing."""
    room = uploads_of(store_path)
    if room not in file.parents:
        return
    file.unlink(missing_ok=True)
    for folder in file.parents:
        if folder == room or (folder.exists() and any(folder.iterdir())):
            return
        if folder.exists():
            folder.rmdir()


def unpacked(archive: Path, target: Path) -> tuple[list[Path], list[str]]:
    """Unpack the logs of a zip archive into a new folder and return them with sentences about what was left out.

    Names in the archive never become paths: each file gets its last name alone. Raises InputError, also for a name
    that leads out of the archive, as the command does.
    """
    try:
        with zipfile.ZipFile(archive) as packed:
            whole = [entry for entry in packed.infolist() if not entry.is_dir()]
            for entry in whole:
                inside_archive(archive.name, entry.filename)
            entries = [entry for entry in whole if not _is_hidden(entry.filename)]
            _check(archive.name, entries)
            wanted = [e for e in entries if PurePosixPath(e.filename).suffix.lower() in SUFFIXES]
            others = [e.filename for e in entries if e not in wanted]
            if not wanted:
                raise InputError(
                    f"{archive.name}: the archive holds no log; expected files ending in {', '.join(SUFFIXES)}."
                )
            target.mkdir(mode=0o700)
            files, damaged = _all_extracted(packed, wanted, target, archive.name)
    except (*DAMAGED, OSError, RuntimeError) as error:
        raise InputError(f"{archive.name}: not readable as a zip archive ({error}). Pack it again.") from None
    left = [f"{archive.name}: left out {', '.join(others[:5])}{', ...' if len(others) > 5 else ''}"] if others else []
    if not files:
        raise InputError(" ".join(damaged))
    return files, [*left, *damaged]


def _all_extracted(
    packed: zipfile.ZipFile, wanted: list[zipfile.ZipInfo], target: Path, name: str
) -> tuple[list[Path], list[str]]:
    """Write files of an archive; return them, and a sentence about each that is damaged."""
    files, damaged = list[Path](), list[str]()
    for entry in wanted:
        path = _free(target, entry.filename)
        try:
            _extract(packed, entry, path, name)
            files.append(path)
        except (*DAMAGED, NotImplementedError) as error:
            path.unlink(missing_ok=True)
            damaged.append(f"{name}: '{entry.filename}' is damaged and was left out ({error}). Pack it again.")
    return files, damaged


def _check(name: str, entries: list[zipfile.ZipInfo]) -> None:
    if len(entries) > MAX_FILES:
        raise InputError(f"{name}: found {counted(len(entries), 'file')}, expected at most {MAX_FILES}. Split it.")
    if any(entry.flag_bits & 1 for entry in entries):
        raise InputError(f"{name}: the archive is locked with a password. Unpack it, or pack it without one.")
    size = sum(entry.file_size for entry in entries)
    if size > MAX_UNPACKED:
        raise InputError(
            f"{name}: found {size / 1024**3:,.1f} GB of files, expected at most {MAX_UNPACKED // 1024**3} GB. Split it."
        )
    bomb = next((e for e in entries if e.file_size > MAX_RATIO * max(e.compress_size, 1024)), None)
    if bomb is not None:
        raise InputError(
            f"{name}: '{bomb.filename}' unpacks to {bomb.file_size / max(bomb.compress_size, 1):,.0f} times its size, "
            f"expected at most {MAX_RATIO} times. An archive like this can fill the disk."
        )


def _free(target: Path, name: str) -> Path:
    """Return a path in the folder that no other file has yet."""
    last = _safe(PurePosixPath(name).name)
    path, number = target / last, 1
    while path.exists():
        number += 1
        path = target / f"{number}-{last}"
    return path


def _extract(packed: zipfile.ZipFile, entry: zipfile.ZipInfo, path: Path, name: str) -> None:
    """Write one file of an archive; never more bytes than the archive declares."""
    left = entry.file_size
    with packed.open(entry) as source, _private(path) as file:
        while block := source.read(BLOCK):
            left -= len(block)
            if left < 0:
                raise InputError(f"{name}: '{entry.filename}' is larger than the archive says. Pack it again.")
            file.write(block)


def _is_hidden(name: str) -> bool:
    return any(part.startswith(HIDDEN) for part in PurePosixPath(name).parts if part not in (".", ".."))


def _safe(name: str) -> str:
    """Return the last part of a name without characters that mean something in a path; never empty."""
    last = name.replace("\\", "/").rpartition("/")[2].replace("\0", "")
    return (last.lstrip(".") or "file")[-120:]


@contextmanager
def _private(path: Path) -> Iterator[BinaryIO]:
    path.touch(mode=0o600, exist_ok=False)
    with path.open("wb") as file:
        yield file


def old_uploads(store_path: str | Path) -> list[Path]:
    """Return the folders of what was dropped a day ago and never imported."""
    room = uploads_of(store_path)
    folders = [folder for folder in room.iterdir() if folder.is_dir()] if room.is_dir() else []
    before = datetime.fromisoformat(now()).timestamp() - KEPT_SECONDS
    return [folder for folder in folders if folder.stat().st_mtime < before]


def expire_uploads(store_path: str | Path) -> int:
    """Remove what was dropped a day ago and never imported; returns how many drops that were."""
    old = old_uploads(store_path)
    for folder in old:
        shutil.rmtree(folder, ignore_errors=True)
    return len(old)
