"""Two sides of production beside each other: two spans of time, or two slices of one."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from review.basics.log_paths import LogPaths
from review.log.buckets import aggregated
from review.monitoring.bucket import Bucket
from review.monitoring.changes import (
    ENOUGH,
    LEVEL,
    Change,
    Explained,
    changes,
    explained,
    headline,
    headline_of_slices,
    nothing_of,
)
from review.monitoring.clarifications import outcomes_after
from review.monitoring.health import Asked, Health, gathered, health
from review.monitoring.latency_bins import bin_of
from review.monitoring.metrics import SLICES, Metric, metrics_for
from review.settings.project import Project
from review.statistics.intervals import newcombe
from review.statistics.quantity import Quantity

SLOW = 0.05
"""The part of the answers that are slower than the P95."""


@dataclass(frozen=True, kw_only=True)
class Side:
    """One side: what it is called, its windows, and all of it as one."""

    title: str
    series: Health
    total: Bucket | None


@dataclass(frozen=True, kw_only=True)
class Compared:
    """Two sides with what changed from the first to the second; the first is None when there is one side alone.

    ``after`` says what became of conversations of the second in which the product asked back.
    """

    first: Side | None
    second: Side
    changes: Sequence[Change]
    why: Explained | None
    headline: str
    after: Mapping[str, Quantity]


def compared(
    log: LogPaths, project: Project, second: tuple[str, Asked], first: tuple[str, Asked] | None = None
) -> Compared:
    """Return one or two sides of production; each is a title and what to look at. Raises InputError like health()."""
    metrics = metrics_for(project.confidence)
    now = _side(log, project, *second)
    was = None if first is None else _side(log, project, *first)
    after = outcomes_after(log, project, second[1])
    sliced = first is not None and first[1].only != second[1].only
    if was is None or first is None or was.total is None or now.total is None:
        return Compared(
            first=was, second=now, changes=(), why=None, headline=_alone(now, was, sliced=sliced), after=after
        )
    found = changes(was.total, now.total, metrics)
    worst = next((one for one in found if one.worse), None)
    why = None if worst is None or second[1].only else explained(worst, _split(log, project, first[1], second[1]))
    slower = _slower(log, project, metrics["latency_ms"], was.total, second[1])
    whole = first[1].start == second[1].start or (was.series.apart.first or "")[:10] <= was.total.start[:10]
    if sliced:
        words = headline_of_slices(was.total, now.total, found, (first[0], second[0]), slower=slower)
    else:
        words = headline(was.total, now.total, found, why, slower=slower, whole=whole)
    return Compared(first=was, second=now, changes=found, why=why, headline=words, after=after)


def _side(log: LogPaths, project: Project, title: str, asked: Asked) -> Side:
    total = health(log, project, replace(asked, by="all")).buckets
    return Side(title=title, series=health(log, project, asked), total=total[0] if total else None)


def _split(
    log: LogPaths, project: Project, first: Asked, second: Asked
) -> Mapping[str, tuple[Sequence[Bucket], Sequence[Bucket]]]:
    """Return both sides split by each column that may explain a change."""

    def by(asked: Asked, column: str) -> Sequence[Bucket]:
        return health(log, project, replace(asked, by="all", slices=(column,))).buckets

    return {column: (by(first, column), by(second, column)) for column in SLICES}


def _slower(log: LogPaths, project: Project, latency: Metric, was: Bucket, asked: Asked) -> Change | None:
    """Return whether more, or fewer, answers are slower than the P95 before than chance explains."""
    limit = was.latency["p95"]
    windows, _, spans = gathered(log, project, replace(asked, by="all"))
    if limit is None or not spans or was.timed < ENOUGH:
        return None
    counts = {"k": f"count(*) FILTER ({bin_of(latency.value)} > {limit})", "n": f"count({latency.value})"}
    found = aggregated(log, windows, counts)
    k, n = (int(found[0][name]) for name in ("k", "n")) if found else (0, 0)
    if n < ENOUGH:
        return None
    difference = newcombe((SLOW * was.timed, was.timed), (k, n), LEVEL)
    away = max(difference[0], -difference[1])
    if away <= 0 or abs(k / n - SLOW) < SLOW / 2:
        return None
    return Change(
        name=latency.name, title="Slow answers", before=SLOW, after=k / n, difference=difference, worse=k / n > SLOW,
        size=away / SLOW,
    )  # fmt: skip


def _alone(now: Side, was: Side | None, *, sliced: bool) -> str:
    empty = next((one for one in (was, now) if one is not None and (one.total is None or not one.total.traffic)), None)
    if sliced and empty is not None:
        return nothing_of(empty.title)
    if now.total is None or not now.total.traffic:
        return "No conversation came in during this period."
    if was is not None:
        return "There is nothing to compare with: no conversation came in during the period before."
    return f"{now.total.traffic:,} conversations came in."
