"""What changed between two spans of production, and which slice explains it."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from review.basics.words import counted, percent, spoken
from review.monitoring.bucket import Bucket
from review.monitoring.metrics import Metric
from review.statistics.intervals import newcombe
from review.statistics.quantity import Quantity

LEVEL = 0.995
"""Of the interval that must leave zero out: of about ten figures, one errs in 5% of the cases."""
SMALLEST = 0.005
"""A share that moved by less is no news."""
TRAFFIC = 0.3
"""Traffic that changed by less than this part of itself is no news."""
ENOUGH = 20
"""Conversations that each side of a comparison needs: from then on a share that moves from 0% to 40% shows."""
SPREAD = 2.81
"""Traffic that changed by fewer standard errors of the difference of two counts is no news: ``LEVEL``, two-sided."""
MOST = 3
EXPLAINS = 0.6
"""The part of an increase that one slice must hold to explain it."""
_NOT_ENOUGH = "Not enough yet to compare"
_NEEDED = f"Each side needs {ENOUGH}."


@dataclass(frozen=True, kw_only=True)
class Change:
    """A figure that moved: what it was, what it is, and the interval of the difference. ``worse`` is None for neither.

    ``size`` orders changes: how far the interval stays away from zero, in relation to the share before.
    """

    name: str
    title: str
    before: float
    after: float
    difference: tuple[float, float]
    worse: bool | None
    size: float

    @property
    def rose(self) -> bool:
        """Whether the figure is higher than before."""
        return self.after > self.before

    @property
    def figure(self) -> str:
        """The title of the figure within a sentence."""
        return self.title.removeprefix("Check: ").lower()


@dataclass(frozen=True, kw_only=True)
class Explained:
    """The slice that holds most of a change: its column, its value, and the part of the change."""

    column: str
    value: str | None
    part: float


def changes(before: Bucket, after: Bucket, metrics: Mapping[str, Metric]) -> list[Change]:
    """Return the shares that moved more than chance explains, the largest change first. Pure."""
    pairs = {name: (before.shares.get(name), one) for name, one in after.shares.items()}
    pairs |= {f"check_{name}": (before.checks.get(name), one) for name, one in after.checks.items()}
    found = []
    for name, (was, now) in pairs.items():
        if name == "success_rate" or was is None or name not in metrics:
            continue  # the share of errors says the same
        change = _change(metrics[name], was, now)
        if change is not None:
            found.append(change)
    return sorted(found, key=lambda one: (one.worse is not True, -one.size))


def _change(metric: Metric, was: Quantity, now: Quantity) -> Change | None:
    if was.value is None or now.value is None or min(was.n, now.n) < ENOUGH:
        return None
    difference = newcombe((was.value * was.n, was.n), (now.value * now.n, now.n), LEVEL)
    away = max(difference[0], -difference[1])
    if away <= 0 or abs(now.value - was.value) < SMALLEST:
        return None
    up = now.value > was.value
    worse = None if metric.better is None else up == (metric.better == "lower")
    return Change(
        name=metric.name, title=metric.title, before=was.value, after=now.value, difference=difference, worse=worse,
        size=away / max(was.value, 0.01),
    )  # fmt: skip


def explained(change: Change, slices: Mapping[str, tuple[Sequence[Bucket], Sequence[Bucket]]]) -> Explained | None:
    """Return the slice that holds most of the events a change added or took away, None where no slice stands out.

    ``slices`` has, by column, the two spans split by it. A slice that is nearly all of the traffic explains nothing:
    what counts is how much more of the change it holds than of the traffic. Pure.
    """
    best: tuple[float, Explained] | None = None
    for column, (before, after) in slices.items():
        was = {one.slice[0]: _figure(one, change.name) for one in before}
        parts: dict[str | None, tuple[float, int]] = {}
        for one in after:
            figure = _figure(one, change.name)
            if figure is None or figure.value is None:
                continue
            known = was.get(one.slice[0])
            expected = known.value if known is not None and known.value is not None else change.before
            parts[one.slice[0]] = (figure.n * (figure.value - expected), figure.n)
        total, n = sum(moved for moved, _ in parts.values()), sum(count for _, count in parts.values())
        if not total or not n or len(parts) < 2:
            continue
        for value, (moved, count) in parts.items():
            part, beyond = moved / total, moved / total - count / n
            if part >= EXPLAINS and beyond > 0.2 and (best is None or beyond > best[0]):
                best = beyond, Explained(column=column, value=value, part=min(part, 1.0))
    return None if best is None else best[1]


def _figure(one: Bucket, name: str) -> Quantity | None:
    return one.shares.get(name) or one.checks.get(name.removeprefix("check_"))


def headline(
    before: Bucket,
    after: Bucket,
    found: Sequence[Change],
    why: Explained | None,
    *,
    slower: Change | None,
    whole: bool = True,
) -> str:
    """Return what changed in one sentence, the worst first. Without the ``whole`` span before, traffic is left out."""
    if not after.traffic:
        return "No conversation came in during this period."
    if not before.traffic:
        return "There is nothing to compare with: no conversation came in during the period before."
    if min(before.traffic, after.traffic) < ENOUGH:
        counts = f"{counted(after.traffic, 'conversation')} came in, and {before.traffic:,} during the period before"
        return f"{_NOT_ENOUGH}: {counts}. {_NEEDED}"
    parts = [_words(one) + (_because(why) if why and k == 0 else "") for k, one in enumerate(found[:MOST])]
    if slower is not None:
        slow = f"{percent(slower.after)} of answers are slower than the slowest 5% before"
        parts.append(slow if slower.rose else "answers are faster")
    ratio = _traffic(before, after)
    if whole and ratio:
        parts.append(f"traffic {'rose' if ratio > 0 else 'fell'} by {percent(abs(ratio))}")
    if not parts:
        return "Nothing changed beyond chance since the period before."
    sentence = "; ".join(parts)
    more = f"; and {len(found) - MOST} more figures moved" if len(found) > MOST else ""
    return f"{sentence[0].upper()}{sentence[1:]}{more}."


def headline_of_slices(
    before: Bucket, after: Bucket, found: Sequence[Change], names: tuple[str, str], *, slower: Change | None
) -> str:
    """Return in one sentence how two slices of one span differ: the second from the first, by their ``names``."""
    first, second = names
    empty = next((name for name, one in zip(names, (before, after), strict=True) if not one.traffic), None)
    if empty is not None:
        return nothing_of(empty)
    if min(before.traffic, after.traffic) < ENOUGH:
        counts = f"{counted(after.traffic, 'conversation')} with {second}, {before.traffic:,} with {first}"
        return f"{_NOT_ENOUGH}: {counts}. {_NEEDED}"
    parts = [f"{one.figure} {percent(one.after)} instead of {percent(one.before)}" for one in found[:MOST]]
    if slower is not None:
        slow = f"{percent(slower.after)} of answers slower than the slowest 5% of {first}"
        parts.append(slow if slower.rose else "faster answers")
    ratio = _traffic(before, after)
    if ratio:
        parts.append(f"{percent(abs(ratio))} {'more' if ratio > 0 else 'fewer'} conversations")
    if not parts:
        return f"{second} and {first} differ no more than chance explains."
    more = f"; and {len(found) - MOST} more figures differ" if len(found) > MOST else ""
    return f"{second} beside {first}: {'; '.join(parts)}{more}."


def _traffic(before: Bucket, after: Bucket) -> float:
    """Return by which part of itself traffic changed, 0 where chance or the hour explains it."""
    ratio = after.traffic / before.traffic - 1
    noise = SPREAD * math.sqrt(before.traffic + after.traffic)
    return ratio if abs(ratio) >= TRAFFIC and abs(after.traffic - before.traffic) > noise else 0.0


def nothing_of(name: str) -> str:
    """Return that one of two slices has no traffic."""
    return f"There is nothing to compare: no conversation with {name} came in during this period."


def _words(one: Change) -> str:
    verb = "rose" if one.rose else "fell"
    return f"{one.figure} {verb} from {percent(one.before)} to {percent(one.after)}"


def _because(why: Explained) -> str:
    value = "no value" if why.value is None else why.value
    return f", {percent(why.part)} of it with {spoken(why.column)} {value}"
