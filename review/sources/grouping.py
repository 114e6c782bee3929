"""Bring the records of one trace together, wherever they stand in a file, in bounded memory.

Records wait as JSON in memory. Beyond the limit they go to a temporary file without a name, in buckets by the hash of
their trace: nothing of it remains when the process ends, however it ends. Then one bucket after another is read back,
and a bucket that does not fit is split again by another hash.
"""

from __future__ import annotations

import tempfile
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import BinaryIO, cast

from review.basics.record import Unreadable
from review.sources.spool import full_disk
from review.sources.trace_frames import (
    BUCKETS,
    Group,
    Part,
    bucket_of,
    framed,
    frames_in,
    groups_in,
    key_bytes,
    key_text,
)

MEMORY = 32 * 1024 * 1024
"""The bytes of JSON that wait in memory, and the most that one bucket, or one trace, may have when it is read back."""


class Grouping:
    """Records that wait for the others of their trace. To be closed, which removes its file.

    A trace that is larger than the memory comes as one error, or with ``alone`` as one group for each of its records,
    with that error beside the record.
    """

    def __init__(self, scratch: Path | None = None, memory: int | None = None, *, alone: bool = False) -> None:
        self._buckets = _Buckets(scratch, MEMORY if memory is None else memory, level=0, alone=alone)
        self._number = self._taken = 0

    def __enter__(self) -> Grouping:
        return self

    def __exit__(self, *_: object) -> None:
        self._buckets.close()

    def add(self, part: Part) -> None:
        """Keep a record. Raises NoSpace when the disk is full."""
        key = key_bytes(part.key)
        self._buckets.add(bucket_of(key), framed(self._number, key, part.line, part.text))
        self._number += 1

    def take(self, blocks: Mapping[int, bytes]) -> None:
        """Keep the records that another process has framed. Raises NoSpace when the disk is full."""
        for bucket, block in blocks.items():
            self._buckets.add(bucket, block)

    def groups(self) -> Iterator[Group]:
        """Yield the traces. Raises NoSpace when the disk is full."""
        for one in self._buckets.blocks(together=True):
            for group in (one,) if isinstance(one, Group) else groups_in(one):
                self._taken += group.parts
                yield group

    def blocks(self) -> Iterator[bytes | Group]:
        """Yield the traces in blocks, those that are too large by themselves. Raises NoSpace when the disk is full."""
        yield from self._buckets.blocks(together=False)

    @property
    def share(self) -> float:
        """The share of the records whose traces were taken."""
        return self._taken / max(self._number, 1)


class _Buckets:
    """Records in buckets by a hash of their trace: in memory, and beyond its limit in a file."""

    def __init__(self, folder: Path | None, memory: int, *, level: int, alone: bool) -> None:
        self._folder, self._memory, self._level, self._alone = folder, memory, level, alone
        self._waiting = [bytearray() for _ in range(BUCKETS)]
        self._size = self._end = 0
        self._file: BinaryIO | None = None
        self._blocks: list[list[tuple[int, int]]] = [[] for _ in range(BUCKETS)]

    def add(self, bucket: int, frames: bytes) -> None:
        """Keep some records of a bucket."""
        self._waiting[bucket] += frames
        self._size += len(frames)
        if self._size > self._memory:
            self._write()

    def _write(self) -> None:
        """Move what waits in memory to the file, and remember the place of each block."""
        with full_disk(self._folder):
            if self._file is None:
                self._file = cast(BinaryIO, tempfile.TemporaryFile(dir=self._folder))  # noqa: SIM115 - closed with this object
            for bucket, records in enumerate(self._waiting):
                if records:
                    self._file.write(records)
                    self._blocks[bucket].append((self._end, len(records)))
                    self._end += len(records)
        self._waiting = [bytearray() for _ in range(BUCKETS)]
        self._size = 0

    def blocks(self, *, together: bool) -> Iterator[bytes | Group]:
        """Yield the traces, one bucket after another; with ``together`` as one block what was never on disk."""
        if self._file is None:
            waiting, self._waiting = self._waiting, []
            yield from (b"".join(waiting),) if together else (bytes(one) for one in waiting if one)
            return
        self._write()
        for blocks in self._blocks:
            if sum(size for _, size in blocks) <= self._memory:
                yield b"".join(self._read(*block) for block in blocks)
            else:
                yield from self._split(blocks, together=together)

    def _split(self, blocks: list[tuple[int, int]], *, together: bool) -> Iterator[bytes | Group]:
        """Yield the traces of a bucket that is too large, sorted in again by the next hash."""
        sizes: dict[bytes, list[int]] = {}
        for block in blocks:
            for at, _, end, _, line, key in frames_in(self._read(*block)):
                seen = sizes.setdefault(key, [line, 0, 0])
                seen[1] += 1
                seen[2] += end - at
        large = {key for key, (_, _, size) in sizes.items() if size > self._memory}
        errors = {
            key: _too_large(key, parts, size, self._memory) for key, (_, parts, size) in sizes.items() if key in large
        }
        for key in large if not self._alone else ():
            line, parts, _ = sizes[key]
            yield Group(key_text(key), (line,), (), parts, errors[key])
        del sizes
        level = self._level + 1
        smaller = _Buckets(self._folder, self._memory, level=level, alone=self._alone)
        try:
            for block in blocks:
                data = self._read(*block)
                for at, begin, end, _, line, key in frames_in(data):
                    if key not in large:
                        smaller.add(bucket_of(key, level), data[at:end])
                    elif self._alone:
                        yield Group(key_text(key), (line,), (data[begin:end],), 1, errors[key])
            yield from smaller.blocks(together=together)
        finally:
            smaller.close()

    def _read(self, start: int, size: int) -> bytes:
        if self._file is None:
            return b""
        with full_disk(self._folder):
            self._file.seek(start)
            return self._file.read(size)

    def close(self) -> None:
        """Close the file, which removes it."""
        if self._file is not None:
            self._file.close()


def _too_large(key: bytes, parts: int, size: int, memory: int) -> Unreadable:
    found = f"a trace of {size / 1e6:,.1f} MB in {parts:,} records ({key_text(key)})"
    return Unreadable("trace", found, f"at most {memory / 1e6:,.1f} MB in one trace")
