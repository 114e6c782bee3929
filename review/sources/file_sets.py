"""Files that are imported together: those of one trace format, because a trace may spread over them; others alone."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import NamedTuple

from review.basics.errors import InputError, ReviewError
from review.basics.input_file import InputFile
from review.basics.input_files import files_of
from review.basics.record import Raw
from review.sources.files import Opened, opened_file
from review.sources.options import ImportOptions
from review.sources.readers.catalogue import READERS
from review.sources.readers.reader import TraceReader

NAMED = 5
"""Files of one import that its record names."""
LINE_BITS = 40
"""A line of one of several files is its number, with the number of the file above these bits."""


@dataclass(frozen=True)
class FileSet:
    """Files of one format that one import reads. ``left_out`` says what of folders and archives is not read."""

    files: tuple[InputFile, ...]
    left_out: tuple[str, ...] = ()

    @property
    def name(self) -> str:
        """The files in words; of many, the first ones."""
        names = self.names
        return (
            ", ".join(names) if len(names) <= NAMED else f"{', '.join(names[:NAMED])} and {len(names) - NAMED:,} more"
        )

    @property
    def names(self) -> list[str]:
        """The name of each file."""
        return [file.name for file in self.files]

    @property
    def size(self) -> int:
        """The bytes of all files as they are on disk."""
        return sum(file.size for file in self.files)

    def encoded(self, encoding: str) -> FileSet:
        """Return the same files with a declared encoding."""
        return replace(self, files=tuple(replace(file, encoding=encoding) for file in self.files))

    def place(self, line: int) -> tuple[str | None, int]:
        """Return the file of a line, None where there is only one, and the line in it."""
        if len(self.files) == 1:
            return None, line
        return self.files[line >> LINE_BITS].name, line & ((1 << LINE_BITS) - 1)


Files = str | Path | FileSet
"""One file by its path, or files that belong together."""


def file_set(files: Files) -> FileSet:
    """Return a file by its path as a set of one."""
    return files if isinstance(files, FileSet) else files_at((files,))


def files_at(paths: Iterable[str | Path]) -> FileSet:
    """Return files by their paths as one set."""
    return FileSet(tuple(InputFile(str(path), path=Path(path)) for path in paths))


def trace_format(file: Path, asked: ImportOptions) -> str | None:
    """Return the format of a file if its records are parts of traces, None for any other file."""
    given = InputFile(str(file), path=file, encoding=asked.encoding)
    try:
        shape = _format(given, format=asked.format, mapping=asked.mapping, records=asked.records)
    except InputError:
        return None
    return shape if isinstance(READERS[shape], TraceReader) else None


class RefusedFile(NamedTuple):
    """A file that is not imported, and why."""

    name: str
    error: InputError


class Sorted(NamedTuple):
    """Files as sets that are imported one after another, and those that cannot be."""

    sets: list[FileSet]
    refused: list[RefusedFile]


def file_sets(
    paths: Iterable[str | Path],
    *,
    format: str,
    mapping: Mapping[str, str],
    records: str | None = None,
    known: Callable[[FileSet], object] | None = None,
) -> Sorted:
    """Return what some paths name, sorted into sets; each file is in a set or refused.

    A path may be a file, a folder, a pattern or a zip archive. Files of one trace format are one set. ``known`` looks
    at a file without a format of its own, and raises InputError when it has no mapping either: such a file of a folder,
    a pattern or an archive is refused. A file that somebody named alone is kept, so that its import says what is wrong.
    """
    sets: dict[str, list[InputFile]] = {}
    left_out: list[str] = []
    refused: list[RefusedFile] = []
    for path in paths:
        try:
            named = files_of([path])
        except InputError as reason:
            refused.append(RefusedFile(str(path), reason))
            continue
        left_out += named.notes
        alone = len(named.files) == 1 and (named.files[0].path is None or named.files[0].name == str(path))
        for file in named.files:
            try:
                shape = _format(file, format=format, mapping=mapping, records=records)
                together = isinstance(READERS[shape], TraceReader)
            except InputError:
                together = False
                try:
                    if known is not None and not alone:
                        known(FileSet((file,)))
                    elif not alone:
                        raise
                except InputError as reason:
                    refused.append(RefusedFile(file.name, reason))
                    continue
            sets.setdefault(shape if together else f"file {file.name}", []).append(file)
    found = [FileSet(tuple(dict.fromkeys(files))) for files in sets.values()]
    return Sorted([FileSet(found[0].files, tuple(left_out)), *found[1:]] if found else [], refused)


def why_refused(error: ReviewError | OSError, files: FileSet) -> ReviewError:
    """Return why the import of some files failed; of files that belong together none is imported then."""
    if isinstance(error, OSError):
        return InputError(f"{error.filename or files.name}: {error.strerror or error}")
    if isinstance(error, InputError) and len(files.files) > 1:
        together = "These files may hold parts of the same traces, so none of them was imported. Correct that one, or"
        error.args = (f"{error} {together} leave it out.",)
    return error


def _format(file: InputFile, *, format: str, mapping: Mapping[str, str], records: str | None) -> str:
    return opened_file(file, format=format, mapping=mapping, records=records).detected.format


def opened_set(files: FileSet, *, format: str, mapping: Mapping[str, str], records: str | None = None) -> Opened:
    """Return the records of all files of a set as one; further notes are added while they are read.

    Raises InputError when their formats differ.
    """
    first = opened_file(files.files[0], format=format, mapping=mapping, records=records)
    if len(files.files) == 1:
        first.notes[:0] = files.left_out
        return first
    notes = [*files.left_out, *(f"{files.files[0].name}: {note}" for note in first.notes)]

    def opened() -> Iterator[Iterator[Raw]]:
        yield first.raws
        for file in files.files[1:]:
            other = opened_file(file, format=format, mapping=mapping, records=records)
            if other.detected.format != first.detected.format:
                raise InputError(
                    f"{file.name}: found the format {other.detected.format}, expected {first.detected.format} as in "
                    f"{files.files[0].name}. Import them one after another."
                )
            notes.extend(f"{file.name}: {note}" for note in other.notes)
            yield other.raws

    return Opened(first.detected, _chained(files, opened()), notes)


def _chained(files: FileSet, opened: Iterator[Iterator[Raw]]) -> Iterator[Raw]:
    before = 0
    for number, raws in enumerate(opened):
        for raw in raws:
            yield raw._replace(line=raw.line | number << LINE_BITS, done=raw.done + before)
        before += files.files[number].size
