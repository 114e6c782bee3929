"""What changed from one text to another, word by word."""

from __future__ import annotations

import difflib
import re
from typing import Literal, NamedTuple

_WORD = re.compile(r"\s+|\w+|[^\s\w]")
WORDS_AT_MOST = 4_000
"""Longer texts are compared line by line, because each word of one is compared with those of the other."""

Kind = Literal["same", "gone", "new"]


class Piece(NamedTuple):
    """A part of both texts ("same"), of the first alone ("gone") or of the second alone ("new")."""

    kind: Kind
    text: str


def word_diff(before: str, after: str) -> list[Piece]:
    """Return the parts of both texts in order. Without the new parts they join to ``before``, without the gone ones to
    ``after``. Pure.
    """
    first, second = _parts(before, after)
    pieces: list[Piece] = []
    for what, a, b, c, d in difflib.SequenceMatcher(None, first, second, autojunk=False).get_opcodes():
        old, new = "".join(first[a:b]), "".join(second[c:d])
        found = [Piece("same", old)] if what == "equal" else [Piece("gone", old), Piece("new", new)]
        pieces += [piece for piece in found if piece.text]
    return pieces


def _parts(before: str, after: str) -> tuple[list[str], list[str]]:
    first, second = _WORD.findall(before), _WORD.findall(after)
    if max(len(first), len(second)) > WORDS_AT_MOST:
        return before.splitlines(keepends=True), after.splitlines(keepends=True)
    return first, second
