"""How words say the name of a row: in the plural, and with spaces for the underscores and hyphens of a value."""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache

from review.sql.results.written import NAMED

_PLURALS: dict[str, str] = NAMED["plurals"]
_BETWEEN = re.compile(r"[\s_\-‐‑]+")


@lru_cache(maxsize=4_096)
def spoken(name: str) -> re.Pattern[str]:
    """Return what finds a name in words in lower case: "children" for "child", "bank transfers" for "bank_transfer"."""
    parts = [part for part in _BETWEEN.split(name.lower()) if part]
    if not parts:
        return re.compile(re.escape(name.lower()))
    *head, last = parts
    forms = [rf"{_written(last)}(?:s|es|'s|’s)?"]
    if last in _PLURALS:
        forms.append(re.escape(_PLURALS[last]))
    elif last.endswith("y"):
        forms.append(re.escape(f"{last[:-1]}ies"))
    before = "".join(_written(part) + _BETWEEN.pattern for part in head)
    return re.compile(rf"(?<!\w){before}(?:{'|'.join(forms)})(?![\w\u0300-\u036f])")


def anywhere(name: str) -> re.Pattern[str]:
    """Return what finds a name in lower case, also within a word."""
    return re.compile(_BETWEEN.pattern.join(map(_written, filter(None, _BETWEEN.split(name.lower())))))


def _written(part: str) -> str:
    """The pattern of a text whose accents may be characters of their own."""
    forms = dict.fromkeys([part, *(unicodedata.normalize(form, part) for form in ("NFC", "NFD"))])
    return f"(?:{'|'.join(map(re.escape, forms))})" if len(forms) > 1 else re.escape(part)


def says(text: str, name: str) -> bool:
    """Return whether a text says a name."""
    return spoken(name).search(text.lower()) is not None


@lru_cache(maxsize=64)
def places(part: str, names: frozenset[str]) -> list[tuple[int, int, str]]:
    """Return where names start and end in a part of an answer. "Blue" in "Blue Pan" is no name of its own."""
    low = part.lower()
    found = {name: m.span() for name in names if (m := spoken(name).search(low))}
    return sorted(
        (*span, name) for name, span in found.items() if not any(name != other and name in other for other in found)
    )
