"""Bring the records of one trace together, wherever they stand in a file, in bounded memory.

Records wait as JSON in memory. Beyond the limit they go to a temporary file without a name, in buckets by the hash of
their trace: nothing of it remains when the process ends, however it ends. Then one bucket after another is read back,
and a bucket that does not fit is split again by the next byte of the hash.
"""

from __future__ import annotations

import hashlib
import struct
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import BinaryIO, NamedTuple, cast

import orjson

from review.basics.packed_spans import MARK
from review.basics.record import Unreadable
from review.sources.readers.fields import Record
from review.sources.spool import full_disk

MEMORY = 32 * 1024 * 1024
"""The bytes of JSON that wait in memory, and the most that one bucket, or one trace, may have when it is read back."""
BUCKETS = 256
LEVELS = 8
"""How often a bucket may be split: the bytes of the hash."""

_HEAD = struct.Struct("<QQII")
OPTIONS = orjson.OPT_NON_STR_KEYS


class Part(NamedTuple):
    """One record as JSON, or packed as its reader does it, the name of its trace, and the line where it stands."""

    key: str
    line: int
    text: bytes


def part_of(key: str, line: int, record: Record) -> Part:
    """Return a record as JSON. Raises orjson.JSONEncodeError for one that is nested too deeply."""
    return Part(key, line, orjson.dumps(record, option=OPTIONS, default=str))


class Group(NamedTuple):
    """The records of one trace as JSON, in the order of the file, or the error of a trace that is too large.

    ``parts`` counts the records, also those of an error.
    """

    key: str
    lines: tuple[int, ...]
    texts: tuple[bytes | memoryview, ...]
    parts: int
    error: Unreadable | None = None

    @property
    def line(self) -> int:
        """Where the first record stands."""
        return self.lines[0]

    def records(self, unpack: Callable[[bytes | memoryview], Record] | None = None) -> tuple[Record, ...]:
        """Return the records, decoded; those that are no JSON by ``unpack``."""
        return tuple(
            [unpack(text) if unpack and text[0] == MARK else cast(Record, orjson.loads(text)) for text in self.texts]
        )


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
        key = part.key.encode("utf-8", "surrogatepass")
        head = _HEAD.pack(self._number, part.line, len(key), len(part.text))
        self._number += 1
        self._buckets.add(key, b"".join((head, key, part.text)))

    def groups(self) -> Iterator[Group]:
        """Yield the traces. Raises NoSpace when the disk is full."""
        for group in self._buckets.groups():
            self._taken += group.parts
            yield group

    @property
    def share(self) -> float:
        """The share of the records whose traces were taken."""
        return self._taken / max(self._number, 1)


Frame = tuple[int, int, int, int, int, bytes]
"""One record inside a block: where it begins, where its text begins and ends, its number, its line, its key.

A plain tuple, because there are millions.
"""


def _frames(block: bytes) -> Iterator[Frame]:
    at, size, head = 0, len(block), _HEAD.size
    while at < size:
        number, line, key, text = _HEAD.unpack_from(block, at)
        begin = at + head + key
        yield at, begin, begin + text, number, line, block[at + head : begin]
        at = begin + text


def _groups(block: bytes) -> list[Group]:
    """Return the traces of a block in the order of their first records."""
    found: dict[bytes, tuple[int, list[int], list[memoryview]]] = {}
    view = memoryview(block)
    for _, begin, end, number, line, key in _frames(block):
        known = found.get(key)
        if known is None:
            found[key] = number, [line], [view[begin:end]]
        else:
            known[1].append(line)
            known[2].append(view[begin:end])
    in_order = sorted(found.items(), key=lambda pair: pair[1][0])
    return [Group(_text(key), tuple(lines), tuple(texts), len(lines)) for key, (_, lines, texts) in in_order]


class _Buckets:
    """Records in buckets by one byte of the hash of their trace: in memory, and beyond its limit in a file."""

    def __init__(self, folder: Path | None, memory: int, *, level: int, alone: bool) -> None:
        self._folder, self._memory, self._level, self._alone = folder, memory, level, alone
        self._waiting = [bytearray() for _ in range(BUCKETS)]
        self._size = self._end = 0
        self._file: BinaryIO | None = None
        self._blocks: list[list[tuple[int, int]]] = [[] for _ in range(BUCKETS)]

    def add(self, key: bytes, frame: bytes) -> None:
        """Keep one record."""
        self._waiting[hashlib.blake2b(key, digest_size=LEVELS).digest()[self._level]] += frame
        self._size += len(frame)
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

    def groups(self) -> Iterator[Group]:
        """Yield the traces: all of them in the order of the file, or one bucket after another."""
        if self._file is None:
            block = b"".join(self._waiting)
            self._waiting = []
            yield from _groups(block)
            return
        self._write()
        for blocks in self._blocks:
            if sum(size for _, size in blocks) <= self._memory:
                yield from _groups(b"".join(self._read(*block) for block in blocks))
            else:
                yield from self._split(blocks)

    def _split(self, blocks: list[tuple[int, int]]) -> Iterator[Group]:
        """Yield the traces of a bucket that is too large, sorted in again by the next byte of the hash."""
        sizes: dict[bytes, list[int]] = {}
        for block in blocks:
            for at, _, end, _, line, key in _frames(self._read(*block)):
                seen = sizes.setdefault(key, [line, 0, 0])
                seen[1] += 1
                seen[2] += end - at
        large = {key for key, (_, _, size) in sizes.items() if size > self._memory}
        errors = {
            key: _too_large(key, parts, size, self._memory) for key, (_, parts, size) in sizes.items() if key in large
        }
        for key in large if not self._alone else ():
            line, parts, _ = sizes[key]
            yield Group(_text(key), (line,), (), parts, errors[key])
        del sizes
        smaller = _Buckets(self._folder, self._memory, level=self._level + 1, alone=self._alone)
        try:
            for block in blocks:
                data = self._read(*block)
                for at, begin, end, _, line, key in _frames(data):
                    if key not in large:
                        smaller.add(key, data[at:end])
                    elif self._alone:
                        yield Group(_text(key), (line,), (data[begin:end],), 1, errors[key])
            yield from smaller.groups()
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


def _text(key: bytes) -> str:
    return key.decode("utf-8", "surrogatepass")


def _too_large(key: bytes, parts: int, size: int, memory: int) -> Unreadable:
    found = f"a trace of {size / 1e6:,.1f} MB in {parts:,} records ({_text(key)})"
    return Unreadable("trace", found, f"at most {memory / 1e6:,.1f} MB in one trace")
