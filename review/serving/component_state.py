"""What a browser component may send as its state: JSON that is small and shallow enough for whatever reads it."""

from __future__ import annotations

import json
import re

DEPTH = 64
"""How deep lists and objects may lie in each other. The desks send five levels."""
_STRING = re.compile(r'"(?:[^"\\]|\\.)*"', re.DOTALL)
_BRACKET = re.compile(r"[\[\]{}]")


def is_sound(text: str) -> bool:
    """Return whether a text is JSON of at most ``DEPTH`` levels, with numbers that JSON has and pairs of surrogates."""
    if _depth(text) > DEPTH:
        return False
    try:
        json.dumps(json.loads(text, parse_constant=_refuse), ensure_ascii=False).encode()
    except (ValueError, RecursionError):
        return False
    return True


def _depth(text: str) -> int:
    """Return how deep brackets are nested outside strings, without descending into them."""
    level = deepest = 0
    for bracket in _BRACKET.finditer(_STRING.sub('""', text)):
        level += 1 if bracket[0] in "[{" else -1
        deepest = max(deepest, level)
    return deepest


def _refuse(constant: str) -> None:
    raise ValueError(constant)
