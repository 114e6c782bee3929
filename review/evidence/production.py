"""The quality of production: from the ledger, the settled labels and the verdict counts over all traffic."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from review.current.rubric_in_use import weeks_under
from review.current.settled import Settled
from review.evidence import evidence
from review.evidence.production_data import (
    ProductionData,
    VerdictCounts,
    judges_in_all,
    production_data,
    verdict_counts,
)
from review.evidence.ties import added, random_part, tied, ties_in_order
from review.rubric.rubric import Dimension
from review.statistics.quality.headline import Rates
from review.statistics.quality.report import CAUSES, QualityReport, Unsettled, quality_report
from review.statistics.quality.strata import Cell, StratumCounts, Verdicts, joined
from storage.records_review import Week
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
    before = [w for w in store.find(Week, order_by="name") if w.name < min(weeks)][-evidence.DEFAULT_WEEKS :]
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
    strata = {
        key: _stratum(data, key, dimension, positive, judge) for key, line in data.lines.items() if line.population
    }
    history = None
    if earlier is not None and judge in earlier.judges:
        rates = _rates(earlier, dimension, positive, judge)
        history = {s.name: rates[group] for (_, group), s in strata.items() if group in rates}
    return quality_report(
        list(strata.values()), unsettled=_unsettled(data, list(strata), dimension, positive), history=history
    )


def _rates(earlier: ProductionData, dimension: Dimension, positive: str, judge: str | None) -> dict[str, Rates]:
    """Return what people said of the judge's verdicts in earlier weeks, by group."""
    found: dict[str, Rates] = {}
    for (week, group), line in earlier.lines.items():
        if line.population:
            s = _stratum(earlier, (week, group), dimension, positive, judge)
            before = found.get(group, Rates(Cell(), Cell()))
            found[group] = Rates(joined(before[0], s.said_positive), joined(before[1], s.said_other))
    return found


def _unsettled(data: ProductionData, keys: Sequence[tuple[str, str]], dimension: Dimension, positive: str) -> Unsettled:
    """Count the drawn items without a decision by cause, and the ties that were settled in random order."""
    causes = dict.fromkeys(CAUSES, 0)
    rules: set[str] = set()
    by_week: dict[str, list[Settled]] = {}
    for week, group in keys:
        for item in data.members[week, group]:
            settled = data.settled.get((item, dimension.name))
            if settled is None:
                causes["skipped" if item in data.skipped else "not_answered"] += 1
                continue
            rules.add(settled.rule)
            by_week.setdefault(week, []).append(settled)
            causes["ties"] += settled.rule == "tie"
            causes["open_disagreements"] += settled.rule == "plurality"
    parts = (random_part(ties_in_order(rows, positive, data.seeds[w]), positive) for w, rows in by_week.items())
    return Unsettled(causes=causes, ties=added(parts), all_adjudicated=rules == {"adjudicated"})


def judges_of_frame(store: Store, weeks: Sequence[str]) -> list[str]:
    """Return the judges whose verdicts are known over all traffic in every one of these weeks."""
    return judges_in_all(verdict_counts(store, weeks))


def _counts(counts: VerdictCounts, stratum: str, judge: str | None, dimension: Dimension) -> Mapping[str, int]:
    """Return how often the judge gave each value over all traffic of a group; empty when nothing is known.

    The draw counted the texts of the log. They are read in the same way as the verdicts on drawn items, so that a text
    outside the rubric is no verdict here either.
    """
    found: dict[str, int] = {}
    for text, n in counts.get(stratum, {}).get(judge or "", {}).get(dimension.name, {}).items():
        if value := _readable(text, dimension):
            found[value] = found.get(value, 0) + int(n)
    return found


def _readable(text: object, dimension: Dimension) -> str | None:
    try:
        value = dimension.scale.canonical(text)
    except ValueError:
        return None
    return "|".join(value) if isinstance(value, tuple) else value


def _stratum(
    data: ProductionData, key: tuple[str, str], dimension: Dimension, positive: str, judge: str | None
) -> StratumCounts:
    line = data.lines[key]
    counts = _counts(data.counts.get(line.week, {}), line.name, judge, dimension)
    verdicts = data.verdicts.get(judge, {}) if judge else {}
    labelled, ties = ([[0, 0], [0, 0], [0, 0]] for _ in range(2))
    for item in data.members[key]:
        settled, verdict = data.settled.get((item, dimension.name)), verdicts.get((item, dimension.name))
        if settled is None:
            continue
        # Without counts over all traffic, a verdict on a drawn item tells nothing about the rest.
        given = verdict.value if verdict and counts else None
        kind = 0 if given == positive else 1 if given else 2
        if settled.value is None:
            ties[kind][tied(settled.votes, positive)] += 1
        else:
            labelled[kind][0] += 1
            labelled[kind][1] += settled.value == positive
    seen = [cell[0] + sum(tie) for cell, tie in zip(labelled, ties, strict=True)]
    first, second, third = (Cell(*cell) for cell in labelled)
    return StratumCounts(
        name=f"{line.week} {line.name}",
        population=line.population,
        verdicts=_over_all(line.population, counts, positive, seen),
        said_positive=first,
        said_other=second,
        said_nothing=third,
        drawn=line.sampled,
        pool=f"{line.name} at {line.probability:.3g}",
        open_ties=(ties[0][1], ties[1][1], ties[2][1]),
        other_ties=(ties[0][0], ties[1][0], ties[2][0]),
    )


def _over_all(population: int, counts: Mapping[str, int], positive: str, seen: Sequence[int]) -> Verdicts:
    """Return the judge's verdicts over a whole group, with at least the ``seen`` ones on reviewed items.

    The reviewed items win over the counts where they contradict each other: a text that the rubric could not read when
    the week was drawn may be a value by now, so a drawn item can lack a verdict where the frame counts one.
    """
    yes = min(counts.get(positive, 0), population - seen[1] - seen[2])
    yes = max(yes, seen[0])
    other = min(sum(counts.values()) - counts.get(positive, 0), population - yes - seen[2])
    other = max(other, seen[1])
    return Verdicts(yes, other, max(population - yes - other, 0))
