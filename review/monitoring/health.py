"""How production does by hour, day or week, and by what it ran with: each share with its interval."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any

from review.basics.clock import now
from review.basics.errors import InputError
from review.basics.log_paths import LogPaths
from review.basics.times import utc_text
from review.basics.weeks import week_window
from review.basics.words import counted
from review.log.buckets import THREADS, Apart, By, Windows, aggregated, apart
from review.log.checks_ran import checks_ran
from review.log.expired_counts import expired, expired_span
from review.monitoring.bucket import Bucket, Slice, bucket_of, empty
from review.monitoring.flags import flag_aggregates
from review.monitoring.joining import joined_rows
from review.monitoring.latency_bins import bin_of
from review.monitoring.measuring import ERRORS, QUANTILES, aggregates_of, error_types
from review.monitoring.metrics import SLICES, metrics_for
from review.monitoring.periods import Period, days_of_hours, moment_of, periods, weeks_between
from review.settings.project import Project

EARLIEST = "2000-01-01T00:00:00.000+00:00"
"""An earlier time comes from a clock that was reset."""
AHEAD = timedelta(minutes=5)
"""How far the clock of a product may be ahead of ours."""
MOST_BUCKETS = 20_000


@dataclass(frozen=True, kw_only=True)
class Asked:
    """What of production to look at: windows of ``by``, split by the columns ``slices``, within a span of time.

    ``start`` and ``end`` are what somebody wrote, "" for the ends of the log. ``only`` leaves out all but one value of
    some columns; None is the rows without a value. ``threads`` is how many processors a query may use.
    """

    by: By = "day"
    slices: Sequence[str] = ()
    start: str = ""
    end: str = ""
    only: Mapping[str, str | None] = field(default_factory=dict)
    threads: int = THREADS


@dataclass(frozen=True, kw_only=True)
class Health:
    """The figures of every window, in order of time; ``apart`` counts the rows that stand in none."""

    asked: Asked
    buckets: Sequence[Bucket]
    apart: Apart

    def to_json(self) -> dict[str, Any]:
        """Return the object that ``spotcheck health --json`` prints."""
        slices = self.asked.slices
        return {
            "by": self.asked.by,
            "slice": slices[0] if len(slices) == 1 else list(slices) or None,
            "buckets": [one.to_json() for one in self.buckets],
            "apart": {"undated": self.apart.undated, "future": self.apart.future, "too_old": self.apart.too_old},
        }

    def apart_words(self) -> list[str]:
        """Return a sentence for each kind of row that stands in no window."""
        kinds = {
            "without a time: they are in no window.": self.apart.undated,
            "dated in the future: check the clock of the product.": self.apart.future,
            "dated before the year 2000: check the clock of the product.": self.apart.too_old,
        }
        return [f"{counted(n, 'conversation')} {words}" for words, n in kinds.items() if n]


def health(log: LogPaths, project: Project, asked: Asked) -> Health:
    """Return the figures of production. Raises InputError for a span or a slice that there cannot be."""
    windows, found, spans = gathered(log, project, asked)
    if not spans:
        return Health(asked=asked, buckets=(), apart=found)
    metrics = metrics_for(project.confidence)
    ran = checks_ran(log)
    live = aggregated(log, windows, aggregates_of(metrics) | flag_aggregates(ran))
    types = error_types(log, windows)
    live = [{**row, ERRORS: types.get((row["window"], row["slice"]), {})} for row in live]
    gone = expired(log, windows, bin_of(metrics["latency_ms"].value), QUANTILES)
    rows = joined_rows(live, gone, metrics)
    by_place = {(row["window"], row["slice"]): row for row in rows}
    named = _all_windows(spans, {row["window"] for row in rows}, project.time_zone)
    values: list[Slice] = sorted({row["slice"] for row in rows}, key=_order) or ([()] if not asked.slices else [])
    if len(values) * len(spans) > MOST_BUCKETS:
        raise InputError(
            f"health: found {len(values) * len(spans):,} windows and slices, expected at most {MOST_BUCKETS:,}. Choose "
            "a shorter span or longer windows.",
            command_hint="--from and --to give the span, --by the windows.",
        )
    buckets = [
        bucket_of(named[name], asked.slices, value, by_place[name, value], metrics=metrics, ran=ran)
        if (name, value) in by_place
        else empty(named[name], asked.slices, value, metrics)
        for value in values
        for name in named
    ]
    return Health(asked=asked, buckets=buckets, apart=found)


def window_of(asked: Asked, project: Project, start: str, end: str) -> Windows:
    """Return the rows of one window, to read what is behind its figures; ``start`` and ``end`` are UTC texts."""
    weeks = weeks_between(start, end, project.time_zone)
    return Windows(
        by="all", start=start, end=end, earliest=EARLIEST, latest=_latest(), only=asked.only, weeks=weeks,
        threads=asked.threads,
    )  # fmt: skip


def everything(*, threads: int = THREADS) -> Windows:
    """Return every row of the log with a time that can be right, as one window."""
    return Windows(by="all", earliest=EARLIEST, latest=_latest(), threads=threads)


def _latest() -> str:
    return utc_text(datetime.fromisoformat(now()) + AHEAD)


def _all_windows(spans: Sequence[Period], found: set[str], time_zone: str) -> dict[str, Period]:
    """Return the windows by name, with weeks that rows at the ends got in another time zone when they were imported."""
    others = [(name, week_window(name, time_zone)) for name in found - {p.name for p in spans}]
    more = [Period(name, utc_text(window.start), utc_text(window.end)) for name, window in others]
    return {period.name: period for period in sorted([*spans, *more], key=lambda one: one.start)}


def gathered(log: LogPaths, project: Project, asked: Asked) -> tuple[Windows, Apart, list[Period]]:
    """Return the rows to look at, those that stand apart, and every window, also those without traffic."""
    unknown = [name for name in (*asked.slices, *asked.only) if name not in SLICES]
    if unknown:
        raise InputError(f"slice: found {unknown[0]!r}, expected one of {', '.join(SLICES)}.")
    zone = project.time_zone
    start = moment_of(asked.start, "from", zone) if asked.start else ""
    end = moment_of(asked.end, "to", zone, ends=True) if asked.end else ""
    if start and end and start >= end:
        raise InputError(f"to: found {asked.end!r}, which is before {asked.start!r}, the start. Swap them.")
    latest = _latest()
    windows = Windows(
        by=asked.by,
        start=start,
        end=end,
        earliest=EARLIEST,
        latest=latest,
        slices=asked.slices,
        only=asked.only,
        threads=asked.threads,
    )
    found = _with_expired(apart(log, windows), log, windows)
    first = start or found.first or ""
    last = min(_before(end), latest) if end else found.last or ""
    if not first or not last or first > last:
        return windows, found, []
    count = (datetime.fromisoformat(last) - datetime.fromisoformat(first)) / timedelta(hours=1)
    if asked.by == "hour" and count > MOST_BUCKETS:
        raise InputError(
            f"health: found {count:,.0f} hours from {first[:10]} to {last[:10]}, expected at most {MOST_BUCKETS:,}. "
            "Choose a shorter span, or days.",
            command_hint="--from and --to give the span, --by the windows.",
        )
    # What expired is known by the hour, so one window of all ends with whole hours.
    hours = [datetime.fromisoformat(moment).replace(minute=0, second=0, microsecond=0) for moment in (first, last)]
    spans = [Period("", start or utc_text(hours[0]), end or utc_text(hours[1] + timedelta(hours=1)))]
    if asked.by != "all":
        spans = list(periods(first, last, asked.by, zone))
    windows = replace(
        windows,
        many=found.many,
        hours=days_of_hours(first, last, zone) if asked.by == "day" else {},
        weeks=weeks_between(first, last, zone) if start or end else None,
    )
    return windows, found, spans


def _with_expired(found: Apart, log: LogPaths, windows: Windows) -> Apart:
    """Return the rows that stand apart and the ends of the log, with what expired."""
    first, last, undated = expired_span(log, windows)
    return replace(
        found,
        undated=found.undated + undated,
        first=min(filter(None, (found.first, first)), default=None),
        last=max(filter(None, (found.last, last)), default=None),
    )


def _before(end: str) -> str:
    """Return the last moment before the end of a half-open span."""
    return utc_text(datetime.fromisoformat(end) - timedelta(milliseconds=1)) if end else ""


def _order(value: Slice) -> tuple[tuple[bool, str], ...]:
    """Sort by value, those without one last."""
    return tuple((one is None, one or "") for one in value)
