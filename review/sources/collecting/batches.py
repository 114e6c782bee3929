"""The traces of one pass on their way into the log: one private file for each source and kind of record."""

from __future__ import annotations

import re
import shutil
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

from review.sources.collecting.frames import Change, Frame, FramePlace, frames, spool_files
from review.sources.collecting.otlp_requests import only
from review.sources.file_sets import FileSet, files_at
from review.sources.normalise import DEFAULT_SOURCE


def source_of(service: str) -> str:
    """Return the name of the source for a service, which stands for what a source name cannot have by a dash."""
    name = re.sub(r"[^\w.-]+", "-", service).strip("-.")[:64]
    return DEFAULT_SOURCE if not name or name.startswith("unknown_service") else name


@contextmanager
def private_folder(folder: Path) -> Iterator[Path]:
    """Give an empty folder that only its owner can read, and remove it; one that was left behind goes first."""
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(mode=0o700)
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def read_at(folder: Path, places: list[FramePlace], unseal: Change | None) -> Iterator[Frame]:
    """Yield the frames at some places, in order."""
    files = spool_files(folder)
    for place in sorted(set(places)):
        yield from frames(files[place.file], start=place.start, most=1, unseal=unseal)


def write_batches(
    folder: Path, into: Path, sources: Mapping[str, str], places: list[FramePlace], unseal: Change | None
) -> dict[str, FileSet]:
    """Write the requests at some places by source, each with its own traces alone; return the files of each source.

    ``sources`` gives the source of each trace that is wanted.
    """
    traces_of: dict[str, set[str]] = {}
    for trace, source in sources.items():
        traces_of.setdefault(source, set()).add(trace)
    open_files: dict[tuple[str, str], BinaryIO] = {}
    paths: dict[str, list[Path]] = {}
    try:
        for frame in read_at(folder, places, unseal):
            for source, mine in traces_of.items():
                part = only(frame.kind, frame.payload, mine.__contains__)
                if not part:
                    continue
                suffix = "jsonl" if frame.kind.is_json else "pb"
                file = open_files.get((source, suffix))
                if file is None:
                    path = into / f"{len(open_files)}.{suffix}"
                    path.touch(mode=0o600)
                    file = open_files[source, suffix] = path.open("wb")
                    paths.setdefault(source, []).append(path)
                if suffix == "jsonl":
                    file.write(part.replace(b"\n", b" ") + b"\n")
                else:
                    file.write(len(part).to_bytes(4, "big") + part)
    finally:
        for file in open_files.values():
            file.close()
    return {source: files_at(found) for source, found in paths.items()}
