"""The quality of production: from the ledger, the settled labels and the verdict counts over all traffic."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from review.current.settled import Settled, settled_labels
from review.current.verdicts import LOG_VERDICTS, verdicts_of
from review.evidence import evidence
from review.rubric.rubric import Dimension
from review.statistics.quality.report import QualityReport, quality_report
from review.statistics.quality.strata import Cell, StratumCounts, Verdicts
from storage.records_log import Draw
from storage.records_review import Item, Verdict
from storage.store import Store

VerdictCounts = Mapping[str, Mapping[str, Mapping[str, Mapping[str, int]]]]
"""How often a judge gave each text over all traffic of a week: by group, judge, dimension and text."""


@dataclass(frozen=True, kw_only=True)
class ProductionData:
    """The state of the store behind the quality of some weeks, gathered once for every dimension and judge.

    ``members`` has the drawn items of each (week, group) of the ledger ``lines``, without hand-picked ones; ``settled``
    the labels by (item, dimension); ``counts`` the verdict counts by week; ``verdicts`` the verdicts on drawn items by
    judge and (item, dimension).
    """

    lines: Mapping[tuple[str, str], evidence.LedgerLine]
    members: Mapping[tuple[str, str], Sequence[str]]
    settled: Mapping[tuple[str, str], Settled]
    counts: Mapping[str, VerdictCounts]
    verdicts: Mapping[str, Mapping[tuple[str, str], Verdict]]

    @property
    def judges(self) -> list[str]:
        """The judges whose verdicts are known over all traffic in every one of the weeks."""
        return _judges_in_all(self.counts)


def production_data(store: Store, weeks: Sequence[str], *, judges: Sequence[str] | None = None) -> ProductionData:
    """Gather the state behind the quality of some weeks, with the verdicts of ``judges`` (None: all in the frames).

    Labels under another rubric version than the one in use are not mixed in.
    """
    rubric = evidence.latest_used_rubric(store, weeks)
    lines = evidence.ledger(store, weeks)
    settled = settled_labels(store, weeks, rubric=rubric.version)
    counts = _verdict_counts(store, weeks)
    names = _judges_in_all(counts) if judges is None else judges
    verdicts = {judge: _verdicts_on_drawn(store, weeks, judge) for judge in names}
    members: dict[tuple[str, str], list[str]] = {key: [] for key in lines}
    for item in (i for w in weeks for i in store.find(Item, week=w)):
        if not item.purposive and item.stratum is not None and (item.week, item.stratum) in members:
            members[item.week, item.stratum].append(item.id)
    return ProductionData(lines=lines, members=members, settled=settled, counts=counts, verdicts=verdicts)


def production_quality(
    store: Store, weeks: Sequence[str], dimension: Dimension, *, positive: str, judge: str | None = None
) -> QualityReport:
    """Estimate the share of production conversations that people would call ``positive``; see :func:`quality_of`."""
    data = production_data(store, weeks, judges=[judge] if judge else [])
    return quality_of(data, dimension, positive=positive, judge=judge)


def quality_of(data: ProductionData, dimension: Dimension, *, positive: str, judge: str | None = None) -> QualityReport:
    """Estimate the share of production conversations that people would call ``positive``, with and without a judge.

    The weight of a labelled item is N_h/m_h, with m_h the items settled in this dimension. With ``judge``, the counts
    of its verdicts over all traffic, recorded by the draw, make the estimate more precise. Pure.
    """
    verdicts = data.verdicts.get(judge, {}) if judge else {}
    strata = [
        _stratum(
            line,
            [(data.settled.get((i, dimension.name)), verdicts.get((i, dimension.name))) for i in data.members[key]],
            _counts(data.counts.get(line.week, {}), line.name, judge, dimension),
            positive,
        )
        for key, line in data.lines.items()
        if line.population
    ]
    return quality_report(strata)


def judges_of_frame(store: Store, weeks: Sequence[str]) -> list[str]:
    """Return the judges whose verdicts are known over all traffic in every one of these weeks."""
    return _judges_in_all(_verdict_counts(store, weeks))


def _judges_in_all(counts: Mapping[str, VerdictCounts]) -> list[str]:
    known = [{judge for by_judge in by_group.values() for judge in by_judge} for by_group in counts.values()]
    return sorted(set.intersection(*known)) if known else []


def _verdict_counts(store: Store, weeks: Sequence[str]) -> dict[str, VerdictCounts]:
    """Return the verdict counts of each week's latest draw."""
    return {d.week: d.frame.get("verdicts", {}) for d in store.find(Draw, week=list(weeks))}


def _verdicts_on_drawn(store: Store, weeks: Sequence[str], judge: str) -> dict[tuple[str, str], Verdict]:
    """Return the verdicts that came with the log, which the frame counts, or else those of the latest version."""
    return verdicts_of(store, weeks, f"{judge}@{LOG_VERDICTS}") or verdicts_of(store, weeks, judge)


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
    line: evidence.LedgerLine,
    drawn: Iterable[tuple[Settled | None, Verdict | None]],
    counts: Mapping[str, int],
    positive: str,
) -> StratumCounts:
    cells = {"positive": [0, 0], "other": [0, 0], "missing": [0, 0]}
    for settled, verdict in drawn:
        if settled is None or settled.value is None:
            continue
        # Without counts over all traffic, a verdict on a drawn item tells nothing about the rest.
        given = verdict.value if verdict and counts else None
        cell = cells["positive" if given == positive else "other" if given else "missing"]
        cell[0] += 1
        cell[1] += settled.value == positive
    return StratumCounts(
        name=f"{line.week} {line.name}",
        population=line.population,
        verdicts=_over_all(line.population, counts, positive, {name: n for name, (n, _) in cells.items()}),
        said_positive=Cell(*cells["positive"]),
        said_other=Cell(*cells["other"]),
        said_nothing=Cell(*cells["missing"]),
        drawn=line.sampled,
    )


def _over_all(population: int, counts: Mapping[str, int], positive: str, seen: Mapping[str, int]) -> Verdicts:
    """Return the judge's verdicts over a whole group, with at least the ``seen`` ones on labelled items.

    The labelled items win over the counts where they contradict each other: a text that the rubric could not read when
    the week was drawn may be a value by now, so a drawn item can lack a verdict where the frame counts one.
    """
    yes = min(counts.get(positive, 0), population - seen["other"] - seen["missing"])
    yes = max(yes, seen["positive"])
    other = min(sum(counts.values()) - counts.get(positive, 0), population - yes - seen["missing"])
    other = max(other, seen["other"])
    return Verdicts(yes, other, max(population - yes - other, 0))
