"""What changed from one text to another, word by word."""

from __future__ import annotations

import difflib
import re
from typing import Literal, NamedTuple

_CURRENCY = "$\u00a2-\u00a5\u0e3f\u20a0-\u20c0"
_SPACE = " \u00a0\u202f"
_DIGITS = r"\d+(?:[,\u00a0\u202f]\d+)*\w*"
_JOINED = rf"(?:[-./@'\u2019](?:{_DIGITS}|\w+)|[:+]{_DIGITS})*"
_WORD = re.compile(
    rf"[-+\u2212]?(?:[{_CURRENCY}][{_SPACE}]?)?{_DIGITS}{_JOINED}(?:[{_SPACE}]?[%\u2030\u00b0{_CURRENCY}])?"
    rf"|\w+{_JOINED}|\s+|[^\s\w]"
)
"""A number with its sign, separators, currency and percent; a date, a time, an identifier or a word; space; a sign.

``pages/parts/desk/shared/diff.js`` cuts texts in the same way; ``tests/data/diff_words.json`` holds both to it.
"""
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


def words(text: str) -> list[str]:
    """Return the words of a text as they are compared, with spaces and signs; together they are the text. Pure."""
    return _WORD.findall(text)


def _parts(before: str, after: str) -> tuple[list[str], list[str]]:
    first, second = words(before), words(after)
    if max(len(first), len(second)) > WORDS_AT_MOST:
        return before.splitlines(keepends=True), after.splitlines(keepends=True)
    return first, second
