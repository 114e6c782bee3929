"""How much memory uploads may take, for each person and together. Counted before and while a file arrives."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager

MEGABYTE = 1024 * 1024
OVERHEAD = 64 * 1024
"""Bytes that the form around a file may take."""

Held = Callable[[], Mapping[str, int]]
"""Returns the bytes of all uploaded files that the server holds, by address."""


class NoRoom(Exception):
    """An upload that is too large; the message is a sentence for the person who uploads."""


class UploadRoom:
    """The room for uploads: files that the server holds, and those that are arriving."""

    def __init__(self, held: Held, *, file: int, person: int, total: int) -> None:
        self.file, self.person, self.total = file, person, total
        self._held = held
        self._owner: dict[str, str] = {}
        self._arriving: Counter[str] = Counter()

    @contextmanager
    def arriving(self, address: str, owner: str, announced: int) -> Iterator[Callable[[int], None]]:
        """Reserve room for a file of ``announced`` bytes (0 when unknown) and give a function that counts its bytes.

        Raises NoRoom at once or from that function when the file is larger than one file, one person's files or all
        files together may be.
        """
        self._owner[address] = owner
        reserved, read = 0, 0

        def grow(upto: int) -> None:
            nonlocal reserved
            more = max(upto, reserved) - reserved
            self._check(address, owner, upto, more)
            reserved += more
            self._arriving[address] += more

        def count(size: int) -> None:
            nonlocal read
            read += size
            grow(read)

        try:
            grow(announced)
            yield count
        finally:
            self._arriving[address] -= reserved
            self._arriving = +self._arriving

    def _check(self, address: str, owner: str, upto: int, more: int) -> None:
        if upto > self.file + OVERHEAD:
            raise NoRoom(f"The file is larger than {_shown(self.file)}, the most that one file may have. Split it.")
        held = Counter({known: size for known, size in self._held().items() if known != address}) + self._arriving
        self._owner = {known: who for known, who in self._owner.items() if known in held or known == address}
        own = sum(size for known, size in held.items() if self._owner.get(known) == owner)
        if own + more > self.person + OVERHEAD:
            raise NoRoom(
                f"Your uploaded files would together be larger than {_shown(self.person)}. Remove one on the page "
                "first, or close the page and wait two minutes."
            )
        if held.total() + more > self.total + OVERHEAD:
            raise NoRoom(
                f"All uploaded files would together be larger than {_shown(self.total)}, the most that this server "
                "keeps at once. Try again in a few minutes."
            )


def _shown(size: int) -> str:
    return f"{size // MEGABYTE:,} MB"
