"""The state of the store behind the quality of production: the ledger, settled labels and verdict counts."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from review.current.counting import state_of_annotations
from review.current.known import Known, items_of
from review.current.settled import Settled, settled_labels
from review.current.verdicts import LOG_VERDICTS, verdicts_of
from review.evidence import evidence
from storage.queries.assignments import items_skipped
from storage.queries.states import latest_key
from storage.records_log import Draw
from storage.records_review import Assignment, Skip, Verdict, Week
from storage.store import Store

VerdictCounts = Mapping[str, Mapping[str, Mapping[str, Mapping[str, int]]]]
"""How often a judge gave each text over all traffic of a week: by group, judge, dimension and text."""


@dataclass(frozen=True, kw_only=True)
class ProductionData:
    """The state of the store behind the quality of some weeks, gathered once for every dimension and judge.

    ``members`` has the drawn items of each (week, group) of the ledger ``lines``, without hand-picked ones; ``settled``
    the labels by (item, dimension); ``counts`` the verdict counts by week; ``verdicts`` the verdicts on drawn items by
    judge and (item, dimension). ``skipped`` items were skipped by a reviewer; ``seeds`` are the seeds of the weeks.
    """

    lines: Mapping[tuple[str, str], evidence.LedgerLine]
    members: Mapping[tuple[str, str], Sequence[str]]
    settled: Mapping[tuple[str, str], Settled]
    counts: Mapping[str, VerdictCounts]
    verdicts: Mapping[str, Mapping[tuple[str, str], Verdict]]
    skipped: Collection[str]
    seeds: Mapping[str, str]

    @property
    def judges(self) -> list[str]:
        """The judges whose verdicts are known over all traffic in every one of the weeks."""
        return judges_in_all(self.counts)


def production_data(store: Store, weeks: Sequence[str], *, judges: Sequence[str] | None = None) -> ProductionData:
    """Gather the state behind the quality of some weeks, with the verdicts of ``judges`` (None: all in the frames).

    Labels under another rubric version than the one in use are not mixed in.
    """
    rubric = evidence.latest_used_rubric(store, weeks)
    lines = evidence.ledger(store, weeks)
    settled = settled_labels(store, weeks, rubric=rubric.version)
    counts = verdict_counts(store, weeks)
    names = judges_in_all(counts) if judges is None else judges
    verdicts = {judge: _verdicts_on_drawn(store, weeks, judge) for judge in names}
    members: dict[tuple[str, str], list[str]] = {key: [] for key in lines}
    for item in (i for w in weeks for i in items_of(store, w)):
        if not item.purposive and item.stratum is not None and (item.week, item.stratum) in members:
            members[item.week, item.stratum].append(item.id)
    return ProductionData(
        lines=lines,
        members=members,
        settled=settled,
        counts=counts,
        verdicts=verdicts,
        skipped={item for w in weeks for item in _skipped(store, w)},
        seeds={w.name: w.seed for w in store.find(Week, name=list(weeks))},
    )


def _skipped(store: Store, week: str) -> Collection[str]:
    def state() -> tuple[object, ...]:
        return state_of_annotations(store, week), latest_key(store, Skip), latest_key(store, Assignment)

    return _SKIPPED.get(store, week, state, lambda: items_skipped(store, week))


_SKIPPED: Known[Collection[str]] = Known(16)


def judges_in_all(counts: Mapping[str, VerdictCounts]) -> list[str]:
    """Return the judges with verdict counts in every week, in order of their names."""
    known = [{judge for by_judge in by_group.values() for judge in by_judge} for by_group in counts.values()]
    return sorted(set.intersection(*known)) if known else []


def verdict_counts(store: Store, weeks: Sequence[str]) -> dict[str, VerdictCounts]:
    """Return the verdict counts of each week's latest draw."""
    return {d.week: d.frame.get("verdicts", {}) for d in store.find(Draw, week=list(weeks))}


def _verdicts_on_drawn(store: Store, weeks: Sequence[str], judge: str) -> dict[tuple[str, str], Verdict]:
    """Return the verdicts that came with the log, which the frame counts, or else those of the latest version."""
    return verdicts_of(store, weeks, f"{judge}@{LOG_VERDICTS}") or verdicts_of(store, weeks, judge)
