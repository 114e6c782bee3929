"""The bytes of a file that somebody gives us, unpacked and as UTF-8: gzip, zstd and UTF-16 are read, and zip members.

``-`` is standard input.
"""

from __future__ import annotations

import codecs
import io
import shutil
import sys
import tempfile
import zipfile
from contextlib import ExitStack
from dataclasses import dataclass, replace
from pathlib import Path
from typing import BinaryIO, Protocol, cast

from review.basics.errors import InputError, NoSpace
from review.basics.unpacking import DAMAGED, guarded, unpacked
from review.basics.utf16 import MARKS, SEEN, utf16_of

PACKED = (".gz", ".zst", ".zstd")
MAX_AT_ONCE = 256 * 1024 * 1024
"""The most bytes that a table inside an archive may have."""


IN_MEMORY = 64 * 1024 * 1024
"""The unpacked bytes of a table that wait in memory."""


class ByteLines(Protocol):
    """An open file of bytes, read by lines or whole."""

    def readline(self, limit: int = -1, /) -> bytes:
        """Return the next line with its line break, at most ``limit`` bytes of it."""

    def read(self, size: int = -1, /) -> bytes:
        """Return the next ``size`` bytes, or all."""


@dataclass(frozen=True)
class InputFile:
    """A file, the bytes of standard input, or a member of a zip archive.

    ``name`` is for messages, ``suffix`` is without that of a packing. ``encoding`` is the codec of its text as somebody
    declared it; "" is UTF-8, or UTF-16 with its mark.
    """

    name: str
    path: Path | None = None
    data: bytes | None = None
    encoding: str = ""
    member: str | None = None

    @property
    def suffix(self) -> str:
        """The ending in lower case, such as ``.csv``."""
        name = self.name.lower()
        for ending in PACKED:
            name = name.removesuffix(ending)
        return Path(name).suffix if self.path else ""

    @property
    def size(self) -> int:
        """The bytes of the file as it is on disk."""
        if self.data is not None:
            return len(self.data)
        if self.member is not None:
            with zipfile.ZipFile(self._place) as archive:
                return max(archive.getinfo(self.member).compress_size, 1)
        return self._place.stat().st_size

    @property
    def _place(self) -> Path:
        return self.path or Path(self.name)

    def raw(self) -> BinaryIO:
        """Open the bytes as they are on disk, or as they are in the archive."""
        if self.data is not None:
            return io.BytesIO(self.data)
        if self.member is None:
            return self._place.open("rb")
        try:
            with zipfile.ZipFile(self._place) as archive:
                opened = cast(BinaryIO, archive.open(self.member))
            return guarded(self.name, opened, self.size)
        except RuntimeError as error:  # how zipfile refuses a member with a password or an unknown compression
            raise InputError(f"{self.name}: the archive cannot be unpacked ({error}). Unpack it.") from None

    def anywhere(self) -> BinaryIO:
        """Open the bytes, unpacked, for reading at any place.

        A packed file is unpacked into a file without a name, and a member of an archive is read at once.
        """
        opened = self.raw()
        if self.member is not None:
            with opened:
                data = opened.read(MAX_AT_ONCE + 1)
            if len(data) > MAX_AT_ONCE:
                found = f"found more than {MAX_AT_ONCE // 2**20} MB in an archive"
                raise InputError(f"{self.name}: {found}, expected a smaller file of this kind. Unpack the archive.")
            opened = io.BytesIO(data)
        start = opened.read(SEEN) if opened.seekable() else b""
        opened.seek(0)
        try:
            content = unpacked(self.name, opened, start, self.size)
            return opened if content is None else _placed(opened, content)
        except DAMAGED as error:
            raise self.damaged(error) from None

    def open(self) -> tuple[BinaryIO, ByteLines]:
        """Return the open file, to close, and its content unpacked and as UTF-8."""
        file = self.raw()
        start = file.peek(SEEN)[:SEEN] if isinstance(file, io.BufferedReader) else file.read(SEEN)
        if file.seekable():
            file.seek(0)
        content = unpacked(self.name, file, start, self.size)
        if content is None:
            content = file
        elif isinstance(content, io.BufferedReader):
            start = content.peek(SEEN)[:SEEN]
        declared = "" if start[:2] in MARKS else self.encoding
        wide = (declared if declared.startswith(_WIDE) else None) if declared else utf16_of(start)
        if wide:
            return file, _Wide(content, wide)
        return file, _Declared(content, declared) if declared else content

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

    def is_utf8(self) -> bool:
        """Whether the whole content is UTF-8, or UTF-16 with its mark."""
        file, content = self.open()
        decoder = codecs.getincrementaldecoder("utf-8")()
        with file:
            try:
                while block := content.read(1 << 20):
                    decoder.decode(block)
                decoder.decode(b"", final=True)
            except UnicodeDecodeError:
                return False
        return True

    def unless_utf8(self, encoding: str) -> InputFile:
        """Return the file in a declared encoding; as it is when none is declared, and when it is UTF-8."""
        return replace(self, encoding=encoding) if encoding and not self.is_utf8() else self

    def damaged(self, error: BaseException) -> InputError:
        """Return the error for a packed file that does not unpack."""
        packing = "zip" if self.member else "zstd" if self.name.lower().endswith((".zst", ".zstd")) else "gzip"
        return InputError(f"{self.name}: not readable as {packing} ({error}). Pack the file again, or unpack it.")


def input_file(path: str | Path) -> InputFile:
    """Return a file by its path; ``-`` is standard input, read at once."""
    if str(path) == "-":
        return InputFile("standard input", data=sys.stdin.buffer.read())
    return InputFile(str(path), path=Path(path))


def _placed(opened: BinaryIO, content: BinaryIO) -> BinaryIO:
    """Return unpacked content as a file that can be read at any place: in memory, and beyond its limit on disk."""
    with ExitStack() as until_placed, opened:
        placed = cast(BinaryIO, until_placed.enter_context(tempfile.SpooledTemporaryFile(max_size=IN_MEMORY)))
        try:
            shutil.copyfileobj(content, placed, 1 << 20)
            placed.seek(0)
        except OSError as error:
            raise NoSpace.from_error(error, tempfile.gettempdir()) or error from None
        until_placed.pop_all()
        return placed


_WIDE = ("utf-16", "utf-32", "utf_16", "utf_32")
"""Encodings in which a line break is more than one byte."""


class _Wide:
    """UTF-16 or UTF-32 text as UTF-8 bytes, broken into lines at line breaks alone."""

    def __init__(self, file: BinaryIO, encoding: str) -> None:
        self._text = io.TextIOWrapper(file, encoding=encoding, errors="replace", newline="\n")

    def readline(self, limit: int = -1, /) -> bytes:
        return self._text.readline(limit).encode("utf-8")

    def read(self, size: int = -1, /) -> bytes:
        return self._text.read(size).encode("utf-8")


class _Declared:
    """Text in a declared encoding as UTF-8 bytes. A line that the encoding cannot read stays as it is, to be named."""

    def __init__(self, file: BinaryIO, encoding: str) -> None:
        self._file, self._encoding = file, encoding
        # A block may end within a character.
        self._blocks = codecs.getincrementaldecoder(encoding)("replace")

    def readline(self, limit: int = -1, /) -> bytes:
        line = self._file.readline(limit)
        try:
            return line.decode(self._encoding).encode("utf-8")
        except UnicodeDecodeError:
            return line

    def read(self, size: int = -1, /) -> bytes:
        while block := self._file.read(size):
            if text := self._blocks.decode(block):
                return text.encode("utf-8")
        return self._blocks.decode(b"", final=True).encode("utf-8")
