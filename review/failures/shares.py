"""How much of production each failure mode takes: from the reviewed part of the draw, with its weights.

A conversation that was drawn and reviewed counts 1 for a mode when it failed in that mode, else 0. Failures that nobody
has given a mode count under their kind of error or cause, so that the shares of all modes describe all failures.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any, NamedTuple

from review.basics.remembered import Remembered
from review.basics.words import percent
from review.failures.drawn import DrawnGroup, groups_in, reviewed_groups
from review.failures.grouped import groups_of
from review.failures.modes import Mode, ModeList, mode_list
from review.settings.project import Project
from review.statistics.completeness import LabelledFailures, unnamed_share
from review.statistics.quality.headline import headline
from review.statistics.quality.strata import Cell, StratumCounts, Verdicts
from review.statistics.quantity import Quantity
from storage.queries.weeks import weeks_in_use
from storage.store import Store

TREND_WEEKS = 8


@dataclass(frozen=True, kw_only=True)
class ModeShare:
    """One mode or unnamed kind of failure: its failures in the log, its share of production, and that by week."""

    key: str
    title: str
    mode: Mode | None
    n: int
    versions: Mapping[str, int]
    share: Quantity
    trend: Sequence[tuple[str, Quantity]]
    example: str

    def to_json(self) -> dict[str, Any]:
        """Return the mode as the command line prints it."""
        return {
            "id": self.key,
            "name": self.title,
            "named": self.mode is not None,
            "n": self.n,
            "share": self.share.to_json(),
            "trend": [{"week": week, **share.to_json()} for week, share in self.trend],
            "versions": dict(self.versions),
            "example": self.example,
            "description": self.mode.description if self.mode else "",
            "ignored": self.mode.ignored if self.mode else "",
        }


@dataclass(frozen=True, kw_only=True)
class Shares:
    """The shares of every mode over some weeks, and how much of the failures is of modes that nobody has named.

    They rest on ``drawn``, the reviewed part of the draws by week, which other figures of these weeks can use.
    """

    weeks: Sequence[str]
    modes: Sequence[ModeShare]
    unnamed: Quantity
    version: int
    drawn: Mapping[str, Sequence[DrawnGroup]]

    def to_json(self) -> dict[str, Any]:
        """Return the shares as the command line prints them."""
        return {
            "weeks": list(self.weeks),
            "version": self.version,
            "modes": [m.to_json() for m in self.modes],
            "unnamed": self.unnamed.to_json(),
        }


def mode_shares(store: Store, project: Project, weeks: Sequence[str], *, viewer: str | None = None) -> Shares:
    """Return the share of production of each mode in some weeks together, and its trend over the last eight weeks."""
    modes = mode_list(store)
    recent = [w.name for w in weeks_in_use(store) if not weeks or w.name <= max(weeks)][-TREND_WEEKS:]
    drawn = reviewed_groups(store, project, sorted({*weeks, *recent}), viewer=viewer)
    counts: dict[str, dict[str, int]] = {m.id: {} for m in modes.current}
    examples: dict[str, str] = {}
    for g in groups_of(store, project, weeks=list(weeks), viewer=viewer):
        by_version = counts.setdefault(g.group, {})
        by_version[g.version] = by_version.get(g.version, 0) + g.n
        examples.setdefault(g.group, g.example)
    found = [
        ModeShare(
            key=key,
            title=modes.title(key),
            mode=modes.of(key),
            n=sum(versions.values()),
            versions=dict(sorted(versions.items())),
            share=_share(drawn, weeks, key),
            trend=[(week, _share(drawn, [week], key)) for week in recent],
            example=(mode.example if (mode := modes.of(key)) and mode.example else examples.get(key, "")),
        )
        for key, versions in counts.items()
    ]
    ordered = sorted(found, key=lambda m: (-(m.share.value or 0.0), -m.n, m.title))
    unnamed = _unnamed(drawn, weeks, modes)
    return Shares(weeks=weeks, modes=ordered, unnamed=unnamed, version=modes.version, drawn=drawn)


def _share(drawn: Mapping[str, Sequence[DrawnGroup]], weeks: Sequence[str], key: str) -> Quantity:
    counts = tuple(
        _Counts(g.name, g.population, g.sampled, len(g.reviewed), sum(some[key] for some in g.by_version.values()))
        for g in groups_in(drawn, weeks)
    )
    if not counts:
        return Quantity.missing("no week of these has a draw with reviewed conversations")
    return _SHARES.get(counts, partial(_share_of, counts))


class _Counts(NamedTuple):
    """One group of the draw: N_h, how many were drawn, how many are reviewed, and how many of those are of the mode."""

    name: str
    population: int
    sampled: int
    reviewed: int
    hits: int


def _share_of(counts: Sequence[_Counts]) -> Quantity:
    strata = [
        StratumCounts(
            name=g.name,
            population=g.population,
            verdicts=Verdicts(missing=g.population),
            said_nothing=Cell(g.reviewed, g.hits),
            drawn=g.sampled,
        )
        for g in counts
    ]
    return headline(strata).quantity


_SHARES: Remembered[Quantity] = Remembered(2048)
"""Shares by the counts that they rest on: many modes were seen equally often, or in no conversation of a week."""


def _unnamed(drawn: Mapping[str, Sequence[DrawnGroup]], weeks: Sequence[str], modes: ModeList) -> Quantity:
    """Return how complete the list of modes is. A failure that has no mode yet is of a mode of its own."""
    if not modes.current:
        return Quantity.missing("nobody has named a mode yet")
    groups = []
    for g in groups_in(drawn, weeks):
        failed = [one.group for one in g.reviewed if one.group]
        named = [m if modes.of(m) else f"{m} {at} {g.name}" for at, m in enumerate(failed)]
        groups.append(LabelledFailures(g.population, len(g.reviewed), named))
    return unnamed_share(groups)


def completeness(unnamed: Quantity) -> str:
    """Return in words how complete the list of modes is."""
    if unnamed.value is None or unnamed.ci is None:
        return f"How complete the list is, is not known: {unnamed.undefined}."
    return f"At most {percent(unnamed.ci[1])} of production failures are of a mode that nobody has named."
