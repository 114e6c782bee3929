"""The quality of production: from the ledger, the settled labels and the verdict counts over all traffic."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from review.current.rubric_in_use import weeks_under
from review.evidence import evidence
from review.evidence.chosen_weeks import DEFAULT_WEEKS
from review.evidence.production_data import ProductionData, production_data
from review.evidence.ties import added
from review.evidence.week_strata import WeekStrata
from review.rubric.rubric import Dimension
from review.statistics.quality.headline import Rates
from review.statistics.quality.report import CAUSES, QualityReport, Unsettled, quality_report
from review.statistics.quality.strata import Cell, joined
from storage.queries.weeks import weeks_in_use
from storage.store import Store


class Wanted(NamedTuple):
    """One estimate to make: the share of ``positive`` in a dimension, with or without a judge."""

    dimension: Dimension
    positive: str
    judge: str | None = None


def production_quality(
    store: Store, weeks: Sequence[str], dimension: Dimension, *, positive: str, judge: str | None = None
) -> QualityReport:
    """Estimate the share of production conversations that people would call ``positive``; see :func:`quality_of`."""
    return production_reports(store, weeks, [Wanted(dimension, positive, judge)])[0]


def production_reports(
    store: Store, weeks: Sequence[str], wanted: Sequence[Wanted], *, data: ProductionData | None = None
) -> list[QualityReport]:
    """Make several estimates of the same weeks. The four weeks before are read only if one of them needs them."""
    names = sorted({w.judge for w in wanted if w.judge})
    if data is None:
        data = production_data(store, weeks, judges=names)
    found = [quality_of(data, *w) for w in wanted]
    if not any(report.uses_history for report in found):
        return found
    before = earlier_weeks(store, weeks)
    earlier = production_data(store, before, judges=names) if before else None
    return [
        quality_of(data, *w, earlier=earlier) if earlier and report.uses_history else report
        for w, report in zip(wanted, found, strict=True)
    ]


def earlier_weeks(store: Store, weeks: Sequence[str]) -> tuple[str, ...]:
    """Return the four weeks before the first of ``weeks``, without those counted under another rubric version."""
    version = evidence.latest_used_rubric(store, weeks).version
    before = [w for w in weeks_in_use(store) if w.name < min(weeks)][-DEFAULT_WEEKS:]
    return tuple(weeks_under(store, before, version))


def quality_of(
    data: ProductionData,
    dimension: Dimension,
    positive: str,
    judge: str | None = None,
    *,
    earlier: ProductionData | None = None,
) -> QualityReport:
    """Estimate the share of production conversations that people would call ``positive``, with and without a judge.

    The weight of a labelled item is N_h/m_h, with m_h the items settled in this dimension. With ``judge``, the counts
    of its verdicts over all traffic, recorded by the draw, make the estimate more precise. ``earlier`` holds the four
    weeks before; their labels may say what a verdict of the judge is worth. Pure.
    """
    weeks = [week.strata(dimension, positive, judge) for week in data.values()]
    strata = {(name, group): s for name, w in zip(data, weeks, strict=True) for group, s in w.strata.items()}
    history = None
    if earlier is not None and judge in earlier.judges:
        rates = _rates(earlier, dimension, positive, judge)
        history = {s.name: rates[group] for (_, group), s in strata.items() if group in rates}
    return quality_report(list(strata.values()), unsettled=_unsettled(weeks), history=history)


def _rates(earlier: ProductionData, dimension: Dimension, positive: str, judge: str | None) -> dict[str, Rates]:
    """Return what people said of the judge's verdicts in earlier weeks, by group."""
    found: dict[str, Rates] = {}
    for week in earlier.values():
        for group, s in week.strata(dimension, positive, judge).strata.items():
            before = found.get(group, Rates(Cell(), Cell()))
            found[group] = Rates(joined(before[0], s.said_positive), joined(before[1], s.said_other))
    return found


def _unsettled(weeks: Sequence[WeekStrata]) -> Unsettled:
    """Add up the drawn items without a decision by cause, and the ties that were settled in random order."""
    causes = {cause: sum(week.causes[cause] for week in weeks) for cause in CAUSES}
    rules = frozenset[str]().union(*(week.rules for week in weeks))
    return Unsettled(causes=causes, ties=added(week.ties for week in weeks), all_adjudicated=rules == {"adjudicated"})
