"""The quality of production: from the ledger, the settled labels and the verdict counts of the whole frame."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from review.current.settled import Settled, settled_labels
from review.current.verdicts import LOG_VERDICTS, verdicts_of
from review.evidence import evidence
from review.rubric.rubric import Dimension
from review.statistics.quality.report import QualityReport, quality_report
from review.statistics.quality.strata import Cell, StratumCounts, Verdicts
from storage.records_log import Draw
from storage.records_review import Item, Verdict
from storage.store import Store


def production_quality(
    store: Store, weeks: Sequence[str], dimension: Dimension, *, positive: str, judge: str | None = None
) -> QualityReport:
    """The share of production conversations that people would call ``positive``, with and without a judge.

    Weight of a labelled item is N_h/m_h with m_h the items settled in this dimension. With ``judge`` the counts of its
    verdicts over all traffic, kept by the draw, sharpen the estimate. Labels under another rubric version than the
    one in use are not mixed in.
    """
    lines = evidence.ledger(store, weeks)
    settled = settled_labels(store, weeks, rubric=evidence.latest_used_rubric(store, weeks).version)
    spoken = _spoken(store, weeks, judge) if judge else {}
    frames = {d.week: d.frame for d in store.find(Draw, week=list(weeks))}
    items = [i for w in weeks for i in store.find(Item, week=w) if not i.purposive]
    strata = [
        _stratum(
            line,
            [(settled.get((i.id, dimension.name)), spoken.get((i.id, dimension.name))) for i in members],
            _counts(frames.get(line.week, {}), line.name, judge, dimension),
            positive,
        )
        for key, line in lines.items()
        for members in [[i for i in items if (i.week, i.stratum) == key]]
        if line.population
    ]
    return quality_report(strata)


def _spoken(store: Store, weeks: Sequence[str], judge: str) -> dict[tuple[str, str], Verdict]:
    """The verdicts that the frame's counts are of: those that came with the log, whatever was run here since."""
    of_log = verdicts_of(store, weeks, f"{judge}@{LOG_VERDICTS}")
    return of_log or verdicts_of(store, weeks, judge)


def _counts(frame: Mapping[str, Any], stratum: str, judge: str | None, dimension: Dimension) -> Mapping[str, int]:
    """How often the judge gave each value over all traffic of a group; empty when nothing is known of it.

    The draw counted the texts of the log. They are read as the verdicts of the drawn items were, so that a text outside
    the rubric is no verdict here either.
    """
    found = frame.get("verdicts", {}).get(stratum, {}).get(judge or "", {}).get(dimension.name, {})
    counts: dict[str, int] = {}
    for text, n in found.items():
        if value := _readable(text, dimension):
            counts[value] = counts.get(value, 0) + int(n)
    return counts


def _readable(text: object, dimension: Dimension) -> str | None:
    try:
        value = dimension.scale.canonical(text)
    except ValueError:
        return None
    return "|".join(value) if isinstance(value, tuple) else value


def _stratum(
    line: evidence.LedgerLine,
    labelled: Iterable[tuple[Settled | None, Verdict | None]],
    counts: Mapping[str, int],
    positive: str,
) -> StratumCounts:
    cells = {"positive": [0, 0], "other": [0, 0], "missing": [0, 0]}
    for settled, verdict in labelled:
        if settled is None or settled.value is None:
            continue
        # Without counts over all traffic a verdict on the drawn ones alone says nothing about the rest.
        said = verdict.value if verdict and counts else None
        cell = cells["positive" if said == positive else "other" if said else "missing"]
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
    """The judge's verdicts over a whole group, of which at least ``seen`` are there among the labelled items.

    What was seen holds where the counts contradict it: a text that the rubric could not read when the week was drawn
    may be a value by now, and then a drawn item has no verdict where the frame counts one.
    """
    yes = min(counts.get(positive, 0), population - seen["other"] - seen["missing"])
    yes = max(yes, seen["positive"])
    other = min(sum(counts.values()) - counts.get(positive, 0), population - yes - seen["missing"])
    other = max(other, seen["other"])
    return Verdicts(yes, other, max(population - yes - other, 0))


def judges_of_frame(store: Store, weeks: Sequence[str]) -> list[str]:
    """Judges whose verdicts are known over all traffic of every one of these weeks."""
    frames = {d.week: d.frame for d in store.find(Draw, week=list(weeks))}
    known = [
        {judge for by_judge in frame.get("verdicts", {}).values() for judge in by_judge} for frame in frames.values()
    ]
    return sorted(set.intersection(*known)) if known else []
