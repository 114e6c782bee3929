"""Dates in PostgreSQL: a cast fails on a text that is no date, so each text is looked at before it is cast."""

from __future__ import annotations

from sqlglot import exp

from review.sampling.engines.sql import call

_DAY = (
    r"([12]\d{3}-((0[13578]|1[02])-(0[1-9]|[12]\d|3[01])|(0[469]|11)-(0[1-9]|[12]\d|30)|02-(0[1-9]|1\d|2[0-8]))"
    r"|([12]\d(0[48]|[2468][048]|[13579][26])|(12|16|20|24|28)00)-02-29)"
)
_CLOCK = r"[T ]([01]\d|2[0-3]):[0-5]\d(:[0-5]\d(\.\d{1,9})?)?"
_OFFSET = r"\s*([Zz]|UTC|GMT|[+-](0\d|1[0-5])(:?[0-5]\d)?)"
LOCAL = rf"^\s*{_DAY}({_CLOCK})?\s*$"
"""Days that there are, with or without a time of the clock."""
WITH_OFFSET = rf"^\s*{_DAY}{_CLOCK}{_OFFSET}\s*$"
SINCE_1970 = r"^\s*\d{9,20}(\.\d+)?\s*$"
UNITS = ((1e11, 1.0), (1e14, 1e3), (1e17, 1e6), (1e20, 1e9))
"""Numbers since 1970: below, and how many make a second."""


def instant(text: exp.Expr, zone: str) -> exp.Expr:
    """Return a text as timestamptz: ISO 8601 or a number since 1970; NULL for any other."""
    number = exp.cast(text.copy(), "double")
    seconds = exp.Case()
    for below, per_second in UNITS:
        seconds = seconds.when(
            exp.LT(this=number.copy(), expression=exp.Literal.number(f"{below:.0f}")),
            exp.Div(this=number.copy(), expression=exp.Literal.number(f"{per_second:.0f}")),
        )
    return (
        exp.Case()
        .when(_fits(text, WITH_OFFSET), exp.cast(text.copy(), "timestamptz"))
        .when(_fits(text, LOCAL), placed(text, zone))
        .when(_fits(text, SINCE_1970), call("to_timestamp", seconds))
    )


def placed(value: exp.Expr, zone: str) -> exp.Expr:
    """Return a time without an offset as the instant that it means in a zone."""
    return call("timezone", exp.Literal.string(zone), exp.cast(value.copy(), "timestamp"))


def _fits(text: exp.Expr, pattern: str) -> exp.Expr:
    return exp.RegexpLike(this=text.copy(), expression=exp.Literal.string(pattern))
