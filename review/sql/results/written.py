"""The figures of a text as numbers: with digits in the ways of several countries, with a scale, or in words."""

from __future__ import annotations

import re
import tomllib
from bisect import bisect_right
from collections.abc import Iterator
from decimal import Decimal
from functools import lru_cache
from pathlib import Path
from typing import NamedTuple

from review.sql.results.cells import WIDE
from review.sql.results.german_numbers import german_numbers
from review.sql.semantic.windows import MONTHS

NAMED = tomllib.loads((Path(__file__).parent / "number_words.toml").read_text(encoding="utf-8"))
SCALES: dict[str, int] = {"k": 3, "m": 6, "mm": 6, "b": 9, **NAMED["scales"]}
_GROUPED = r"\d{1,3}(?:[.,'’\u00a0\u202f]\d{3})+(?!\d)(?:[.,]\d+)?|[1-9]\d{0,2}(?: \d{3})+(?!\d|[.,]\d{3})(?:[.,]\d+)?"
_SCALE = "|".join(one.replace(" ", r"\s") for one in sorted(NAMED["scales"], key=len, reverse=True))
_UNIT = "|".join(sorted(NAMED["attached"]["units"], key=len, reverse=True))
# The number is atomic: a shorter part of its digits is another number. "The 90s" are no seconds.
FIGURE = re.compile(
    r"(?<![\w.,/:-])(?P<sign>[-−–+])?\s?(?P<currency>[$€£¥])?\s?"
    rf"(?P<number>(?>{_GROUPED}|\d+(?:[.,]\d+)?))"
    rf"(?P<scale>\s?(?:(?i:{_SCALE})\b(?:(?<=(?i:mio|mrd|tsd))\.)?|(?:MM|[kKmMbB])(?!\w)))?"
    r"\s?(?:(?P<percent>%|(?i:percent|per cent|pct|prozent|vom hundert)\b|v\.\s?H\.)|"
    r"(?P<points>(?:basis points?|bps?)\b|(?P<mille>‰|(?i:promille|per mil(?:le)?|vom tausend)\b|v\.\s?T\.)))?"
    rf"(?P<ordinal>st\b|nd\b|rd\b|th\b)?(?:(?=(?:{_UNIT})\b)(?<!\s)(?!(?<=0)s\b)|(?![\w:/]|-\d))"
)
_MONEY = re.compile(r"\s?(?:[$€£¥]|(?:EUR|USD|GBP|CHF|JPY|dollars?|euros?|pounds?|yen)\b)", re.IGNORECASE)
_MONTH = "|".join(sorted({*MONTHS, *NAMED["months"]["german"]}, key=len, reverse=True))
_DAY = r"\d{1,2}(?:st|nd|rd|th|\.)?"
_TO = r"\s?(?:[-–—/&]|to|until|till|through|thru|and|bis|und)\s?"
_DATE = re.compile(
    # The first day of "16 to 26 January" and "January 16 to 26" has no month of its own.
    rf"\b{_DAY}{_TO}{_DAY}\s(?:of\s)?(?:{_MONTH})\b|\b(?:{_MONTH})\s{_DAY}{_TO}{_DAY}(?![\d%]|[.,:]\d|\s?%)|"
    rf"\b\d{{1,2}}\.(?:\d{{1,2}}\.)?{_TO}\d{{1,2}}\.\d{{1,2}}\.(?:\d{{2,4}}\b)?|"
    r"\b\d{4}-\d{2}(?:-\d{2})?\b|\b\d{1,2}[./]\d{1,2}[./]\d{2,4}\b|\bQ[1-4]\b|\b\d{1,2}:\d{2}\b|"
    rf"\b\d{{1,2}}(?:st|nd|rd|th|\.)?\s(?:of\s)?(?:{_MONTH})\b|\b(?:{_MONTH})\s\d{{1,2}}(?:st|nd|rd|th)?\b(?!\d|[.,]\d)",
    re.IGNORECASE,
)
_CONTINENTAL = re.compile(r"\d\.\d{3},\d|(?<![\d.,])\d+,(?:\d{1,2}|\d{4,})(?![\d.])|\d\.\d{3}\.\d{3}(?!\d)")
_ENGLISH = re.compile(r"[,'’ \u00a0\u202f]\d{3}\.\d")
_WORDS: dict[str, int] = NAMED["words"]
_LARGE = {"thousand": 1_000, "million": 1_000_000, "billion": 1_000_000_000}
_ONE = "|".join(sorted((*_WORDS, *_LARGE, "hundred"), key=len, reverse=True))
_DIGIT = "|".join(word for word, number in _WORDS.items() if number < 10)
_SPELLED = re.compile(
    rf"(?<![\w-])(?:(?:a|an)\s)?(?:{_ONE})(?:(?:\s+and\s+|\s+|-)(?:{_ONE}))*"
    rf"(?:\s+point(?P<part>(?:\s+(?:{_DIGIT}))+)\b(?:\s+(?P<large>{'|'.join(_LARGE)}))?)?(?![\w-])",
    re.IGNORECASE,
)


_ABOUT = re.compile(
    r"(?:\b(?:about|around|roughly|approximately|approx|some|close to|circa|ca|rund|etwa|ungefähr)\.?|[~≈])$", re.I
)
_OVER = re.compile(r"\b(?:over|more than|above|upwards of|at least|über|mehr als)$", re.I)
_UNDER = re.compile(r"\b(?:nearly|almost|under|less than|fewer than|below|at most|fast|knapp|weniger als)$", re.I)
"""Words before a figure that say that it is rounded, and which way."""
LONGEST_HEDGE = 20
"""Characters that hold any of them, and the one before."""


NEAR = 80
"""Characters before and after a figure in which words speak of it."""
MOST_READ = 20_000
"""Characters of an answer in which figures are looked up; nobody words a result at such length."""
NONE = Decimal(0)


class Written(NamedTuple):
    """A figure of a text with its place there.

    ``place`` is the power of ten of its last digit, ``other`` what else its digits may mean, ``plain`` says
    that it is a bare number. Where its words say that it is round, as "about 1,500" does for 1,497, ``below`` and
    ``above`` are how far the exact number may lie under and over it.
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
    below: Decimal = NONE
    above: Decimal = NONE

    @property
    def reach(self) -> tuple[Decimal, Decimal]:
        """The least and the most that a number without its sign may be, to be this figure when rounded."""
        half, value = Decimal(5).scaleb(self.place - 1), abs(self.value)
        return value - max(half, self.below), value + max(half, self.above)

    def rounds(self, number: Decimal) -> bool:
        """Whether this is a number, rounded; words may carry its sign, as in "fell by 32.5%"."""
        least, most = self.reach
        return least <= abs(number) <= most or (self.other is not None and self.other.rounds(number))


def figures_in(text: str) -> Iterator[Written]:
    """Yield the figures of a text in their order; ordinals and parts of dates are none."""
    return iter(_figures(text))


@lru_cache(maxsize=16)
def _figures(text: str) -> list[Written]:
    dates = [m.span() for m in _DATE.finditer(text)]
    found = [*_digits(text, dates), *_spelled(text), *_german(text)]
    return sorted(found, key=lambda one: one.start)


def read_part(answer: str) -> str:
    """Return the part of an answer that is read: its first ``MOST_READ`` characters, to the end of a word."""
    if len(answer) <= MOST_READ:
        return answer
    part = answer[:MOST_READ]
    return part[: part.rfind(" ") + 1] or part


def around(one: Written, text: str) -> tuple[str, str]:
    """Return the ``NEAR`` characters of a text before and after a figure: what is further away says nothing of it."""
    return text[max(0, one.start - NEAR) : one.start], text[one.end : one.end + NEAR]


def _digits(text: str, dates: list[tuple[int, int]]) -> Iterator[Written]:
    continental = bool(_CONTINENTAL.search(text))
    for match in FIGURE.finditer(text):
        at = bisect_right(dates, (match.start("number"), len(text))) - 1
        if match["ordinal"] or (at >= 0 and match.start("number") < dates[at][1]):
            continue
        english = _ENGLISH.search(match["number"]) is not None
        digits, decimals = _read(match["number"], continental=continental and not english)
        scale = SCALES[" ".join(match["scale"].strip(" .").lower().split())] if match["scale"] else 0
        scale -= 1 if match["mille"] else 2 if match["points"] else 0
        sign = -1 if match["sign"] in ("-", "−") else 1
        before = text[max(0, match.start() - NEAR) : match.start()].rstrip()
        one = Written(
            text=match[0].strip(),
            start=match.start() + len(match[0]) - len(match[0].lstrip()),
            end=match.start() + len(match[0].rstrip()),
            value=sign * Decimal(digits).scaleb(scale - decimals, WIDE),
            place=scale - decimals,
            percent=bool(match["percent"] or match["points"]),
            currency=match["currency"] or "",
            plain=match[0].strip().removeprefix(match["sign"] or "").strip().isdigit(),
        )
        if decimals == 0:
            one = _about(one, before, digits, scale)
        yield one._replace(other=_otherwise(one, match, text, before, digits=digits, decimals=decimals))


def _about(one: Written, before: str, digits: str, scale: int) -> Written:
    below, above = room(before, digits, scale)
    return one._replace(below=below, above=above)


def _otherwise(
    one: Written, match: re.Match[str], text: str, before: str, *, digits: str, decimals: int
) -> Written | None:
    """What else the digits of a figure may mean, None for nothing."""
    sign, number = (-1 if one.value < 0 else 1), match["number"]
    unscaled = one._replace(value=sign * Decimal(digits).scaleb(-decimals, WIDE), place=-decimals)
    # "12.7 m" are millions, metres or minutes.
    letter = (match["scale"] or "").strip() == "m" and not one.currency and not _MONEY.match(text, match.end())
    if letter or match["points"]:
        unscaled = unscaled._replace(percent=False, end=match.end("number"))
        return _about(unscaled, before, digits, 0) if decimals == 0 else unscaled._replace(below=NONE, above=NONE)
    # "Lens 51 207" may be the number behind a name that ends in digits.
    if " " in number:
        last = number.rpartition(" ")[2]
        if last.isdigit():
            return one._replace(value=Decimal(last).scaleb(one.place, WIDE), below=NONE, above=NONE)
    # "1.234" may be a little over one, or 1,234 in a country that groups digits by dots.
    if decimals > 0 and re.fullmatch(r"\d{1,3}\.\d{3}", number):
        scale = one.place + decimals
        whole = one._replace(value=sign * Decimal(digits).scaleb(scale, WIDE), place=scale)
        return _about(whole, before, digits, scale)
    return None


def room(before: str, digits: str, scale: int = 0) -> tuple[Decimal, Decimal]:
    """Return how far under and over a round number the exact one may lie, by the words before it."""
    about, over, under = (one.search(before[-LONGEST_HEDGE:]) for one in (_ABOUT, _OVER, _UNDER))
    if not (about or over or under):
        return NONE, NONE
    wide = round_to(digits).scaleb(scale)
    return (NONE if over else wide), (NONE if under else wide)


def round_to(digits: str) -> Decimal:
    """Return how far the exact number may lie from a round one: half a step, and at most 5%.

    The step is what the last digit that is not zero counts by: 100 in 1,400, and 50 in 1,450.
    """
    kept = digits.rstrip("0")
    if not kept:
        return NONE
    step = Decimal(10) ** (len(digits) - len(kept)) * (5 if kept[-1] == "5" else 1)
    return min(step / 2, Decimal(digits) / 20)


def _read(number: str, *, continental: bool) -> tuple[str, int]:
    """Return the digits of a number and how many of them are decimals."""
    bare = re.sub(r"['’ \u00a0\u202f]", "", number)
    if continental:
        bare = bare.translate(str.maketrans(".,", ",."))
    whole, dot, part = bare.rpartition(".")
    if not dot or bare.count(".") > 1:
        return re.sub(r"[.,]", "", bare), 0
    return whole.replace(",", "") + part, len(part)


def _spelled(text: str) -> Iterator[Written]:
    """Numbers in words; a scale behind digits, such as "3 million", belongs to the digits."""
    for match in _SPELLED.finditer(text):
        whole = text[match.start() : match.start("part") if match["part"] else match.end()]
        words = [word for word in re.findall(r"[a-z]+", whole.lower()) if word != "point"]
        before = text[max(0, match.start() - NEAR) : match.start()].rstrip()
        if not (set(words) & {*_WORDS, "hundred"} or words[0] in ("a", "an")) or before[-1:].isdigit():
            continue
        place = len(str(_LARGE[words[-1]])) - 1 if words[-1] in _LARGE else 0
        value = Decimal(_number(words))
        if match["part"]:
            decimals = "".join(str(_WORDS[word]) for word in match["part"].lower().split())
            scale = len(str(_LARGE[match["large"].lower()])) - 1 if match["large"] else 0
            place = scale - len(decimals)
            value = Decimal(f"{value}.{decimals}").scaleb(scale)
        yield Written(
            text=match[0], start=match.start(), end=match.end(), value=value, place=place, plain=not match["part"]
        )


def _german(text: str) -> Iterator[Written]:
    for one in german_numbers(text):
        if not text[max(0, one.start - NEAR) : one.start].rstrip()[-1:].isdigit():
            value = Decimal(one.value)
            yield Written(text=text[one.start : one.end], start=one.start, end=one.end, value=value, place=one.place)


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
