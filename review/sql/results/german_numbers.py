"""Numbers in German words: zwölf, einundzwanzig, dreihundertfünf, zweitausend, drei Millionen."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple

_ONES = {
    "zwei": 2, "zwo": 2, "drei": 3, "vier": 4, "fünf": 5, "sechs": 6, "sieben": 7, "acht": 8, "neun": 9, "zehn": 10,
    "elf": 11, "zwölf": 12, "dreizehn": 13, "vierzehn": 14, "fünfzehn": 15, "sechzehn": 16, "siebzehn": 17,
    "achtzehn": 18, "neunzehn": 19,
}  # fmt: skip
_TENS = {"zwanzig": 20, "dreißig": 30, "dreissig": 30, "vierzig": 40, "fünfzig": 50, "sechzig": 60, "siebzig": 70,
         "achtzig": 80, "neunzig": 90}  # fmt: skip
_LARGE = {"million": 1_000_000, "millionen": 1_000_000, "milliarde": 1_000_000_000, "milliarden": 1_000_000_000}
_DIGIT = "ein|" + "|".join(word for word, number in _ONES.items() if number < 10)
_BELOW_100 = (
    rf"(?:(?:{_DIGIT})und(?:{'|'.join(_TENS)})|{'|'.join(_TENS)}|{'|'.join(sorted(_ONES, key=len, reverse=True))})"
)
_BELOW_1000 = rf"(?:(?:{_DIGIT})?hundert(?:und)?(?:{_BELOW_100}|eins?)?|{_BELOW_100})"
_WORD = re.compile(
    rf"(?<![\w-])(?P<whole>(?:(?:{_BELOW_1000}|ein)?tausend(?:und)?(?:{_BELOW_1000}|eins?)?|{_BELOW_1000}))"
    rf"(?:\s+(?P<large>{'|'.join(sorted(_LARGE, key=len, reverse=True))}))?(?![\w-])",
    re.IGNORECASE,
)
_NO_COUNT = re.compile(
    r"\s+(?:Drittel|Viertel|Fünftel|Sechstel|Achtel|Zehntel|Prozent|(?:vergangenen|letzten)?\s*"
    r"(?:Sekunde|Minute|Stunde|Tag|Woche|Monat|Quartal|Jahr)e?n?)\b", re.IGNORECASE,
)  # fmt: skip
"""A part of something, or a time that was asked for."""


_OF = re.compile(r"\b(?:vom|von|pro|je|auf|viele|mehrere|einige)\s+$", re.IGNORECASE)
"""Before a hundred or a thousand that is a base or no number: 4 vom Hundert."""


class Spelled(NamedTuple):
    """A number in words, with the power of ten of its last digit."""

    start: int
    end: int
    value: int
    place: int


def german_numbers(text: str) -> Iterator[Spelled]:
    """Yield the numbers from zwei on that a text writes in German words; ein is an article as well."""
    for match in _WORD.finditer(text):
        value = _value(match["whole"].lower())
        if match["whole"].lower() in ("hundert", "tausend") and _OF.search(text[: match.start()][-12:]):
            continue
        if _NO_COUNT.match(text, match.end()) or value < 2:
            continue
        scale = _LARGE[match["large"].lower()] if match["large"] else 1
        yield Spelled(match.start(), match.end(), value * scale, len(str(scale)) - 1)


def _value(word: str) -> int:
    for name, number in (("tausend", 1_000), ("hundert", 100)):
        before, found, after = word.partition(name)
        if found:
            rest = after.removeprefix("und")
            return (_value(before) if before else 1) * number + (_value(rest) if rest else 0)
    if word in ("ein", "eins"):
        return 1
    if word in _ONES or word in _TENS:
        return _ONES.get(word) or _TENS[word]
    ones, _, tens = word.partition("und")
    return _value(ones) + _TENS[tens]
