"""Files that appear in a folder, or in a bucket: each is imported once, and again when it changed.

A bucket is read through pyarrow (``s3://``, ``gs://``), with the credentials that its libraries find by themselves.
"""

from __future__ import annotations

import fnmatch
import shutil
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pyarrow as pa
from pyarrow import fs

from review.basics.errors import InputError
from review.sources.file_sets import FileSet, file_set, trace_format
from review.sources.options import ImportOptions
from review.sources.pulling.puller import Fetched, Fetching, Puller, Visit

GROWING = timedelta(minutes=1)
"""A file that changed so recently may still be written to; the next pull takes it."""
FILES_AT_MOST = 100_000


def fetch(visit: Visit) -> Fetching:
    """Yield the files that are new or have changed, those of one trace format together, others one by one.

    A file that could not be imported is tried again at the next visit.
    """
    system, root = _opened(visit)
    pattern, format = visit.source.options.get("files", "*"), visit.source.options.get("format", "auto")
    there = {one.path: one for one in _files(visit, system, root) if fnmatch.fnmatch(one.base_name, pattern)}
    known = {path: mark for path, mark in visit.cursor.get("files", {}).items() if path in there}
    new = {path: mark for path, one in sorted(there.items()) if (mark := _mark(visit, one)) and known.get(path) != mark}
    places = {str(_local(visit, system, path)): path for path in new}
    for together in _sets(list(places), ImportOptions(format=format)):
        named = [Path(file.name) for file in together.files]
        marks = {places[str(file)]: new[places[str(file)]] for file in named if str(file) in places}
        imported = yield Fetched(
            files=together if len(named) > 1 else named[0],
            name=", ".join(file.name for file in named),
            format=format,
            cursor={"files": {**known, **marks}},
            left_out={},
            independent=True,
        )
        if imported is not False:
            known = {**known, **marks}


def _mark(visit: Visit, one: fs.FileInfo) -> str:
    """Return what tells this version of a file from others; "" for one that is empty or may still be written to."""
    changed = datetime.fromtimestamp((one.mtime_ns or 0) / 1e9, UTC)
    return "" if one.size == 0 or changed > visit.now - GROWING else f"{one.size}:{one.mtime_ns}"


def _sets(files: list[str], options: ImportOptions) -> list[FileSet]:
    """Return the files by what is imported together; a file that cannot be told is a set of its own."""
    sets: dict[str, list[str]] = {}
    for file in files:
        sets.setdefault(trace_format(Path(file), options) or f"file {file}", []).append(file)
    return [FileSet(tuple(file_set(one).files[0] for one in some)) for some in sets.values()]


def _opened(visit: Visit) -> tuple[fs.FileSystem, str]:
    """Return the file system and the folder in it. Raises InputError when it is not there."""
    given = visit.source.options["path"]
    try:
        where = given if "://" in given else str(Path(given).expanduser().resolve())
        system, root = fs.FileSystem.from_uri(where)
        if system.get_file_info(root).type != fs.FileType.Directory:
            raise InputError(f"path: found no folder at {given}. Create it, or correct the path.")
    except (pa.ArrowException, OSError, ValueError) as error:
        raise InputError(f"path: {given} cannot be read ({_first_line(error)}).") from None
    return system, root


def _files(visit: Visit, system: fs.FileSystem, root: str) -> list[fs.FileInfo]:
    try:
        found = system.get_file_info(fs.FileSelector(root, recursive=True))
    except OSError as error:
        raise InputError(f"path: cannot be listed ({_first_line(error)}).") from None
    files = [one for one in found if one.type == fs.FileType.File and not one.base_name.startswith((".", "_"))]
    if len(files) > FILES_AT_MOST:
        raise InputError(f"found {len(files):,} files, expected at most {FILES_AT_MOST:,}.")
    return files


def _local(visit: Visit, system: fs.FileSystem, path: str) -> Path:
    """Return a file of this machine; one in a bucket is copied first."""
    if isinstance(system, fs.LocalFileSystem):
        return Path(path)
    target = visit.folder / Path(path).name
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
