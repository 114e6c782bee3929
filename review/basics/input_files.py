"""The files that paths name: single files, folders, patterns such as ``logs/*.jsonl``, and zip archives.

Archives are never unpacked to the disk, so names of members write nothing anywhere; one that tries to lead out of the
archive is refused all the same, with the whole archive.
"""

from __future__ import annotations

import zipfile
from collections.abc import Iterable
from pathlib import Path, PurePosixPath
from typing import NamedTuple

from review.basics.errors import InputError
from review.basics.input_file import PACKED, InputFile, input_file

READ = (".jsonl", ".ndjson", ".json", ".csv", ".tsv", ".parquet", ".xlsx", ".pb", ".binpb", ".otlp")
"""Endings of the files that are taken from a folder or an archive; each also packed."""
MAX_FILES = 10_000
_ZIP = b"PK\x03\x04"
_EMPTY_ZIP = b"PK\x05\x06"


class Named(NamedTuple):
    """Files to read, and what was left out of folders and archives, in words."""

    files: tuple[InputFile, ...]
    notes: tuple[str, ...]


def files_of(paths: Iterable[str | Path]) -> Named:
    """Return the files that some paths name, each once. Raises InputError where a path names none."""
    files: dict[str, InputFile] = {}
    notes: list[str] = []
    for path in paths:
        found = _of_path(str(path))
        files |= {file.name: file for file in found.files}
        notes += found.notes
        if len(files) > MAX_FILES:
            raise InputError(f"{path}: found more than {MAX_FILES:,} files, expected at most so many in one import.")
    return Named(tuple(files.values()), tuple(notes))


def _of_path(text: str) -> Named:
    path = Path(text)
    if text == "-" or path.is_file():
        return _of_archive(path) if text != "-" and is_archive(path) else Named((input_file(text),), ())
    if path.is_dir():
        inside = sorted(p for p in path.rglob("*") if p.is_file() and not _hidden(p.relative_to(path).parts))
        return _taken(text, inside)
    if any(mark in text for mark in "*?["):
        base = Path(path.anchor)
        found = sorted(p for p in base.glob(str(path.relative_to(base))) if p.is_file())
        if not found:
            raise InputError(f"{text}: no file has a name of this pattern. Check the folder and the ending.")
        return files_of(found)
    # Reading it says what is wrong.
    return Named((input_file(text),), ())


def _hidden(parts: Iterable[str]) -> bool:
    return any(part.startswith((".", "__MACOSX")) for part in parts)


def _ending(name: str) -> str:
    name = name.lower()
    for packed in PACKED:
        name = name.removesuffix(packed)
    return PurePosixPath(name).suffix


def _taken(where: str, inside: list[Path]) -> Named:
    files: list[InputFile] = []
    left: list[str] = []
    for path in inside:
        if _ending(path.name) in READ:
            files.append(input_file(path))
        elif path.suffix.lower() == ".zip":
            files += _of_archive(path).files
        else:
            left.append(path.name)
    if not files:
        raise InputError(f"{where}: there is no file to read in this folder; expected {', '.join(READ)}.")
    return Named(tuple(files), _left_out(where, left))


def _left_out(where: str, names: list[str]) -> tuple[str, ...]:
    if not names:
        return ()
    shown = ", ".join(names[:5]) + (", ..." if len(names) > 5 else "")
    return (f"{where}: {len(names):,} other files were not read: {shown}",)


def is_archive(path: Path) -> bool:
    """Whether a file is a zip archive of files, and not a spreadsheet, which is a zip archive inside."""
    with path.open("rb") as file:
        if file.read(4) not in (_ZIP, _EMPTY_ZIP):
            return False
    try:
        with zipfile.ZipFile(path) as archive:
            return not any(name.startswith(("xl/", "[Content_Types]")) for name in archive.namelist())
    except zipfile.BadZipFile:
        return path.suffix.lower() == ".zip"


def inside_archive(archive: str, name: str) -> PurePosixPath:
    """Return the place of a file in an archive. Raises InputError for a name that leads out of it."""
    place = PurePosixPath(name.replace("\\", "/"))
    if place.is_absolute() or ".." in place.parts or ":" in "".join(place.parts[:1]):
        raise InputError(
            f"{archive}: the archive has a file named '{name}', which leads out of it; nothing was read. Unpack the "
            "archive only if you trust who sent it."
        )
    return place


def _of_archive(path: Path) -> Named:
    try:
        with zipfile.ZipFile(path) as archive:
            members = [info for info in archive.infolist() if not info.is_dir()]
    except (zipfile.BadZipFile, OSError) as error:
        raise InputError(f"{path}: not readable as zip ({error}). Pack the files again, or unpack them.") from None
    files: list[InputFile] = []
    left: list[str] = []
    names = [info.filename for info in members]
    twice = next((name for name in names if names.count(name) > 1), None) if len(set(names)) < len(names) else None
    if twice is not None:
        raise InputError(f"{path}: the archive has two files named '{twice}'; only one could be read. Pack it again.")
    for info in members[: MAX_FILES + 1]:
        place = inside_archive(str(path), info.filename)
        if info.flag_bits & 1:
            raise InputError(f"{path}: '{info.filename}' needs a password. Unpack the archive and import the files.")
        if _hidden(place.parts):
            continue
        if _ending(info.filename) in READ:
            files.append(InputFile(f"{path}/{info.filename}", path=path, member=info.filename))
        else:
            left.append(info.filename)
    if not files:
        raise InputError(f"{path}: there is no file to read in this archive; expected {', '.join(READ)}.")
    return Named(tuple(files), _left_out(str(path), left))
