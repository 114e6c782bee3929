"""A text without differences that do not matter: case, punctuation, white space, and the articles of English."""

from __future__ import annotations

import re
import unicodedata

_ARTICLES = re.compile(r"\b(?:a|an|the)\b")
_MARKS = re.compile(r"(?<!\d)[^\w\s]+|[^\w\s]+(?!\d)")


def normal_form(text: str) -> str:
    """Return the text in its normal form; marks between digits stay, so that 1.5 is not 15."""
    folded = unicodedata.normalize("NFKC", text).casefold()
    return " ".join(_ARTICLES.sub(" ", _MARKS.sub(" ", folded)).split())
