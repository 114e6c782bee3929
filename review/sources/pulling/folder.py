"""Files that appear in a folder, or in a bucket: each is imported once, and again when it changed.

A bucket is read through pyarrow (``s3://``, ``gs://``), with the credentials that its libraries find by themselves.
"""

from __future__ import annotations

import fnmatch
import re
import shutil
from collections.abc import Generator, Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import NamedTuple

import pyarrow as pa
from pyarrow import fs

from review.basics.errors import InputError
from review.basics.input_file import InputFile
from review.sources.file_sets import FileSet, trace_format
from review.sources.options import ImportOptions
from review.sources.pulling.puller import Fetched, Fetching, Puller, Visit

GROWING = timedelta(minutes=1)
"""A file that changed so recently may still be written to; the next pull takes it."""
YOUNG = "that changed in the last minute"
FILES_AT_MOST = 100_000


def fetch(visit: Visit) -> Fetching:
    """Yield the files that are new or have changed, those of one trace format together, others one by one.

    A file of a bucket is copied when its turn comes, and the copy is removed after its import. A file that could not be
    read or imported is tried again at the next visit. Files that may still be written to are counted at the end.
    """
    system, root = _opened(visit)
    pattern, format = visit.source.options.get("files", "*"), visit.source.options.get("format", "auto")
    there = {one.path: one for one in _files(visit, system, root) if fnmatch.fnmatch(one.base_name, pattern)}
    known = {path: mark for path, mark in visit.cursor.get("files", {}).items() if path in there}
    marks = {path: mark for path, one in sorted(there.items()) if (mark := _mark(visit, one))}
    traces: dict[str, list[_Copy]] = {}
    for number, path in enumerate(path for path, mark in marks.items() if known.get(path) != mark):
        name = path.removeprefix(root).lstrip("/")
        try:
            copy = _Copy(path, name, _local(visit, system, path, number))
        except (OSError, pa.ArrowException) as error:
            yield Fetched.failed(name, InputError(f"{name}: cannot be read ({_first_line(error)})."))
            continue
        if shape := trace_format(copy.file, ImportOptions(format=format)):
            traces.setdefault(shape, []).append(copy)
        else:
            known = yield from _given(visit, [copy], known, marks)
    for copies in traces.values():
        known = yield from _given(visit, copies, known, marks)
    if growing := sum(1 for one in there.values() if _may_grow(visit, one)):
        left_out = {f"{'file' if growing == 1 else 'files'} {YOUNG}": growing}
        yield Fetched(files=FileSet(()), name="", format="auto", cursor={"files": known}, left_out=left_out)


class _Copy(NamedTuple):
    """A file by its path at the source and its name in the folder, and where this machine can read it."""

    path: str
    name: str
    file: Path


def _given(
    visit: Visit, copies: list[_Copy], known: dict[str, str], marks: Mapping[str, str]
) -> Generator[Fetched, bool | None, dict[str, str]]:
    """Yield files that belong together, and return what is known afterwards."""
    after = {**known, **{one.path: marks[one.path] for one in copies}}
    files = FileSet(tuple(InputFile(one.name, path=one.file) for one in copies))
    imported = yield Fetched(
        files=files,
        name=files.name,
        format=visit.source.options.get("format", "auto"),
        cursor={"files": after},
        left_out={},
        independent=True,
    )
    for one in copies:
        if one.file.parent == visit.folder:
            one.file.unlink()
    return known if imported is False else after


def _mark(visit: Visit, one: fs.FileInfo) -> str:
    """Return what tells this version of a file from others; "" for one that is empty or may still be written to."""
    return "" if one.size == 0 or _may_grow(visit, one) else f"{one.size}:{one.mtime_ns}"


def _may_grow(visit: Visit, one: fs.FileInfo) -> bool:
    return datetime.fromtimestamp((one.mtime_ns or 0) / 1e9, UTC) > visit.now - GROWING


def _opened(visit: Visit) -> tuple[fs.FileSystem, str]:
    """Return the file system and the folder in it. Raises InputError when it is not there."""
    given = visit.source.options["path"]
    try:
        where = given if "://" in given else str(Path(given).expanduser().resolve())
        system, root = fs.FileSystem.from_uri(where)
        if system.get_file_info(root).type != fs.FileType.Directory:
            raise InputError(f"path: found no folder at {without_keys(given)}. Create it, or correct the path.")
    except (pa.ArrowException, OSError, ValueError) as error:
        why = without_keys(_first_line(error))
        raise InputError(f"path: {without_keys(given)} cannot be read ({why}).") from None
    return system, root


def without_keys(text: str) -> str:
    """Return an address, or a text with one in it, without the keys that may stand before its host."""
    return re.sub(r"(?<=://)[^/\s'\"?#]*@", "", text)


def _files(visit: Visit, system: fs.FileSystem, root: str) -> list[fs.FileInfo]:
    try:
        found = system.get_file_info(fs.FileSelector(root, recursive=True))
    except OSError as error:
        raise InputError(f"path: cannot be listed ({_first_line(error)}).") from None
    files = [one for one in found if one.type == fs.FileType.File and not one.base_name.startswith((".", "_"))]
    if len(files) > FILES_AT_MOST:
        raise InputError(f"found {len(files):,} files, expected at most {FILES_AT_MOST:,}.")
    return files


def _local(visit: Visit, system: fs.FileSystem, path: str, number: int) -> Path:
    """Return a file of this machine; one in a bucket is copied first. Names repeat in the folders of a bucket."""
    if isinstance(system, fs.LocalFileSystem):
        return Path(path)
    target = visit.folder / f"{number}-{Path(path).name}"
    with system.open_input_stream(path, compression=None) as source, target.open("wb") as copy:
        shutil.copyfileobj(source, copy)
    return target


def _first_line(error: Exception) -> str:
    return str(error).splitlines()[0] if str(error) else type(error).__name__


PULLER = Puller(
    about="files of a folder or a bucket",
    needs={"path": "a folder, or an address such as s3://bucket/exports"},
    may={"files": "a pattern of names, such as *.jsonl.gz", "format": "the format of the files, if not told by keys"},
    fetch=fetch,
    remote=False,
)
