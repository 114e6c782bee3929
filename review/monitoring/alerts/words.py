"""What alerts say, on the page, on the command line and in messages."""

from __future__ import annotations

from collections.abc import Sequence

from review.basics.words import counted
from review.monitoring.alerts.declared import Declared
from review.monitoring.alerts.found import Ring, Slice
from review.monitoring.alerts.spans import spoken_start


def headline(one: Declared, ring: Ring) -> str:
    """Return what rang in one sentence, without the title: how high, since when, and what is usual."""
    since = spoken_start(ring.since)
    if one.how == "gone":
        return f"no conversation since {since}; about {ring.bound:,.0f} were to be expected"
    if one.how == "total":
        return f"{ring.value:,.2f} a {one.alert.window} since {since}; at most {ring.bound:,.2f} is usual"
    n = counted(ring.n, "item" if one.how == "judges" else "conversation")
    if one.how == "judges":
        return f"judges and people differ on {ring.value:.1%} of {n} since {since}; at most {ring.bound:.1%} is usual"
    value, bound, side = ring.value, ring.bound, "at most"
    if one.falling:
        value, bound, side = 1 - value, 1 - bound, "at least"
    if one.alert.quantile is not None:
        return f"{value:.1%} of {n} took over {one.alert.limit:,.0f} ms since {since}; it may be {bound:.0%}"
    right = "allowed" if one.alert.condition in ("above", "below") else "usual"
    return f"{value:.1%} of {n} since {since}; {side} {bound:.1%} is {right}"


def places(one: Declared, slices: Sequence[Slice]) -> list[str]:
    """Return a sentence for each slice that explains a ring; none when it is everywhere."""
    turned = one.falling
    out = []
    for s in slices:
        rate = _number(one, 1 - s.rate if turned else s.rate)
        if s.usual is None:
            usual = "it is new"
        else:
            usual = f"usually {_number(one, 1 - s.usual if turned else s.usual)}"
        name = "judge" if s.field == "judge" else s.field.replace("_", " ")
        more = "" if one.how == "judges" else f"; {s.share:.0%} of the excess is there"
        out.append(f"{name} {s.value}: {rate} of {s.n:,}, {usual}{more}")
    return out


def _number(one: Declared, value: float) -> str:
    return f"{value:,.3g} each" if one.how == "total" else f"{value:.1%}"
