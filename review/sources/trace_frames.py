"""Records that wait for the others of their trace, as frames of bytes: a number, a line, a trace, and the record.

A block holds the frames of one bucket, which is chosen by a hash of the trace. Blocks travel between processes as they
are.
"""

from __future__ import annotations

import hashlib
import struct
import zlib
from collections import defaultdict
from collections.abc import Callable, Iterator
from typing import NamedTuple, cast

import orjson

from review.basics.packed_spans import MARK
from review.basics.record import Unreadable
from review.sources.readers.fields import Record

BUCKETS = 256
LEVELS = 8
"""How often a bucket may be split: the bytes of the hash."""
OPTIONS = orjson.OPT_NON_STR_KEYS
_HEAD = struct.Struct("<QQII")

Frame = tuple[int, int, int, int, int, bytes]
"""One record inside a block: where it begins, where its text begins and ends, its number, its line, its key.

A plain tuple, because there are millions.
"""


class Part(NamedTuple):
    """One record as JSON, or packed as its reader does it, the name of its trace, and the line where it stands."""

    key: str
    line: int
    text: bytes


def part_of(key: str, line: int, record: Record) -> Part:
    """Return a record as JSON. Raises orjson.JSONEncodeError for one that is nested too deeply."""
    return Part(key, line, orjson.dumps(record, option=OPTIONS, default=str))


def framed(number: int, key: bytes, line: int, text: bytes) -> bytes:
    """Return a record as a frame."""
    return b"".join((_HEAD.pack(number, line, len(key), len(text)), key, text))


def key_bytes(key: str) -> bytes:
    """Return the name of a trace as it stands in frames."""
    return key.encode("utf-8", "surrogatepass")


def key_text(key: bytes) -> str:
    """Return the name of a trace from a frame."""
    return key.decode("utf-8", "surrogatepass")


def bucket_of(key: bytes, level: int = 0) -> int:
    """Return the bucket of a trace. Each level splits the traces of one bucket anew."""
    # Nearly all traces are hashed once, so the first hash is a fast one.
    return hashlib.blake2b(key, digest_size=LEVELS).digest()[level] if level else zlib.crc32(key) & 255


def frames_in(block: bytes) -> Iterator[Frame]:
    """Yield the frames of a block."""
    at, size, head = 0, len(block), _HEAD.size
    while at < size:
        number, line, key, text = _HEAD.unpack_from(block, at)
        begin = at + head + key
        yield at, begin, begin + text, number, line, block[at + head : begin]
        at = begin + text


class Blocks:
    """Records on their way to another process: the frames of each bucket.

    ``first`` is the number of the first record among those of all processes.
    """

    def __init__(self, first: int) -> None:
        self._number = first
        self.of: dict[int, bytearray] = defaultdict(bytearray)

    def add(self, part: Part) -> None:
        """Add a record."""
        name, line, text = part
        key, number = key_bytes(name), self._number
        self._number = number + 1
        self.of[bucket_of(key)] += framed(number, key, line, text)


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


def groups_in(block: bytes) -> list[Group]:
    """Return the traces of a block in the order of their first records."""
    found: dict[bytes, tuple[int, list[int], list[memoryview]]] = {}
    view = memoryview(block)
    for _, begin, end, number, line, key in frames_in(block):
        known = found.get(key)
        if known is None:
            found[key] = number, [line], [view[begin:end]]
        else:
            known[1].append(line)
            known[2].append(view[begin:end])
    in_order = sorted(found.items(), key=lambda pair: pair[1][0])
    return [Group(key_text(key), tuple(lines), tuple(texts), len(lines)) for key, (_, lines, texts) in in_order]
