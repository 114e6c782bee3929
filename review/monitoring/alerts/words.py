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
    turned = one.falling
    value, did = _share(ring.value, turned), ""
    if one.alert.quantile is not None:
        did, right = f" took over {one.alert.limit:,.0f} ms", f"at most {ring.bound:.0%} may"
    else:
        word = "allowed" if one.alert.condition in ("above", "below") else "usual"
        right = f"{'at least' if turned else 'at most'} {_share(ring.bound, turned)} is {word}"
    if ring.value > ring.bound or not ring.slices:
        return f"{value} of {n}{did} since {since}; {right}"
    # All traffic is within its limit: a part of it rang by itself, so the sentence is about that part.
    part = ring.slices[0]
    if part.usual is not None:
        right = f"usually {_share(part.usual, turned)}"
    return (
        f"{_share(part.rate, turned)} of {counted(part.n, 'conversation')} with {_name(part)}{did} "
        f"since {since}; {right}; all traffic: {value} of {ring.n:,}"
    )


def told(one: Declared, ring: Ring) -> list[str]:
    """Describe a ring in lines: the headline, then the slices, or up to when the data is complete."""
    return [headline(one, ring), *places(one, ring.slices), *_known(ring)]


def became_worse(one: Declared, ring: Ring, before: float) -> str:
    """Return in one sentence that an alert has become worse; ``before`` is the figure that was found before."""
    since, turned = spoken_start(ring.since), one.falling
    if one.how == "total":
        return f"worse since {since}: {ring.value:,.2f} a {one.alert.window}; {before:,.2f} before"
    if ring.value > ring.bound or not ring.slices:
        n = counted(ring.n, "item" if one.how == "judges" else "conversation")
        return f"worse since {since}: {_share(ring.value, turned)} of {n}; {_share(before, turned)} before"
    part = ring.slices[0]
    old = f"; {_share(part.usual, turned)} before" if part.usual is not None else ""
    n = counted(part.n, "conversation")
    return f"worse since {since}: {_share(part.rate, turned)} of {n} with {_name(part)}{old}"


def _known(ring: Ring) -> list[str]:
    """Return up to when data is known, where traffic is gone."""
    if not ring.newest:
        return []
    usually = f"within {counted(ring.late, 'hour')} with traffic" if ring.late else "within the hour"
    came = f"{spoken_start(ring.newest[:10])} {ring.newest[11:16]} UTC"
    names = ", ".join(name for name in ring.sources if name)
    whose = f" of {names}" if names else ""
    return [
        f"data{whose} is known up to {spoken_start(ring.since)}; it came {came}, and more usually follows {usually}"
    ]


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
        more = "" if one.how == "judges" else f"; {s.share:.0%} of the excess is there"
        out.append(f"{_name(s)}: {rate} of {s.n:,}, {usual}{more}")
    return out


def _name(part: Slice) -> str:
    """Return the column and its value, or both of a pair."""
    one = f"{part.field.replace('_', ' ')} {part.value}"
    return f"{one} and {part.and_field.replace('_', ' ')} {part.and_value}" if part.and_field else one


def _share(value: float, turned: bool) -> str:
    """Return a share as a person reads it: an alert for falling figures counts what is not there."""
    return f"{1 - value if turned else value:.1%}"


def _number(one: Declared, value: float) -> str:
    return f"{value:,.3g} each" if one.how == "total" else f"{value:.1%}"
