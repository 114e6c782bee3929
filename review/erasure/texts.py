"""The texts of a person, and finding them in other texts. Values in, values out.

Whole texts and their sentences are looked for: people quote a sentence. A short text is nobody's alone, so it is not
looked for; where it stands is emptied as a whole.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from review.basics.leaves import leaves
from review.privacy.erased import ERASED

LEAST = 12
"""Characters of the shortest text that is looked for."""
LEAST_SENTENCE = 20
LEAST_NAME = 6
"""Characters of the shortest thing that was masked, such as an address, that is looked for."""
PROBE = 20
"""Characters of a text that are looked for first; only where they stand, the whole of it is."""
AT_ONCE = 300
_ENDS = re.compile(r"(?<=[.!?;])\s+|[\r\n]+")
_TOKEN = re.compile(r"\[[A-Z][A-Z0-9_]*_[0-9]+\]")
_ESCAPE = re.compile(r"\\(u[0-9a-fA-F]{4}|.)", re.DOTALL)
_MEANS = {"n": "\n", "t": "\t", "r": "\r", "b": "\b", "f": "\f"}
DEEP = 3
"""How often JSON may stand inside a text of JSON."""


def wanted_in(value: Any) -> Iterator[str]:
    """Yield the texts inside a value that are looked for elsewhere: each as a whole, and its sentences."""
    for text in leaves(value):
        whole = text.strip()
        if ERASED in whole:
            continue
        if len(whole) >= LEAST:
            yield whole
        yield from (part for one in _ENDS.split(whole) if len(part := one.strip()) >= LEAST_SENTENCE)


def names_masked(before: Any, after: Any) -> Iterator[str]:
    """Yield what was masked, from a value before and after masking: addresses, numbers, names."""
    for plain, masked in zip(leaves(before), leaves(after), strict=False):
        pieces = _TOKEN.split(masked)
        if len(pieces) < 2:
            continue
        found = re.fullmatch("(.+?)".join(map(re.escape, pieces)), plain, re.DOTALL)
        yield from (one.strip() for one in (found.groups() if found else ()) if len(one.strip()) >= LEAST_NAME)


def unescaped(text: str) -> str:
    """Return a text without the escapes of JSON, as often as it was escaped."""
    for _ in range(DEEP):
        if "\\" not in text:
            break
        plain = _ESCAPE.sub(_meant, text)
        if plain == text:
            break
        text = plain
    return text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")


def _meant(found: re.Match[str]) -> str:
    code = found[1]
    return chr(int(code[1:], 16)) if len(code) == 5 else _MEANS.get(code, code)


class Finder:
    """Finds some texts in many others."""

    def __init__(self, texts: Iterable[str]) -> None:
        self.texts = tuple(sorted(set(texts), key=len, reverse=True))
        probes = sorted({text[:PROBE] for text in self.texts})
        self._patterns = [
            "|".join(map(re.escape, probes[start : start + AT_ONCE])) for start in range(0, len(probes), AT_ONCE)
        ]

    def places(self, texts: Sequence[str]) -> list[int]:
        """Return the places of those of some texts in which one of the wanted stands."""
        array = pa.array(texts, pa.large_string())
        found: set[int] = set()
        for pattern in self._patterns:
            hits = pc.match_substring_regex(array, pattern).to_numpy(zero_copy_only=False).nonzero()[0]
            found.update(int(n) for n in hits)
        return sorted(n for n in found if self.holds(texts[n]))

    def holds(self, text: str) -> bool:
        """Whether one of the wanted stands in a text."""
        return any(one in text for one in self.texts)

    def those_in(self, text: str) -> set[str]:
        """Return the wanted that stand in a text."""
        return {one for one in self.texts if one in text}

    def without(self, value: Any) -> Any:
        """Return a value with ``ERASED`` in place of each of the wanted, the longest first."""
        if isinstance(value, str):
            for one in self.texts:
                if one in value:
                    value = value.replace(one, ERASED)
            return value
        if isinstance(value, Mapping):
            return {self.without(str(key)): self.without(inner) for key, inner in value.items()}
        if isinstance(value, list | tuple):
            return [self.without(inner) for inner in value]
        return value
