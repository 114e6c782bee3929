"""Whether the conversations of a week have all come in: the sources were read, and no day is far below the usual.

Days are compared with the same weekday of earlier weeks, because traffic depends on the weekday, and each source with
itself: where one is missing, the others hide it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime, timedelta
from statistics import median
from typing import NamedTuple
from zoneinfo import ZoneInfo

from review.basics.log_paths import log_of
from review.basics.weeks import Window, monday_of, week_window
from review.basics.words import counted
from review.log.expired_traffic import expired_per_day
from review.sampling.day_counts import rows_per_day
from review.sampling.frame import fitting
from review.sampling.needs import is_imported_log
from review.settings.project import Project
from review.sources.pulling.connecting import connected_sources
from review.week.drawing import Request, opened_source
from storage.queries.pulls import latest_pulls
from storage.store import Store

WEEKS_BEFORE = 8
"""Earlier weeks that say what is usual."""
LEAST_WEEKS = 3
"""So many weeks since the first row must lie before a week whose days can be called short."""
SHORT = 0.5
"""A day with less than this share of the usual is short."""


class ShortDay(NamedTuple):
    """A day of a source with fewer conversations than usual on its weekday (the median of the weeks before)."""

    source: str
    day: date
    rows: int
    usual: float


def what_is_missing(store: Store, project: Project, request: Request, zone: ZoneInfo) -> list[str]:
    """Return why the conversations of a week may not be all there, in words; [] when nothing speaks against it."""
    unread = [] if request.source is not None else _unread(store, project, request.week)
    if unread:
        return unread
    by_source: dict[str, list[ShortDay]] = {}
    for one in short_days(request.week, days_before(store, project, request, zone)):
        by_source.setdefault(one.source, []).append(one)
    return [_in_words(days) for days in by_source.values()]


def days_before(store: Store, project: Project, request: Request, zone: ZoneInfo) -> Mapping[str, Sequence[int]] | None:
    """Return the rows of each day by source, from ``WEEKS_BEFORE`` weeks before the week to its Sunday.

    Conversations that expired count too. None where rows have no time. A source to draw from is one source, under "".
    """
    first = monday_of(request.week) - timedelta(weeks=WEEKS_BEFORE)
    days = [_day(first + timedelta(days=n), zone) for n in range(7 * (WEEKS_BEFORE + 1))]
    # Rows of earlier weeks are wanted as well, so the source is opened without leaving out their files.
    with opened_source(request, log_of(store.path), all_weeks=True) as engine:
        # As in a draw: the imported log has our own names and dates already.
        ours = request.source is None or is_imported_log(engine)
        mapping = {**({} if ours else fitting(engine, project.mapping)), **(request.mapping or {})}
        form = "" if ours else project.date_format
        by = "source" if request.source is None else None
        found = rows_per_day(engine, days, mapping=mapping, by=by, date_format=form)
    gone = expired_per_day(log_of(store.path), days) if found is not None and request.source is None else {}
    return {**(found or {}), **{s: _sums((found or {}).get(s), n) for s, n in gone.items()}} if gone else found


def short_days(week: str, sources: Mapping[str, Sequence[int]] | None) -> list[ShortDay]:
    """Return the days of a week with less than half the usual rows of their weekday.

    ``sources`` are those of :func:`days_before`. A source is judged from ``LEAST_WEEKS`` weeks after its first row on.
    """
    monday, found = monday_of(week), []
    for source, rows in (sources or {}).items():
        weeks = [rows[k : k + 7] for k in range(0, len(rows), 7)]
        begun = next((k for k, one in enumerate(weeks[:-1]) if any(one)), len(weeks))
        earlier = weeks[begun:-1]
        if len(earlier) < LEAST_WEEKS:
            continue
        for number, there in enumerate(weeks[-1]):
            usual = float(median(one[number] for one in earlier))
            if there < SHORT * usual:
                found.append(ShortDay(source, monday + timedelta(days=number), there, usual))
    return found


def _unread(store: Store, project: Project, week: str) -> list[str]:
    """Return which connected sources were not read to their end since the week ended, in words."""
    end, latest = week_window(week, project.time_zone).end, latest_pulls(store)
    found = []
    for source in connected_sources(store, project):
        visit = latest.get(source.name, [])
        failed = next((one.detail for one in visit if one.status == "failed"), None)
        if failed is not None:
            found.append(f"the source {source.name} could not be read to its end ({failed})")
        elif not visit or datetime.fromisoformat(visit[-1].at) < end:
            found.append(f"the source {source.name} has not been read since the week ended")
    return found


def _in_words(days: Sequence[ShortDay]) -> str:
    """Return the first short day of a source, and how many more there are."""
    one, others = days[0], len(days) - 1
    of, rows = f" of {one.source}" if one.source else "", counted(one.rows, "conversation")
    more = f" ({counted(others, 'more day')} of the week {'is' if others == 1 else 'are'} short)" if others else ""
    return f"{one.day:%A} {one.day.isoformat()} has {rows}{of} where {one.usual:,.0f} are usual{more}"


def _sums(there: Sequence[int] | None, gone: Sequence[int]) -> list[int]:
    return list(gone) if there is None else [a + b for a, b in zip(there, gone, strict=True)]


def _day(day: date, zone: ZoneInfo) -> Window:
    start, end = (datetime(d.year, d.month, d.day, tzinfo=zone) for d in (day, day + timedelta(days=1)))
    return Window(start.astimezone(UTC), end.astimezone(UTC), zone.key)
