"""The bytes of a file that somebody gives us, unpacked and as UTF-8: gzip and UTF-16 are read, other packings refused.

``-`` is standard input.
"""

from __future__ import annotations

import gzip
import io
import sys
import zlib
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, Protocol, cast

from review.basics.errors import InputError
from review.basics.utf16 import SEEN, utf16_of

GZIP = b"\x1f\x8b"
DAMAGED = (EOFError, zlib.error, gzip.BadGzipFile)
"""What reading a damaged gzip file raises."""


class ByteLines(Protocol):
    """An open file of bytes, read by lines or whole."""

    def readline(self, limit: int = -1, /) -> bytes:
        """Return the next line with its line break, at most ``limit`` bytes of it."""

    def read(self, size: int = -1, /) -> bytes:
        """Return the next ``size`` bytes, or all."""


@dataclass(frozen=True)
class InputFile:
    """A file, or the bytes of standard input. ``name`` is for messages, ``suffix`` is without ``.gz``."""

    name: str
    path: Path | None = None
    data: bytes | None = None

    @property
    def suffix(self) -> str:
        """The ending in lower case, such as ``.csv``."""
        return Path(self.name.lower().removesuffix(".gz")).suffix if self.path else ""

    @property
    def size(self) -> int:
        """The bytes of the file as it is on disk."""
        return len(self.data) if self.data is not None else Path(self.name).stat().st_size

    def raw(self) -> BinaryIO:
        """Open the bytes as they are on disk."""
        return io.BytesIO(self.data) if self.data is not None else Path(self.name).open("rb")

    def open(self) -> tuple[BinaryIO, ByteLines]:
        """Return the open file, to close, and its content unpacked and as UTF-8."""
        file = self.raw()
        start = file.read(SEEN)
        file.seek(0)
        unpacked: BinaryIO = file
        if start.startswith(GZIP):
            unpacked = io.BufferedReader(cast(io.RawIOBase, gzip.GzipFile(fileobj=file)), SEEN)
            start = unpacked.peek(SEEN)
        codec = utf16_of(start)
        return file, _Utf16(unpacked, codec) if codec else unpacked

    def head(self, size: int = 4096) -> bytes:
        """Return the first bytes, unpacked. Raises InputError when the file cannot be read."""
        try:
            file, content = self.open()
            with file:
                return content.read(size)
        except FileNotFoundError:
            raise InputError(f"{self.name}: there is no such file. Check the path.") from None
        except IsADirectoryError:
            raise InputError(f"{self.name}: found a folder, expected a file. Name the files in it.") from None
        except DAMAGED as error:
            raise self.damaged(error) from None
        except OSError as error:
            raise InputError(f"{self.name}: the file cannot be read ({error.strerror}).") from None

    def damaged(self, error: BaseException) -> InputError:
        """Return the error for a gzip file that does not unpack."""
        return InputError(f"{self.name}: not readable as gzip ({error}). Pack the file again, or unpack it.")


def input_file(path: str | Path) -> InputFile:
    """Return a file by its path; ``-`` is standard input, read at once."""
    if str(path) == "-":
        return InputFile("standard input", data=sys.stdin.buffer.read())
    return InputFile(str(path), path=Path(path))


class _Utf16:
    """UTF-16 text as UTF-8 bytes, broken into lines at line breaks alone."""

    def __init__(self, file: BinaryIO, codec: str) -> None:
        self._text = io.TextIOWrapper(file, encoding=codec, errors="replace", newline="\n")

    def readline(self, limit: int = -1, /) -> bytes:
        return self._text.readline(limit).encode("utf-8")

    def read(self, size: int = -1, /) -> bytes:
        return self._text.read(size).encode("utf-8")
