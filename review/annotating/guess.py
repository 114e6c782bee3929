"""Short answers: a browser foresees its lists, so an answer need not repeat them.

What a submission does to the lists of open, answered and skipped items is known beforehand. The browser sends a
checksum of the lists as it expects them, and the items it holds as places in them. If the checksum is right, the answer
leaves the lists out. A week of 500 items would otherwise send 17 kB of names with every submission, and names do not
compress.
"""

from __future__ import annotations

import zlib
from collections.abc import Iterator, Sequence
from typing import NamedTuple


class Guess(NamedTuple):
    """What a browser expects: the checksum of its lists, the places held in them, and the assignments it answers."""

    check: int
    held: tuple[tuple[int, int], ...]
    said: frozenset[str]


class Lists(NamedTuple):
    """The open and the answered assignments, and the skipped ones with how many answers came before each."""

    order: list[str]
    done: list[str]
    skipped: list[list[str | int]]

    @property
    def check(self) -> int:
        """The checksum of all three; ``guess.js`` computes the same."""
        skipped = ",".join(f"{name}:{before}" for name, before in self.skipped)
        return zlib.crc32("|".join((",".join(self.order), ",".join(self.done), skipped)).encode())

    def held(self, guess: Guess) -> Iterator[str]:
        """Yield the assignments at the places that a browser holds: from a first place up to before a last one."""
        names = [*self.order, *self.done, *(str(name) for name, _ in self.skipped)]
        for first, last in guess.held:
            yield from names[first:last]


def read_guess(value: object, entries: Sequence[object], most: int) -> Guess | None:
    """Return the guess in a component's state, None for anything else; ``most`` is how many places it may name."""
    if not isinstance(value, dict) or not _is_count(value.get("check")):
        return None
    held = value.get("held")
    pairs = held[:most] if isinstance(held, list) else []
    places = tuple((p[0], p[1]) for p in pairs if isinstance(p, list) and len(p) == 2 and all(map(_is_count, p)))
    named = (entry.get("assignment") for entry in entries if isinstance(entry, dict))
    return Guess(value["check"], places, frozenset(name for name in named if isinstance(name, str)))


def _is_count(value: object) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and 0 <= value < 2**32
