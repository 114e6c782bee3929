"""A label as a model wrote it, held against the scale: one value, none, or something that the scale does not have.

Spelling is forgiven (case, quotes, a full stop, ``Wrong fact`` for ``wrong_fact``), meaning is not guessed at: words
beside a value, such as "not correct", make it another label, and two values make it none.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from functools import lru_cache
from typing import Any, NamedTuple

from review.basics.labels import Scale
from review.rubric.rubric import Dimension

_EDGE = " \t\r\n\"'`*_.,:;!?()[]{}<>„“”‚‘’«»-–—#"
_WORD = re.compile(r"\w+")
_GAP = re.compile(r"[\s_\-]+")
_EMPTY_SET = ("", "none", "null", "n/a", "na", "nothing")


class Found(NamedTuple):
    """``value`` in canonical form, a set as ``a|b``; else ``error``: missing, off_scale or unparseable."""

    value: str | None
    error: str = ""


NOTHING = Found(None, "missing")


def folded(text: str) -> str:
    """A text without what spelling may vary: case, width, quotes, marks at the edges, how gaps are written."""
    return _GAP.sub(" ", unicodedata.normalize("NFKC", text).casefold().strip(_EDGE))


@lru_cache(maxsize=256)
def _by_folded(values: tuple[str, ...]) -> dict[str, str | None]:
    """Values by their folded text; None where two of them differ by spelling alone."""
    found: dict[str, str | None] = {}
    for value in values:
        key = folded(value)
        found[key] = None if key in found else value
    return found


def label_of(dimension: Dimension, raw: Any) -> Found:
    """One label as it stands in a reply."""
    if dimension.scale.kind == "set":
        return _set(dimension.scale, raw)
    if raw is None or raw == "" or (isinstance(raw, float) and raw != raw):
        return NOTHING
    if isinstance(raw, list):
        return label_of(dimension, raw[0]) if len(raw) == 1 else Found(None, "unparseable" if raw else "missing")
    if isinstance(raw, dict):
        return Found(None, "unparseable")
    value = _value(dimension.scale, raw)
    if value is not None:
        return Found(value)
    return Found(None, "unparseable" if _names_several(dimension.scale, str(raw)) else "off_scale")


def _value(scale: Scale, raw: Any) -> str | None:
    try:
        said = scale.canonical(raw)
    except ValueError:
        said = _by_folded(scale.values).get(folded(str(raw)))
    return said if isinstance(said, str) else None


def _set(scale: Scale, raw: Any) -> Found:
    """A set may come as a list or in one text; an empty one is a label that names nothing."""
    if raw is None:
        return NOTHING
    parts = _members(scale, raw)
    if parts is None:
        return Found(None, "unparseable")
    chosen = {_value(_single(scale), p) for p in parts}
    return Found(None, "off_scale") if None in chosen else Found("|".join(v for v in scale.values if v in chosen))


def _single(scale: Scale) -> Scale:
    return Scale("nominal", scale.values)


def _members(scale: Scale, raw: Any) -> Sequence[Any] | None:
    if isinstance(raw, list):
        return raw if all(isinstance(p, str | int | float) for p in raw) else None
    if not isinstance(raw, str | int | float):
        return None
    text = str(raw)
    if folded(text) in _EMPTY_SET:
        return []
    # A value may hold a comma itself.
    if _value(_single(scale), text) is not None:
        return [text]
    return [p for p in re.split(r"[|,;\n]", text.strip("[] ")) if p.strip()]


def _names_several(scale: Scale, text: str) -> bool:
    """Whether a text names two or more values, such as the echo of "wrong or partly or correct"."""
    rest, named = _words(text), 0
    # The longest first: "partly correct" is one value where the scale has it.
    for value in sorted(map(_words, scale.values), key=len, reverse=True):
        if value.strip() and value in rest:
            rest, named = rest.replace(value, "  "), named + 1
    return named > 1


def _words(text: str) -> str:
    return f" {' '.join(re.findall(_WORD, folded(text)))} "


def agreed(found: Sequence[Found]) -> Found:
    """What several places of one reply say together: two labels are none."""
    said = {f for f in found if f != NOTHING}
    if not said:
        return NOTHING
    return said.pop() if len(said) == 1 else Found(None, "unparseable")
