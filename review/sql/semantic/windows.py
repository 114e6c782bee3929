"""Times that a question names, as days: resolved against the day on which it was asked."""

from __future__ import annotations

import calendar
import re
from collections.abc import Callable, Iterator
from datetime import date, timedelta
from typing import NamedTuple

MONTHS = {name.lower(): k for k, name in enumerate(calendar.month_name) if name}
MONTHS |= {name.lower(): k for k, name in enumerate(calendar.month_abbr) if name and name != "May"}
NUMBERS = {
    "one": 1, "two": 2, "three": 3, "four": 4, "five": 5, "six": 6, "seven": 7, "eight": 8, "nine": 9, "ten": 10,
    "eleven": 11, "twelve": 12,
}  # fmt: skip


ORDINALS = ("first", "second", "third", "fourth")


class Window(NamedTuple):
    """A phrase of the question and the first and last day that it means; not ``exact`` where people differ in them.

    A phrase that ``recurs`` names no year, as "in January" does, and is taken for the last one that has begun.
    """

    phrase: str
    first: date
    last: date
    exact: bool = True
    recurs: bool = False


def windows_in(question: str, as_of: date | None) -> list[Window]:
    """Return the times that a question names, in order; overlapping phrases count once, the longest first.

    Without the day of the question, "last month" names none.
    """
    found: list[tuple[int, int, Window]] = []
    for pattern, meaning in _PHRASES if as_of else _ABSOLUTE:
        for match in pattern.finditer(question):
            days = meaning(match, as_of or date.max)
            if days is not None:
                recurs = meaning in _RECURRING
                loose = (
                    recurs or meaning in (_past, _to_date) or _PART_OF.search(question, 0, match.start()) is not None
                )
                window = Window(match[0], *days, exact=not loose, recurs=recurs)
                found.append((match.start(), match.end(), window))
    found.sort(key=lambda f: (f[0], -f[1]))
    kept: list[Window] = []
    end = -1
    for start, stop, window in found:
        if start >= end:
            kept.append(window)
            end = stop
    return kept


Days = tuple[date, date]


def period(unit: str, day: date, back: int = 0) -> Days:
    """Return the first and last day of the calendar unit that lies ``back`` units before the one of ``day``."""
    if unit == "day":
        there = day - timedelta(days=back)
        return there, there
    if unit == "week":
        monday = day - timedelta(days=day.weekday(), weeks=back)
        return monday, monday + timedelta(days=6)
    months = {"month": 1, "quarter": 3, "year": 12}[unit]
    first = (day.year * 12 + day.month - 1) // months * months - back * months
    return _first(first), _first(first + months) - timedelta(days=1)


def _first(months: int) -> date:
    return date(months // 12, months % 12 + 1, 1)


def _relative(match: re.Match[str], as_of: date) -> Days | None:
    return period(match["unit"].lower(), as_of, 0 if match["which"].lower() in ("this", "current") else 1)


def _past(match: re.Match[str], as_of: date) -> Days | None:
    count = NUMBERS.get(match["n"].lower()) or (int(match["n"]) if match["n"].isdigit() else 0)
    unit = match["unit"].lower()
    if not 0 < count < 1000:
        return None
    # People mean either the whole units before this one or the days up to today, so the window holds both.
    first = period(unit, as_of, count)[0]
    return first, as_of


def _month(match: re.Match[str], as_of: date) -> Days | None:
    month = MONTHS[match["month"].lower()]
    return period("month", date(int(match["year"]), month, 1))


def _months(match: re.Match[str], as_of: date) -> Days | None:
    first, last = MONTHS[match["month"].lower()], MONTHS[match["end"].lower()]
    year = int(match["year"])
    begins = date(int(match["began"]) if match["began"] else year, first, 1)
    ends = period("month", date(year, last, 1))[1]
    return (begins, ends) if begins <= ends else None


def _last_month(match: re.Match[str], as_of: date) -> Days | None:
    month = MONTHS[match["month"].lower()]
    year = as_of.year - (month > as_of.month)
    end = MONTHS[match["end"].lower()] if match["end"] else month
    return period("month", date(year, month, 1))[0], period("month", date(year + (end < month), end, 1))[1]


def _last_quarter(match: re.Match[str], as_of: date) -> Days | None:
    first = 3 * _ordinal(match["q"], last=4) - 2
    return period("quarter", date(_year_said(match, as_of, first), first, 1))


def _last_half(match: re.Match[str], as_of: date) -> Days | None:
    first = 6 * _ordinal(match["h"], last=2) - 5
    year = _year_said(match, as_of, first)
    return date(year, first, 1), period("month", date(year, first + 5, 1))[1]


def _year_said(match: re.Match[str], as_of: date, month: int) -> int:
    """The year of "this year" or "last year", without these that of the last such month that has begun."""
    which = (match["which"] or "").lower()
    if which in ("last", "previous"):
        return as_of.year - 1
    return as_of.year if which in ("this", "current") else as_of.year - (month > as_of.month)


def _to_date(match: re.Match[str], as_of: date) -> Days | None:
    short = {"y": "year", "q": "quarter", "m": "month"}
    unit = (match["unit"] or match["so_far"] or match["far"] or short[match["short"][0].lower()]).lower()
    return period(unit, as_of)[0], as_of


def _quarter(match: re.Match[str], as_of: date) -> Days | None:
    number = _ordinal(match["q"], last=4)
    return period("quarter", date(int(match["year"]), 3 * number - 2, 1))


def _half(match: re.Match[str], as_of: date) -> Days | None:
    first = 6 * _ordinal(match["h"], last=2) - 5
    return date(int(match["year"]), first, 1), period("month", date(int(match["year"]), first + 5, 1))[1]


def _ordinal(word: str, *, last: int) -> int:
    """Return the number of "1", "2nd", "third" or "last"."""
    word = word.lower()
    return last if word == "last" else int(word[0]) if word[0].isdigit() else ORDINALS.index(word) + 1


def _year(match: re.Match[str], as_of: date) -> Days | None:
    return period("year", date(int(match["year"]), 1, 1))


def _day(match: re.Match[str], as_of: date) -> Days | None:
    try:
        there = date.fromisoformat(match[0])
    except ValueError:
        return None
    return there, there


_MONTH = "|".join(sorted(MONTHS, key=len, reverse=True))
_THIS = r"\b(?P<which>last|previous|past|this|current)\s+(?P<unit>week|month|quarter|year)\b"
_LAST = r"\b(?:last|past|previous)\s+(?P<n>\d{1,3}|[a-z]+)\s+(?P<unit>day|week|month|quarter|year)s\b"
_YEAR = r"(?P<year>(?:19|20)\d\d)"
_Q = r"(?P<q>first|second|third|fourth|last|1st|2nd|3rd|4th)"
_H = r"(?P<h>first|second|last|1st|2nd)"
_Phrases = tuple[tuple[re.Pattern[str], Callable[[re.Match[str], date], Days | None]], ...]
_ABSOLUTE: _Phrases = (
    (re.compile(rf"\b(?P<month>{_MONTH})\.?,?\s+{_YEAR}\b", re.I), _month),
    (re.compile(rf"\b(?:from|between)\s+(?P<month>{_MONTH})\.?(?:,?\s+(?P<began>(?:19|20)\d\d))?\s*"
                rf"(?:to|and|until|till|through|-|–)\s*(?P<end>{_MONTH})\.?,?\s+{_YEAR}\b", re.I), _months),
    (re.compile(rf"\bQ(?P<q>[1-4])\s*(?:of\s*|in\s*)?{_YEAR}\b", re.I), _quarter),
    (re.compile(rf"\b{_YEAR}[- ]?Q(?P<q>[1-4])\b", re.I), _quarter),
    (re.compile(rf"\b{_Q}\s+quarter\s+(?:of\s+|in\s+)?{_YEAR}\b", re.I), _quarter),
    (re.compile(rf"\bH(?P<h>[12])\s*(?:of\s*|in\s*)?{_YEAR}\b", re.I), _half),
    (re.compile(rf"\b{_H}\s+half\s+(?:of\s+|in\s+)?{_YEAR}\b", re.I), _half),
    (re.compile(r"\b\d{4}-\d{2}-\d{2}\b"), _day),
    (re.compile(rf"\b(?:in|of|during|for|year)\s+{_YEAR}\b(?!-)", re.I), _year),
)  # fmt: skip
_RECURRING = (_last_month, _last_quarter, _last_half)
_PART_OF = re.compile(
    r"\b(?:\d{1,2}(?:st|nd|rd|th)?\.?|beginning|start|middle|mid|end|early|late)(?:\s+of)?[\s-]*$", re.I
)
"""What makes of a month or year that follows a part: "31 December 2025", "the end of March 2026"."""
# "may" and "march" are words as well, so they must be written with a capital.
_NAMED = rf"(?:(?i:{'|'.join(m for m in MONTHS if m not in ('may', 'march', 'mar'))})|May|March|Mar)"
_NO_YEAR = r"(?!\.?,?\s*(?:of\s*|in\s*)?(?:19|20)\d\d)(?!\.?\s\d)"
_OF_YEAR = r"(?:\s+(?:of\s+)?(?:the|(?P<which>this|current|last|previous))\s+year\b)"
_PHRASES: _Phrases = (
    (re.compile(_THIS, re.I), _relative),
    (
        re.compile(
            rf"\b(?:[Ii]n|[Dd]uring|[Ff]or|[Oo]f|[Tt]hroughout|[Ff]rom|[Bb]etween)\s+(?P<month>{_NAMED})\b"
            rf"(?:\s*(?:to|and|until|till|through|-|–)\s*(?P<end>{_NAMED})\b)?{_NO_YEAR}"
        ),
        _last_month,
    ),
    (re.compile(rf"(?<!\d)(?<!\d[ -])\bQ(?P<q>[1-4])\b{_OF_YEAR}?{_NO_YEAR}", re.I), _last_quarter),
    (
        re.compile(rf"\b(?P<q>first|second|third|fourth|1st|2nd|3rd|4th)\s+quarter\b{_OF_YEAR}?{_NO_YEAR}", re.I),
        _last_quarter,
    ),
    (re.compile(rf"(?<!\d)(?<!\d[ -])\bH(?P<h>[12])\b{_OF_YEAR}?{_NO_YEAR}", re.I), _last_half),
    (re.compile(rf"\b(?P<h>first|second|1st|2nd)\s+half\b{_OF_YEAR}", re.I), _last_half),
    (
        re.compile(
            r"\b(?:(?P<unit>year|quarter|month)[- ]to[- ]date|(?P<short>ytd|qtd|mtd)|"
            r"so\s+far\s+this\s+(?P<so_far>year|quarter|month)|this\s+(?P<far>year|quarter|month)\s+so\s+far)\b",
            re.I,
        ),
        _to_date,
    ),
    (re.compile(_LAST, re.I), _past),
    *_ABSOLUTE,
    (re.compile(r"\byesterday\b", re.I), lambda match, as_of: period("day", as_of, 1)),
    (re.compile(r"\btoday\b", re.I), lambda match, as_of: period("day", as_of)),
)
COMPARED = re.compile(r"\b(?:compar\w*|versus|vs\.?|change\w*|grow\w*|growth|than|trend\w*|increase\w*|decrease\w*|"
                      r"over\s+(?:month|year|week|quarter)|previous|before|since|until|between|after|"
                      r"so\s+far|by\s+the\s+end|up\s+to)\b", re.I)  # fmt: skip
"""Words after which a query rightly reads other times too."""


def days_written(texts: Iterator[str]) -> list[Days]:
    """Return the days that literals of a statement stand for: a day, a month or a year, also as a pattern."""
    found: list[Days] = []
    for text in texts:
        match = re.fullmatch(
            r"((?:19|20)\d\d)(?:-(\d\d)(?:-(\d\d)(?:[ T].*)?)?)?(?:-?[%*]|(?:-__)+)?|((?:19|20)\d\d)(\d\d)(\d\d)?",
            text.strip(),
        )
        if not match:
            continue
        year, month, day = match[1] or match[4], match[2] or match[5], match[3] or match[6]
        try:
            if day:
                there = date(int(year), int(month), int(day))
                found.append((there, there))
            else:
                found.append(period("month" if month else "year", date(int(year), int(month or 1), 1)))
        except ValueError:
            continue
    return found
