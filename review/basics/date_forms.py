"""Dates as people write them: which declared form reads a column, decided over all of its values and never guessed.

A form is "day-first" (30/11/2026), "month-first" (11/30/2026), "year-first" (2026/11/30), or a pattern of strptime such
as ``%d.%m.%Y %H:%M``. ISO 8601 and seconds to nanoseconds since 1970 need no form and are read beside any of them.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, tzinfo
from typing import Any

from review.basics.errors import InputError
from review.basics.times import read_time

ISO = "iso"
"""What a column needs whose values are all ISO 8601 or numbers since 1970: no declaration."""
ORDERS: Mapping[str, tuple[int, int, int]] = {"day-first": (2, 1, 0), "month-first": (2, 0, 1), "year-first": (0, 1, 2)}
"""Form -> the places of year, month and day among the three numbers of a date."""

_NUMBERS = re.compile(
    r"(\d{1,4})([./-])\s?(\d{1,2})\2\s?(\d{1,4})"
    r"(?:[\sT,]+(\d{1,2})[:.h](\d{2})(?:[:.](\d{2})(?:[.,](\d{1,9}))?)?\s*([AaPp])?(?:\.?[Mm]\.?)?"
    r"\s*(?:Uhr|[Zz]|UTC|GMT|([+-])(\d{2}):?(\d{2}))?)?"
)
_ZONED = re.compile(r"(?:[Zz]|UTC|GMT|[+-]\d{2}:?\d{2})\Z")


def check_form(form: str) -> str:
    """Return the form if it is one. Raises InputError for anything else."""
    if form in ORDERS or form == "" or _is_pattern(form):
        return form
    raise InputError(f"date format: found '{form}', expected {', '.join(ORDERS)}, or a pattern such as %d.%m.%Y %H:%M.")


def _is_pattern(form: str) -> bool:
    if "%" not in form:
        return False
    try:
        written = datetime(2026, 11, 30, tzinfo=UTC).strftime(form)
        return datetime.strptime(written, form).strftime("%Y-%m-%d") == "2026-11-30"
    except (ValueError, re.error):
        return False


def order_of(form: str) -> str:
    """Return the name in ``ORDERS`` of a form or pattern, "" for a pattern in no such order."""
    if form in ORDERS or "%" not in form:
        return form
    day = datetime(2026, 11, 30, tzinfo=UTC)
    return next((name for name in ORDERS if _same_day(read_date(day.strftime(form), name), day)), "")


def _same_day(moment: datetime | None, day: datetime) -> bool:
    return moment is not None and moment.date() == day.date()


def read_date(value: Any, form: str = "", zone: tzinfo = UTC) -> datetime | None:
    """Read a time in UTC: ISO 8601, a number since 1970, or text in the declared form; None for anything else.

    A time without an offset is in ``zone``.
    """
    moment = read_time(value, zone)
    if moment is not None or not form or not isinstance(value, str):
        return moment
    try:
        found = _in_order(value.strip(), form) if form in ORDERS else datetime.strptime(value.strip(), form)
        return None if found is None else _placed(found, zone)
    except (ValueError, OverflowError):
        return None


def _placed(moment: datetime, zone: tzinfo) -> datetime:
    return (moment if moment.tzinfo else moment.replace(tzinfo=zone)).astimezone(UTC)


def _in_order(text: str, form: str) -> datetime | None:
    found = _NUMBERS.fullmatch(text)
    if found is None:
        return None
    numbers = (found[1], found[3], found[4])
    year, month, day = (numbers[place] for place in ORDERS[form])
    if len(year) not in (2, 4) or len(month) > 2 or len(day) > 2:
        return None
    hour = int(found[5] or 0)
    if found[9]:
        if not 1 <= hour <= 12:
            return None
        hour = hour % 12 + (12 if found[9] in "Pp" else 0)
    micro = int((found[8] or "0")[:6].ljust(6, "0"))
    clock = time(hour, int(found[6] or 0), int(found[7] or 0), micro)
    moment = datetime.combine(date(_full(year), int(month), int(day)), clock)
    if not found[5] or not _ZONED.search(text):
        return moment
    offset = f"{found[10]}{found[11]}:{found[12]}" if found[10] else "+00:00"
    return datetime.fromisoformat(f"{moment.isoformat()}{offset}")


def _full(year: str) -> int:
    """Return the year in four digits; of two, 69 to 99 are in the last century, as POSIX has it."""
    number = int(year)
    return number if len(year) == 4 else number + (1900 if number >= 69 else 2000)


@dataclass(kw_only=True)
class DateColumn:
    """Which forms read every date of a column that was seen so far.

    ``fits`` holds "iso" while no value needs a form, else the names in ``ORDERS`` that read all dates; ``examples`` are
    dates that decide, and ``disproved`` has for each form the first date that shows that it is wrong. ``unread`` counts
    values that no form reads, which are no dates and decide nothing.
    """

    seen: int = 0
    unread: int = 0
    needs_form: bool = False
    orders: dict[str, bool] = field(default_factory=lambda: dict.fromkeys(ORDERS, True))
    examples: list[str] = field(default_factory=list)
    disproved: dict[str, str] = field(default_factory=dict)

    def see(self, value: Any) -> None:
        """Take one more value of the column; empty ones count for nothing."""
        if value is None or value == "" or (isinstance(value, str) and not value.strip()):
            return
        self.seen += 1
        if read_time(value) is not None:
            return
        # A form that is out already is tried only to tell a contradiction from what is no date at all.
        reads = [form for form, fits in self.orders.items() if fits and read_date(value, form) is not None]
        if not reads and all(fits or read_date(value, form) is None for form, fits in self.orders.items()):
            self.unread += 1
            return
        before = self.fits
        self.needs_form = True
        for form in self.orders:
            if form not in reads and read_date(value, form) is None:
                self.disproved.setdefault(form, str(value)[:40])
        self.orders = {form: form in reads for form in self.orders}
        if self.fits != before or len(self.examples) < 2:
            self.examples.append(str(value)[:40])

    @property
    def fits(self) -> tuple[str, ...]:
        """The forms that read all values."""
        if not self.needs_form:
            return (ISO,)
        return tuple(form for form, fits in self.orders.items() if fits)

    @property
    def decided(self) -> str | None:
        """The one form that reads the column ("" when it needs none), None when several do or none does."""
        if not self.needs_form:
            return ""
        return self.fits[0] if len(self.fits) == 1 else None

    @property
    def why(self) -> str:
        """Say in a sentence what the values show."""
        shown = ", ".join(f"'{one}'" for one in self.examples[-3:])
        if not self.needs_form:
            return "All values are ISO 8601 or numbers since 1970."
        none = f" No form reads the other {self.unread:,}." if self.unread else ""
        values = f"{self.seen - self.unread:,} of {self.seen:,} values" if self.unread else f"all {self.seen:,} values"
        if len(self.fits) == 1:
            return f"Only {self.fits[0]} reads {values}, such as {shown}.{none}"
        if self.fits:
            return f"{' and '.join(self.fits)} both read {values}, such as {shown}.{none}"
        return f"No single form reads all {self.seen:,} values; look at {shown}."


def date_column(values: Iterable[Any]) -> DateColumn:
    """Look at all values of a column."""
    column = DateColumn()
    for value in values:
        column.see(value)
    return column
