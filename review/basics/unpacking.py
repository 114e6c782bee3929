"""Unpack gzip and zstd while they are read, and stop at a bomb: little data that unpacks to far too much."""

from __future__ import annotations

import gzip
import io
import os
import zipfile
import zlib
from typing import BinaryIO, cast

from review.basics.errors import InputError

GZIP, ZSTD = b"\x1f\x8b", b"\x28\xb5\x2f\xfd"
DAMAGED = (EOFError, zlib.error, gzip.BadGzipFile, zipfile.BadZipFile)
"""What reading a damaged file raises."""

FREE = 256 * 1024 * 1024
"""The bytes that any file may unpack to."""
MAX_RATIO = 200
"""How many times its packed size a larger file may unpack to. Logs pack 5 to 50 times."""
MOST = 64
"""The GB that a file may unpack to, unless the environment says otherwise."""
VARIABLE = "SPOTCHECK_MAX_UNPACKED_GB"
"""The variable of the environment with another number of GB."""
BUFFER = 1 << 18


def most_bytes() -> int:
    """Return the bytes that one file may unpack to. Raises InputError for a variable that holds no number."""
    given = os.environ.get(VARIABLE, "")
    try:
        limit = float(given or MOST)
    except ValueError:
        limit = 0.0
    if not 0 < limit < 1_000_000:
        raise InputError(f"{VARIABLE}: found '{given}', expected a number of GB, such as {MOST}.")
    return int(limit * 1e9)


def unpacked(name: str, file: BinaryIO, start: bytes, size: int) -> BinaryIO | None:
    """Return the content of a packed file by its first bytes, None for one that is not packed.

    ``size`` are the packed bytes. Reading raises an error in ``DAMAGED`` for a file that breaks off, and InputError
    for a bomb.
    """
    if start.startswith(GZIP):
        inner = cast(BinaryIO, gzip.GzipFile(fileobj=file))
    elif start.startswith(ZSTD):
        inner = cast(BinaryIO, _Zstd(file))
    else:
        return None
    return guarded(name, inner, size)


def guarded(name: str, inner: BinaryIO, size: int) -> BinaryIO:
    """Return content that is being unpacked from ``size`` bytes, with the limits of a bomb."""
    return cast(BinaryIO, io.BufferedReader(_Guarded(name, inner, size), BUFFER))


class _Zstd(io.RawIOBase):
    """A zstd file, by the library that also reads Parquet."""

    def __init__(self, file: BinaryIO) -> None:
        import pyarrow as pa

        self._stream = pa.CompressedInputStream(pa.PythonFile(file, "r"), "zstd")

    def read(self, size: int = -1) -> bytes:
        try:
            return bytes(self._stream.read(None if size < 0 else size))
        except OSError as error:
            raise EOFError(str(error)) from None


class _Guarded(io.RawIOBase):
    """Content that is being unpacked, counted."""

    def __init__(self, name: str, inner: BinaryIO, size: int) -> None:
        self._name, self._inner, self._size, self._done = name, inner, size, 0
        self._most = most_bytes()

    def readable(self) -> bool:
        return True

    def close(self) -> None:
        self._inner.close()
        super().close()

    def readinto(self, buffer: object) -> int:
        view = memoryview(cast(bytearray, buffer))
        data = self._inner.read(len(view))
        self._done += len(data)
        if self._done > FREE and self._done > self._size * MAX_RATIO:
            raise InputError(
                f"{self._name}: {self._size / 1e6:,.2f} MB unpack to more than {self._done / 1e6:,.0f} MB, over "
                f"{MAX_RATIO} times as much, as in a zip bomb; nothing was added. Unpack the file if you trust it."
            )
        if self._done > self._most:
            raise InputError(
                f"{self._name}: it unpacks to more than {self._most / 1e9:,.2f} GB; nothing was added. Split it, or "
                f"set the variable {VARIABLE} to allow more."
            )
        view[: len(data)] = data
        return len(data)
