"""How often a mode occurs, by week and version: from the log, or from the reviewed part of the draw with its weights.

The log finds every failure of a kind of error, so its failures are counted. A mode that only people can see is known
for the conversations that they looked at: the more they review, the more they find. Its share is that of the draw.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Protocol

from review.basics.log_paths import LogPaths, log_of
from review.basics.remembered import Remembered
from review.current.known import Known
from review.failures.drawn import DrawnGroup, groups_in, reviewed_groups
from review.failures.grouped import groups_of
from review.failures.modes import ModeList
from review.log.failed import CAUSE, traffic
from review.log.log import log_state
from review.settings.project import Project
from review.statistics.fixes import Rate, rate
from review.statistics.quantity import Quantity
from review.statistics.within import Part, share_within
from storage.queries.weeks import weeks_in_use
from storage.store import Store

FOUND_WRONG = f"{CAUSE}/wrong"
"""The group of failures that only reviewers saw."""


@dataclass(frozen=True, kw_only=True)
class WeekCount:
    """How many of the conversations of a week failed in a mode, under the versions that count.

    ``share`` is their share of production: of a mode known from reviews, ``failures`` and ``of`` count reviewed
    conversations, and ``share`` has their weights. None where it is not known.
    """

    week: str
    failures: int
    of: int
    share: float | None


class Occurrence(Protocol):
    """Where the figures of a mode come from. ``versions`` None stands for all."""

    def count(self, week: str, key: str, versions: Collection[str] | None) -> tuple[int, int]:
        """Return how many failed in a week, and of how many."""

    def rate(self, weeks: Sequence[str], key: str, versions: Collection[str] | None) -> Rate | None:
        """Return the share of production in some weeks together, None where it is not known."""

    def versions(self, key: str) -> Collection[tuple[str, str]]:
        """Return each week and version in which the mode occurred."""


ByVersion = Mapping[str, int]


@dataclass(frozen=True, kw_only=True)
class InLog:
    """Failures of the log by (week, group), and the conversations of the log by week; each by version."""

    failed: Mapping[tuple[str, str], ByVersion]
    ran: Mapping[str, ByVersion]

    def count(self, week: str, key: str, versions: Collection[str] | None) -> tuple[int, int]:
        """Return how many failed in a week, and of how many."""
        return _sum(self.failed.get((week, key), {}), versions), _sum(self.ran.get(week, {}), versions)

    def rate(self, weeks: Sequence[str], key: str, versions: Collection[str] | None) -> Rate | None:
        """Return the share of the conversations of some weeks with Jeffreys' limits."""
        counts = [self.count(week, key, versions) for week in weeks]
        return rate(sum(failed for failed, _ in counts), sum(of for _, of in counts))

    def versions(self, key: str) -> Collection[tuple[str, str]]:
        """Return each week and version in which the mode occurred."""
        return {(week, version) for (week, group), some in self.failed.items() if group == key for version in some}

    def first_weeks(self) -> dict[str, str]:
        """Return the first week of each version."""
        found: dict[str, str] = {}
        for week in sorted(self.ran):
            for version in self.ran[week]:
                found.setdefault(version, week)
        return found


def _sum(by_version: ByVersion, versions: Collection[str] | None) -> int:
    return sum(n for version, n in by_version.items() if _in(version, versions))


@dataclass(frozen=True, kw_only=True)
class InReviews:
    """The reviewed part of the draw by week."""

    drawn: Mapping[str, Sequence[DrawnGroup]]

    def count(self, week: str, key: str, versions: Collection[str] | None) -> tuple[int, int]:
        """Return how many reviewed conversations failed in a week, and of how many reviewed."""
        parts = [_part(g, key, versions) for g in groups_in(self.drawn, [week])]
        return sum(p.hits for p in parts), sum(p.members for p in parts)

    def rate(self, weeks: Sequence[str], key: str, versions: Collection[str] | None) -> Rate | None:
        """Return the share of production by the weights of the draw."""
        parts = [_part(g, key, versions) for g in groups_in(self.drawn, weeks) if g.reviewed]
        found = _WITHIN.get(tuple(parts), partial(share_within, parts, "conversations under these versions"))
        if found.value is None or found.ci is None:
            return None
        return Rate(found.value, *found.ci, sum(p.hits for p in parts))

    def versions(self, key: str) -> Collection[tuple[str, str]]:
        """Return each week and version in which a reviewer saw the mode."""
        groups = ((week, g) for week, some in self.drawn.items() for g in some)
        return {(week, version) for week, g in groups for version, by_group in g.by_version.items() if by_group[key]}


_WITHIN: Remembered[Quantity] = Remembered(2048)
"""Shares by the counts that they rest on, which hardly change from run to run of a page."""


def _in(version: str, versions: Collection[str] | None) -> bool:
    return versions is None or version in versions


def _part(g: DrawnGroup, key: str, versions: Collection[str] | None) -> Part:
    counts = g.by_version if versions is None else {v: g.by_version[v] for v in versions if v in g.by_version}
    hits = sum(by_group[key] for by_group in counts.values())
    return Part(g.population, len(g.reviewed), sum(by_group.total() for by_group in counts.values()), hits)


def traffic_by_week(store: Store) -> Mapping[str, ByVersion]:
    """Return the conversations of the whole log by week and version."""
    log = log_of(store.path)
    return _TRAFFIC.get(store, (), partial(log_state, log), partial(_traffic_by_week, log))


def _traffic_by_week(log: LogPaths) -> Mapping[str, ByVersion]:
    ran: dict[str, dict[str, int]] = {}
    for t in traffic(log):
        ran.setdefault(t.week, {})[t.version] = t.n
    return ran


_TRAFFIC: Known[Mapping[str, ByVersion]] = Known(8)


def in_log(store: Store, project: Project, ran: Mapping[str, ByVersion], *, weeks: Sequence[str]) -> InLog:
    """Return the failures of some weeks of the log. ``ran`` is the traffic of the whole log."""
    failed: dict[tuple[str, str], dict[str, int]] = {}
    for g in groups_of(store, project, weeks=weeks) if weeks else ():
        own = failed.setdefault((g.week, g.group), {})
        own[g.version] = own.get(g.version, 0) + g.n
    return InLog(failed=failed, ran=ran)


def in_reviews(store: Store, project: Project, *, weeks: Sequence[str]) -> InReviews:
    """Return the reviewed part of the draws of some weeks."""
    known = [w.name for w in weeks_in_use(store) if w.name in weeks]
    return InReviews(drawn=reviewed_groups(store, project, known))


def only_reviewed(modes: ModeList, key: str) -> bool:
    """Return whether a mode is known from reviews alone: it took no kind of failure over that the log tells. Pure."""
    mode = modes.of(key)
    return key == FOUND_WRONG if mode is None else not set(mode.groups) - {FOUND_WRONG}


def week_counts(seen: Occurrence, weeks: Sequence[str], key: str, versions: Collection[str] | None) -> list[WeekCount]:
    """Return the counts and the share of a mode by week."""
    found = []
    for week in weeks:
        failed, of = seen.count(week, key, versions)
        own = seen.rate([week], key, versions) if of else None
        found.append(WeekCount(week=week, failures=failed, of=of, share=own.value if own else None))
    return found
