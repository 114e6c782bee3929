"""The state of the store behind the quality of production: the ledger, settled labels and verdict counts."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from functools import partial
from typing import NamedTuple

from review.current.counting import state_of_annotations
from review.current.known import Known
from review.current.settled import outcomes_in
from review.current.verdicts import LOG_VERDICTS, Reference, values_in, version_of
from review.evidence import evidence
from review.evidence.week_strata import VerdictCounts, WeekData
from storage.queries.assignments import items_skipped
from storage.queries.items import drawn_items
from storage.queries.states import latest_key
from storage.records_log import Draw, Stratum
from storage.records_review import Adjudication, Skip, Verdict
from storage.records_weeks import Assignment, Item, Week
from storage.store import Store


class ProductionData(dict[str, WeekData]):
    """The state of the store behind the quality of some weeks, by week, gathered once for every estimate."""

    @property
    def judges(self) -> list[str]:
        """The judges whose verdicts are known over all traffic in every one of the weeks."""
        return _judges_in_all(week.counts for week in self.values())

    def only(self, weeks: Collection[str]) -> ProductionData:
        """Return the state behind some of the weeks."""
        return ProductionData({name: week for name, week in self.items() if name in weeks})


def production_data(store: Store, weeks: Sequence[str], *, judges: Sequence[str] | None = None) -> ProductionData:
    """Gather the state behind the quality of some weeks, with the verdicts of ``judges`` (None: all in the frames).

    Labels under another rubric version than the one in use are not mixed in.
    """
    rubric = evidence.latest_used_rubric(store, weeks).version
    names = judges_of_frame(store, weeks) if judges is None else judges
    versions = {judge: _version_on_drawn(store, weeks, judge) for judge in names}
    known = tuple((judge, version) for judge, version in versions.items() if version is not None)
    return ProductionData({week: _week_data(store, week, rubric, known) for week in weeks})


class _Drawn(NamedTuple):
    """What the latest draw of a week recorded: the ledger by group, and the verdicts over all traffic.

    ``counts`` is None before the first draw.
    """

    lines: Mapping[str, evidence.LedgerLine]
    counts: VerdictCounts | None


def _drawn(store: Store, week: str) -> _Drawn:
    def make() -> _Drawn:
        lines = {group: line for (_, group), line in evidence.ledger(store, [week]).items()}
        latest = store.find(Draw, week=week)
        return _Drawn(lines, latest[-1].frame.get("verdicts", {}) if latest else None)

    return _DRAWN.get(store, week, lambda: (latest_key(store, Draw), latest_key(store, Stratum)), make)


_DRAWN: Known[_Drawn] = Known(128)


def _week_data(store: Store, week: str, rubric: int, judges: tuple[tuple[str, Reference], ...]) -> WeekData:
    def state() -> tuple[object, ...]:
        records = (Adjudication, Assignment, Draw, Item, Skip, Stratum, Verdict)
        return state_of_annotations(store, week), *(latest_key(store, record) for record in records)

    return _WEEKS.get(store, (week, rubric, judges), state, partial(_made, store, week, rubric, judges))


_WEEKS: Known[WeekData] = Known(128)


def _made(store: Store, week: str, rubric: int, judges: tuple[tuple[str, Reference], ...]) -> WeekData:
    opened, (lines, counts) = store.get(Week, week), _drawn(store, week)
    members: dict[str, list[str]] = {group: [] for group in lines}
    for item, group in drawn_items(store, week):
        if group in members:
            members[group].append(item)
    return WeekData(
        week=week,
        seed=opened.seed if opened else "",
        lines=lines,
        members=members,
        outcomes=outcomes_in(store, week, rubric),
        counts=counts,
        values={judge: {key: v.value for _, key, v in values_in(store, week, version)} for judge, version in judges},
        skipped=items_skipped(store, week),
    )


def judges_of_frame(store: Store, weeks: Sequence[str]) -> list[str]:
    """Return the judges whose verdicts are known over all traffic in every one of these weeks."""
    return _judges_in_all(_drawn(store, week).counts for week in weeks)


def _judges_in_all(counts: Iterable[VerdictCounts | None]) -> list[str]:
    drawn = (by_group for by_group in counts if by_group is not None)
    known = [{judge for by_judge in by_group.values() for judge in by_judge} for by_group in drawn]
    return sorted(set.intersection(*known)) if known else []


def _version_on_drawn(store: Store, weeks: Sequence[str], judge: str) -> Reference | None:
    """Return the verdicts to use: those that came with the log, which the frame counts, else the latest version."""
    return version_of(store, weeks, f"{judge}@{LOG_VERDICTS}") or version_of(store, weeks, judge)
