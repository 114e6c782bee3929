"""Times as labels: those that a text names, and those of the cells and the column names of a result."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from datetime import date
from typing import Any, NamedTuple

from review.sql.results.readings import DAYS, calendar_parts
from review.sql.results.result import Result
from review.sql.semantic.windows import MONTHS

_YEAR = r"(?:19|20)\d\d"
_LONG = "|".join(name for name in MONTHS if len(name) > 3 and name != "march")
# "may" and "march" are words as well, so they must be written with a capital.
_MONTH = rf"(?:(?i:{_LONG})|{'|'.join(n.title() for n in MONTHS if len(n) == 3 or n == 'march')})\.?"
_SAID = re.compile(
    rf"(?<![\w.,/$€£¥-])(?:(?P<iso>{_YEAR})-(?P<iso_month>\d\d)(?:-(?P<iso_day>\d\d))?|"
    rf"(?P<early>\d{{1,2}})(?:st|nd|rd|th|\.)?\s(?:of\s)?(?P<month_after>{_MONTH})(?:,?\s(?P<year_after>{_YEAR}))?|"
    rf"(?P<month>{_MONTH})(?:\s(?P<late>\d{{1,2}})(?:st|nd|rd|th)?)?(?:,?\s(?:of\s)?(?P<month_year>{_YEAR}))?|"
    rf"[Qq](?P<q>[1-4])(?:\s(?:of\s)?(?P<q_year>{_YEAR}))?|(?P<year_q>{_YEAR})[ -]?[Qq](?P<q_after>[1-4])|"
    rf"(?P<weekday>(?i:{'|'.join(DAYS)}))s?|(?P<year>{_YEAR}))(?![\w%/]|[.,-]\d)"
)
_IN_NAME = re.compile(
    rf"(?<!\d)(?P<year>{_YEAR})(?:_?(?:q(?P<q>[1-4])|(?P<m>0[1-9]|1[0-2])))?(?!\d)|"
    rf"(?<![a-z])(?P<month>{'|'.join(sorted(MONTHS, key=len, reverse=True))})(?:_?(?P<of>{_YEAR}))?(?![a-z\d])|"
    rf"(?<![a-z])q(?P<only>[1-4])(?:_?(?P<q_of>{_YEAR}))?(?!\d)"
)
_BY_TODAY = re.compile(r"\b(?:year[- ]to[- ]date|ytd|this year|(?P<last>(?:last|previous) year))\b", re.IGNORECASE)


class Time(NamedTuple):
    """A year, a quarter, a month, a day or a day of the week (Monday is 1); what is not said is None."""

    year: int | None = None
    quarter: int | None = None
    month: int | None = None
    day: int | None = None
    weekday: int | None = None

    @property
    def finest(self) -> int:
        """The place of the finest part, for times of one grain."""
        return max(at for at, part in enumerate(self) if part is not None)

    def parts(self) -> list[int]:
        """The parts in an order that can be compared, 0 for those not said."""
        return [part or 0 for part in self]

    def names(self, other: Time) -> bool:
        """Whether a time in words may stand for a label: nothing of it differs."""
        return all(a == b for a, b in zip(self, other, strict=True) if a is not None and b is not None)


class Said(NamedTuple):
    """A time of a text with its place there."""

    time: Time
    text: str
    start: int
    end: int


def times_in(text: str) -> Iterator[Said]:
    """Yield the times that a text names, in their order."""
    for m in _SAID.finditer(text):
        month = m["month"] or m["month_after"]
        number = int(m["iso_month"]) if m["iso_month"] else MONTHS[month.lower().rstrip(".")] if month else None
        year = m["iso"] or m["year_after"] or m["month_year"] or m["q_year"] or m["year_q"] or m["year"]
        day, quarter = m["iso_day"] or m["early"] or m["late"], m["q"] or m["q_after"]
        weekday = DAYS.index(m["weekday"].lower()) + 1 if m["weekday"] else None
        found = Time(_int(year), _int(quarter) or (number and (number + 2) // 3), number, _int(day), weekday)
        yield Said(found, m[0], m.start(), m.end())


def with_year(said: Said, as_of: date, times: Sequence[Time]) -> Said:
    """Return a time of words with the year of the last one that had begun, where a result has it of several years."""
    time = said.time
    if time.year is not None or not (time.month or time.quarter):
        return said
    years = {other.year for other in times if time.names(other)}
    year = as_of.year - ((time.month or 3 * (time.quarter or 1) - 2) > as_of.month)
    return said._replace(time=time._replace(year=year)) if len(years) > 1 and year in years else said


def to_date_in(answer: str, as_of: date) -> list[Said]:
    """Return the years that an answer names by the day of its question: "year to date", "this year", "last year"."""
    return [
        Said(Time(as_of.year - (m["last"] is not None)), m[0], m.start(), m.end()) for m in _BY_TODAY.finditer(answer)
    ]


def time_of_name(name: str) -> tuple[Time | None, str]:
    """Return the one time that the name of a column holds, and the rest of the name; None for none or several."""
    found = list(_IN_NAME.finditer(name.lower()))
    if len(found) != 1 or not re.fullmatch(r"[\w -]+", name):
        return None, name
    m = found[0]
    month = MONTHS[m["month"]] if m["month"] else _int(m["m"])
    time = Time(_int(m["year"] or m["of"] or m["q_of"]), _int(m["q"] or m["only"]), month)
    return time, name[: m.start()] + name[m.end() :]


def time_columns(result: Result) -> dict[int, list[Time | None]]:
    """Return the columns whose cells all name a time, with the time of each row (None for NULL)."""
    found = {}
    for at, name in enumerate(result.columns):
        cells = [row[at] for row in result.rows]
        times = [None if cell is None else _time(cell, name) for cell in cells]
        if any(times) and all(t is not None for t, cell in zip(times, cells, strict=True) if cell is not None):
            found[at] = _coarsened(times, name)
    return found


def _coarsened(times: list[Time | None], name: str) -> list[Time | None]:
    """Dates that are all the first of their month stand for the months, or the years where the name says so."""
    if len(times) < 2 or any(t is not None and t.day != 1 for t in times):
        return times
    year = "year" in name.lower() and all(t is None or t.month == 1 for t in times)
    return [t and (Time(t.year) if year else Time(t.year, month=t.month)) for t in times]


def _time(cell: Any, name: str) -> Time | None:
    low = name.lower()
    if isinstance(cell, bool | float) and not (isinstance(cell, float) and cell.is_integer()):
        return None
    if isinstance(cell, date):
        return Time(cell.year, None, cell.month, cell.day)
    text = (str(int(cell)) if isinstance(cell, float) else str(cell)).strip()
    number = int(text) if text.isdigit() and len(text) <= 4 else None
    if number is not None and re.search(r"month|%m", low) and 1 <= number <= 12:
        return Time(month=number)
    if number is not None and "quarter" in low and 1 <= number <= 4:
        return Time(quarter=number)
    if number is not None:
        named = isinstance(cell, str) or re.search(r"year|yr|%y|period", low)
        return Time(number) if named and 1900 <= number <= 2100 and len(text) == 4 else None
    if not isinstance(cell, str):
        return None
    if day := re.fullmatch(rf"({_YEAR})-(\d\d)-(\d\d)(?:[ T].*)?", text):
        return Time(int(day[1]), None, int(day[2]), int(day[3]))
    if text.lower() in DAYS:
        return Time(weekday=DAYS.index(text.lower()) + 1)
    parts = calendar_parts(text)
    if parts is None or not 1900 <= (parts[0] or 2000) <= 2100:
        return None
    return Time(parts[0], None if parts[2] else parts[1], parts[2])


def _int(text: str | None) -> int | None:
    return int(text) if text else None
