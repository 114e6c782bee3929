"""Empty the files beside the store: the log, its originals, and what other parts of Spotcheck keep there."""

from __future__ import annotations

import gzip
import zipfile
import zlib
from collections.abc import Iterable, Iterator
from contextlib import suppress
from functools import partial
from io import BytesIO
from pathlib import Path

import orjson
import pyarrow as pa
import pyarrow.parquet as pq

from review.basics.leaves import leaves
from review.basics.log_paths import log_of
from review.erasure.person import Person
from review.erasure.tables import leaving_of
from review.erasure.texts import Finder, unescaped
from review.log.erasing import (
    conversation_files,
    drop_originals,
    original_files,
    originals_of,
    rename_users,
    replace_file,
    rows_with_texts,
    sweep_parts,
    take_out,
    told_files,
    user_files,
    users_among,
)
from review.log.staging import log_lock, sweep
from review.privacy.erased import ERASED
from storage.store import Store

MOST_UNPACKED = 1 << 31
"""The most bytes of a packed file that are looked through."""
DAMAGED = (OSError, EOFError, zlib.error, zipfile.BadZipFile, RuntimeError, pa.ArrowException)
"""What a packed file that is damaged, or locked with a password, raises."""


def log_rows(store: Store, person: Person) -> int:
    """Return how many conversations of the log still have texts."""
    leaving = leaving_of(store, person)
    return sum(len(rows_with_texts(path, leaving)) for path in conversation_files(log_of(store.path)))


def empty_log(store: Store, person: Person) -> int:
    """Take the texts out of the conversations of the log; return how many."""
    log, leaving = log_of(store.path), leaving_of(store, person)
    with log_lock(log):
        sweep(log)
        sweep_parts(log)
        return sum(take_out(path, leaving) for path in conversation_files(log))


def told_rows(store: Store, person: Person) -> int:
    """Return how many late rows still have texts."""
    leaving = leaving_of(store, person)
    return sum(len(rows_with_texts(path, leaving)) for path in told_files(log_of(store.path)))


def empty_told(store: Store, person: Person) -> int:
    """Take the texts out of late rows; return how many."""
    log, leaving = log_of(store.path), leaving_of(store, person)
    with log_lock(log):
        return sum(take_out(path, leaving) for path in told_files(log))


def user_days(store: Store, person: Person) -> int:
    """Return how many rows of figures by user and day name the user."""
    return sum(users_among(path, person.users) for path in user_files(log_of(store.path)))


def rename_user_days(store: Store, person: Person) -> int:
    """Give the rows of figures by user and day another name for the user; return how many."""
    log = log_of(store.path)
    with log_lock(log):
        return sum(rename_users(path, person.users, person.alias) for path in user_files(log))


def originals(store: Store, person: Person) -> int:
    """Return how many originals there are."""
    files = original_files(log_of(store.path))
    return sum(1 for path in files for _ in originals_of(path, person.conversations))


def empty_originals(store: Store, person: Person) -> int:
    """Remove the originals; return how many."""
    log = log_of(store.path)
    with log_lock(log):
        return sum(drop_originals(path, person.conversations) for path in original_files(log))


def lines_with(paths: Iterable[Path], finder: Finder) -> Iterator[tuple[Path, list[str], list[int]]]:
    """Yield each text file in which one of the texts stands, with its lines, and the places of those lines."""
    for path in paths:
        lines = path.read_text(encoding="utf-8", errors="replace").splitlines(keepends=True)
        hits = finder.places([unescaped(line) for line in lines])
        if hits:
            yield path, lines, hits


def empty_lines(paths: Iterable[Path], finder: Finder) -> int:
    """Put ``ERASED`` in the place of the texts in some text files; return how many lines changed."""
    changed = 0
    for path, lines, hits in list(lines_with(paths, finder)):
        for n in hits:
            lines[n] = _line_without(lines[n], finder)
        text = "".join(lines)
        replace_file(path, partial(_write, text=text))
        changed += len(hits)
    return changed


def _write(part: Path, *, text: str) -> None:
    part.write_text(text, encoding="utf-8")


def _line_without(line: str, finder: Finder) -> str:
    """Return a line without the texts; one of JSON stays JSON. A line in which they stay is emptied as a whole."""
    try:
        left = orjson.dumps(finder.without(orjson.loads(line))).decode()
    except orjson.JSONDecodeError:
        left = finder.without(line.rstrip("\r\n"))
    end = "\n" if line.endswith("\n") else ""
    return (f'"{ERASED}"' if finder.holds(unescaped(left)) else left) + end


def files_with(paths: Iterable[Path], finder: Finder) -> list[Path]:
    """Return the files in which one of the texts stands, as it is or packed."""
    return [path for path in paths if any(finder.places([text]) for text in texts_of(path))]


def texts_of(path: Path) -> Iterator[str]:
    """Yield what a file says, unpacked and without the escapes of JSON: a text for each part or row of it."""
    try:
        data = path.read_bytes()
    except FileNotFoundError:
        return
    if data[:4] == b"PAR1":
        for row in pq.ParquetFile(path).read().to_pylist():
            yield unescaped("\0".join(leaves(row)))
        return
    yield from texts_in(data)


def texts_in(data: bytes) -> Iterator[str]:
    """Yield what some bytes say: as they are, and unpacked where they are packed."""
    yield unescaped(data.decode("utf-8", "replace"))
    if b"\0" in data[:4_000] and data[:2] != b"PK":
        yield data.decode("utf-16", "replace")
    for part in _unpacked(data):
        yield from texts_in(part)


def _unpacked(data: bytes) -> Iterator[bytes]:
    """Yield what is packed in some bytes: of gzip, zstd and zip; nothing of a damaged one."""
    with suppress(*DAMAGED):
        if data[:2] == b"\x1f\x8b":
            with gzip.GzipFile(fileobj=BytesIO(data)) as file:
                yield file.read(MOST_UNPACKED)
        elif data[:4] == b"\x28\xb5\x2f\xfd":
            with pa.CompressedInputStream(pa.BufferReader(data), "zstd") as stream:
                yield stream.read(MOST_UNPACKED)
        elif data[:4] == b"PK\x03\x04":
            with zipfile.ZipFile(BytesIO(data)) as archive:
                for name in archive.namelist():
                    yield archive.read(name)


def remove_files(paths: Iterable[Path], finder: Finder) -> int:
    """Remove the files in which one of the texts stands; return how many."""
    found = files_with(paths, finder)
    for path in found:
        path.unlink(missing_ok=True)
    return len(found)
