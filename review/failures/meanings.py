"""Read the words of notes in German, French, Spanish and Chinese by their meaning: as the English word for each.

A short list of the vocabulary of reviewers, no translation: it makes notes comparable that say the same in several
languages, where letters share nothing.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping, Sequence
from functools import cache
from pathlib import Path

FILE = Path(__file__).with_name("meanings.toml")
_WORD = re.compile(r"[^\W\d_]+")
_LATIN = re.compile(r"[a-zà-öø-ÿ]", re.IGNORECASE)


@cache
def _entries() -> tuple[re.Pattern[str], Mapping[str, str], Sequence[tuple[str, str]]]:
    """Return a pattern of what entries begin with, the English word of each, and the entries without blanks between."""
    words: Mapping[str, Sequence[str]] = tomllib.loads(FILE.read_text(encoding="utf-8"))["words"]
    latin, others = dict[str, str](), list[tuple[str, str]]()
    for english, entries in words.items():
        for entry in (english, *entries):
            if _LATIN.match(entry):
                latin.setdefault(entry, english)
            else:
                others.append((entry, english))
    longest = sorted(latin, key=len, reverse=True)
    fits = "|".join(re.escape(e.rstrip()) + (r"\b" if e.endswith(" ") else "") for e in longest)
    return re.compile(rf"\b(?:{fits})"), {e.rstrip(): english for e, english in latin.items()}, others


def meanings(text: str) -> list[str]:
    """Return the English words for those words of a text in small letters that the list knows, in order. Pure."""
    pattern, english, others = _entries()
    found = [english[hit[0]] for hit in pattern.finditer(text)]
    return [*found, *(word for entry, word in others if entry in text)]


def in_english(text: str) -> str:
    """Return a text with the words that the list knows in English, the others as they are. Pure."""
    pattern, english, others = _entries()
    known = [word for entry, word in others if entry in text]
    spoken = re.sub(rf"({pattern.pattern})\w*", lambda hit: english[hit[1]], text)
    return " ".join([spoken, *known])
