"""Dates in ClickHouse: texts are read in the forms that Spotcheck reads, and in no other.

ClickHouse's own best effort takes 09/11/2026 as a day of November and 11/30/2026 as one too. So it gets only texts in
ISO 8601 and numbers since 1970, and what a declared form makes into ISO 8601.
"""

from __future__ import annotations

import re

from sqlglot import exp

from review.basics.date_forms import ORDERS, order_of
from review.basics.errors import InputError
from review.sampling.engines.sql import call

ISO = r"^\s*(\d{4}-\d{2}-\d{2}(\s*$|[T ]([01]\d|2[0-3]):\d{2})|\d{9,20}(\.\d+)?\s*$)"
"""Texts that are read without a declared form; numbers below nine digits are none since 1970."""
SEPARATED = r"^\s*\d+(\.\s?\d+\.|/\s?\d+/|-\s?\d+-)"
"""One separator for both places, which a pattern of ClickHouse cannot ask for by itself."""
CLOCK = (
    r"(?:[\sT,]+(\d{1,2})[:.h](\d{2})(?:[:.](\d{2})(?:[.,](\d{1,9}))?)?\s*([AaPp])?(?:\.?[Mm]\.?)?"
    r"\s*(?:Uhr|([Zz]|UTC|GMT|[+-]\d{2}:?\d{2}))?)?\s*$"
)
HOUR, MINUTE, SECOND, FRACTION, HALF, OFFSET = 4, 5, 6, 7, 8, 9
"""Groups after the three of the date."""
IN_MYSQL = {"M": "i", "I": "h", "B": "M", "%": "%"} | {name: name for name in "YmdHSbypT"}
"""Directives of strptime -> those of ClickHouse's parseDateTime."""


def instant(text: exp.Expr, zone: str, form: str) -> exp.Expr:
    """Return a text as DateTime64 in UTC microseconds; NULL where it is neither ISO 8601, a number nor in the form.

    Raises InputError for a pattern with a part that ClickHouse cannot read.
    """
    case = exp.Case().when(call("match", text, _text(ISO)), _parsed(text, zone))
    if not form:
        return case
    order = order_of(form)
    if order not in ORDERS:
        return case.else_(_by_pattern(text, zone, form))
    written, pattern = _as_iso(text, order)
    conditions = {SEPARATED: text, pattern: text, ISO: written}
    fits = exp.and_(*(call("match", one, _text(form)) for form, one in conditions.items()))
    return case.when(fits, _parsed(written, zone))


def _as_iso(text: exp.Expr, order: str) -> tuple[exp.Expr, str]:
    """Return a date in one of ``ORDERS`` as text in ISO 8601, and the pattern of such dates."""
    places = ORDERS[order]
    numbers = [r"(\d{1,2})"] * 3
    numbers[places[0]] = r"(\d{4}|\d{2})"
    pattern = rf"^\s*{numbers[0]}[./-]\s?{numbers[1]}[./-]\s?{numbers[2]}{CLOCK}"
    found = call("extractGroups", text, _text(pattern))

    def group(number: int) -> exp.Expr:
        return call("arrayElement", found, exp.Literal.number(number))

    year, month, day = (group(place + 1) for place in places)
    century = call("if", exp.GTE(this=_number(year), expression=exp.Literal.number(69)), _text("19"), _text("20"))
    short = exp.EQ(this=call("length", year), expression=exp.Literal.number(2))
    parts = (
        call("if", short, call("concat", century, year), year),
        _text("-"), _padded(month), _text("-"), _padded(day), _text(" "), _hour(group(HOUR), group(HALF)),
        _text(":"), _or(group(MINUTE), "00"), _text(":"), _or(group(SECOND), "00"),
        _text("."), _or(call("substring", group(FRACTION), exp.Literal.number(1), exp.Literal.number(6)), "0"),
        call("upper", group(OFFSET)),
    )  # fmt: skip
    return call("concat", *parts), pattern


def _hour(hour: exp.Expr, half: exp.Expr) -> exp.Expr:
    """Return an hour of the day in two digits; 99, which no clock shows, where a half of the day goes with none."""
    number, twelve = _number(hour), exp.Literal.number(12)
    later = call("if", exp.EQ(this=call("lower", half), expression=_text("p")), twelve, exp.Literal.number(0))
    fits = exp.Between(this=number, low=exp.Literal.number(1), high=twelve)
    of_half = call("if", fits, call("plus", call("modulo", number, twelve), later), exp.Literal.number(99))
    return _padded(call("toString", call("if", exp.EQ(this=half, expression=_text("")), number, of_half)))


def _by_pattern(text: exp.Expr, zone: str, form: str) -> exp.Expr:
    unknown = [name for name in re.findall(r"%(.)", form) if name not in IN_MYSQL]
    if unknown:
        raise InputError(
            f"date format: found '{form}'; ClickHouse cannot read its part %{unknown[0]}. Expected "
            f"{', '.join(ORDERS)}, or parts of %{', %'.join(name for name in IN_MYSQL if name != '%')}."
        )
    theirs = re.sub(r"%(.)", lambda found: f"%{IN_MYSQL[found[1]]}", form)
    found = call("parseDateTimeOrNull", call("trimBoth", text), _text(theirs), _text(zone))
    return call("toDateTime64", found, exp.Literal.number(6), _text(zone))


def _parsed(text: exp.Expr, zone: str) -> exp.Expr:
    return call("parseDateTime64BestEffortOrNull", text, exp.Literal.number(6), _text(zone))


def _padded(text: exp.Expr) -> exp.Expr:
    return call("leftPad", text, exp.Literal.number(2), _text("0"))


def _or(text: exp.Expr, otherwise: str) -> exp.Expr:
    return call("if", exp.EQ(this=text, expression=_text("")), _text(otherwise), text)


def _number(text: exp.Expr) -> exp.Expr:
    return call("toInt16OrZero", text)


def _text(value: str) -> exp.Expr:
    return exp.Literal.string(value)
