"""The figures of a text as numbers: with digits in the ways of several countries, with a scale, or in words."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path
from typing import NamedTuple

from review.sql.semantic.windows import MONTHS

_GROUPED = r"\d{1,3}(?:[.,'’\u00a0\u202f]\d{3})+(?:[.,]\d+)?"
FIGURE = re.compile(
    r"(?<![\w.,/:-])(?P<sign>[-−–+])?\s?(?P<currency>[$€£¥])?\s?"
    rf"(?P<number>{_GROUPED}|\d+(?:[.,]\d+)?)"
    r"(?P<scale>\s?(?:thousand|million|billion|trillion|bn|[kKmMbB])(?![\w]))?\s?(?P<percent>%|percent\b|per cent\b)?"
    r"(?P<ordinal>st\b|nd\b|rd\b|th\b)?(?![\w:/]|-\d)"
)
SCALES = {"k": 3, "thousand": 3, "m": 6, "million": 6, "b": 9, "bn": 9, "billion": 9, "trillion": 12}
_MONTH = "|".join(sorted(MONTHS, key=len, reverse=True))
_DATE = re.compile(
    r"\b\d{4}-\d{2}(?:-\d{2})?\b|\b\d{1,2}[./]\d{1,2}[./]\d{2,4}\b|\bQ[1-4]\b|\b\d{1,2}:\d{2}\b|"
    rf"\b\d{{1,2}}(?:st|nd|rd|th|\.)?\s(?:of\s)?(?:{_MONTH})\b|\b(?:{_MONTH})\s\d{{1,2}}(?:st|nd|rd|th)?\b(?!\d|[.,]\d)",
    re.IGNORECASE,
)
_CONTINENTAL = re.compile(r"\d\.\d{3},\d|(?<![\d.,])\d+,(?:\d{1,2}|\d{4,})(?![\d.])|\d\.\d{3}\.\d{3}(?!\d)")
_ENGLISH = re.compile(r"[,'’\u00a0\u202f]\d{3}\.\d")
NAMED = tomllib.loads((Path(__file__).parent / "number_words.toml").read_text(encoding="utf-8"))
_WORDS: dict[str, int] = NAMED["words"]
_LARGE = {"thousand": 1_000, "million": 1_000_000, "billion": 1_000_000_000}
_ONE = "|".join(sorted((*_WORDS, *_LARGE, "hundred"), key=len, reverse=True))
_SPELLED = re.compile(rf"(?<![\w-])(?:(?:a|an)\s)?(?:{_ONE})(?:(?:\s+and\s+|\s+|-)(?:{_ONE}))*(?![\w-])", re.IGNORECASE)


_ABOUT = re.compile(
    r"(?:\b(?:about|around|roughly|approximately|approx|some|close to|circa|ca|rund|etwa|ungefähr)\.?|[~≈])$", re.I
)
_OVER = re.compile(r"\b(?:over|more than|above|upwards of|at least|über|mehr als)$", re.I)
_UNDER = re.compile(r"\b(?:nearly|almost|under|less than|fewer than|below|at most|fast|knapp|weniger als)$", re.I)
"""Words before a figure that say that it is rounded, and which way."""


class Written(NamedTuple):
    """A figure of a text with its place there.

    ``place`` is the power of ten of its last digit, ``other`` what else its digits may mean, ``plain`` says
    that it is a bare number. ``below`` and ``above`` say how far under and over it a number may lie that it rounds in
    the words of people: "about 1,500" is said of 1,497.
    """

    text: str
    start: int
    end: int
    value: Decimal
    place: int
    percent: bool = False
    currency: str = ""
    plain: bool = True
    other: Written | None = None
    below: Decimal = Decimal(0)
    above: Decimal = Decimal(0)

    @property
    def reach(self) -> tuple[Decimal, Decimal]:
        """The least and the most that a number without its sign may be, to be this figure when rounded."""
        half, value = Decimal(5).scaleb(self.place - 1), abs(self.value)
        return value - max(half, self.below), value + max(half, self.above)

    def rounds(self, number: Decimal) -> bool:
        """Whether this is a number, rounded; words may carry its sign, as in "fell by 32.5%"."""
        least, most = self.reach
        return least <= abs(number) <= most


def figures_in(text: str) -> Iterator[Written]:
    """Yield the figures of a text in their order; ordinals and parts of dates are none."""
    dates = [m.span() for m in _DATE.finditer(text)]
    found = [*_digits(text, dates), *_spelled(text)]
    return iter(sorted(found, key=lambda one: one.start))


def _digits(text: str, dates: list[tuple[int, int]]) -> Iterator[Written]:
    continental = bool(_CONTINENTAL.search(text))
    for match in FIGURE.finditer(text):
        if match["ordinal"] or any(start <= match.start("number") < end for start, end in dates):
            continue
        english = _ENGLISH.search(match["number"]) is not None
        digits, decimals = _read(match["number"], continental=continental and not english)
        scale = SCALES[match["scale"].strip().lower()] if match["scale"] else 0
        sign = -1 if match["sign"] in ("-", "−") else 1
        value = sign * Decimal(digits).scaleb(scale - decimals)
        # "1.234" may be a little over one, or 1,234 in a country that groups digits by dots.
        thousands = re.fullmatch(r"\d{1,3}\.\d{3}", match["number"]) is not None and decimals > 0
        before = text[: match.start()].rstrip()
        bare = not (match["percent"] or match["currency"] or match["scale"]) and match["number"].isdigit()
        below, above = room(before, digits, scale) if decimals == 0 else (Decimal(0), Decimal(0))
        one = Written(
            text=match[0].strip(),
            start=match.start() + len(match[0]) - len(match[0].lstrip()),
            end=match.start() + len(match[0].rstrip()),
            value=value,
            place=scale - decimals,
            percent=bool(match["percent"]),
            currency=match["currency"] or "",
            plain=bare,
            below=below,
            above=above,
        )
        if thousands:
            below, above = room(before, digits, scale)
            whole = sign * Decimal(digits).scaleb(scale)
            one = one._replace(other=one._replace(value=whole, place=scale, below=below, above=above))
        yield one


def room(before: str, digits: str, scale: int = 0) -> tuple[Decimal, Decimal]:
    """Return how far under and over a whole number another one may lie that it rounds, by the words before it."""
    about, over, under = (one.search(before) for one in (_ABOUT, _OVER, _UNDER))
    if not (about or over or under):
        return Decimal(0), Decimal(0)
    wide = round_to(digits).scaleb(scale)
    return (Decimal(0) if over else wide), (Decimal(0) if under else wide)


def round_to(digits: str) -> Decimal:
    """Return how far a number may lie from the round one that people say for it: half a step, and at most 5%.

    The step is what the last digit that is not zero counts by: 100 in 1,400, and 50 in 1,450.
    """
    kept = digits.rstrip("0")
    if not kept:
        return Decimal(0)
    step = Decimal(10) ** (len(digits) - len(kept)) * (5 if kept[-1] == "5" else 1)
    return min(step / 2, Decimal(digits) / 20)


def _read(number: str, *, continental: bool) -> tuple[str, int]:
    """Return the digits of a number and how many of them are decimals."""
    bare = re.sub(r"['’\u00a0\u202f]", "", number)
    if continental:
        bare = bare.translate(str.maketrans(".,", ",."))
    whole, dot, part = bare.rpartition(".")
    if not dot or bare.count(".") > 1:
        return re.sub(r"[.,]", "", bare), 0
    return whole.replace(",", "") + part, len(part)


def _spelled(text: str) -> Iterator[Written]:
    """Numbers in words; a scale behind digits, such as "3 million", belongs to the digits."""
    for match in _SPELLED.finditer(text):
        words = re.findall(r"[a-z]+", match[0].lower())
        before = text[: match.start()].rstrip()
        if not (set(words) & {*_WORDS, "hundred"} or words[0] in ("a", "an")) or before[-1:].isdigit():
            continue
        place = len(str(_LARGE[words[-1]])) - 1 if words[-1] in _LARGE else 0
        yield Written(text=match[0], start=match.start(), end=match.end(), value=Decimal(_number(words)), place=place)


def _number(words: list[str]) -> int:
    total, part = 0, 0
    for word in words:
        if word in _WORDS:
            part += _WORDS[word]
        elif word == "hundred":
            part = max(part, 1) * 100
        elif word in _LARGE:
            total, part = total + max(part, 1) * _LARGE[word], 0
    return total + part
