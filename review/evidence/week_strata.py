"""The counts of one week behind the quality of production, by group of its draw."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from review.basics.labels import Scale
from review.current.settled import Outcome, Settled
from review.evidence.evidence import LedgerLine
from review.evidence.ties import random_part, tied, ties_in_order
from review.rubric.rubric import Dimension
from review.statistics.quality.report import CAUSES
from review.statistics.quality.strata import Cell, StratumCounts, Verdicts
from review.statistics.quality.ties import RandomTies

VerdictCounts = Mapping[str, Mapping[str, Mapping[str, Mapping[str, int]]]]
"""How often a judge gave each text over all traffic of a week: by group, judge, dimension and text."""


class WeekStrata(NamedTuple):
    """The groups of a week by name, its undecided items by cause, how the others were settled, and its ties."""

    strata: Mapping[str, StratumCounts]
    causes: Mapping[str, int]
    rules: frozenset[str]
    ties: RandomTies


@dataclass(frozen=True, kw_only=True, eq=False)
class WeekData:
    """The state of the store behind the quality of one week, under one rubric version. Nobody may change it.

    ``lines`` is the ledger by group, ``members`` has the drawn items of each group, without hand-picked ones;
    ``outcomes`` the labels by item and dimension; ``counts`` the verdicts over all traffic, None before a draw;
    ``values`` by judge what its verdicts on drawn items say, by (item, dimension). ``skipped`` items were skipped by a
    reviewer.
    """

    week: str
    seed: str
    lines: Mapping[str, LedgerLine]
    members: Mapping[str, Sequence[str]]
    outcomes: Mapping[str, Mapping[str, Outcome]]
    counts: VerdictCounts | None
    values: Mapping[str, Mapping[tuple[str, str], str | None]]
    skipped: Collection[str]
    _made: dict[tuple[str, Scale, str, str | None], WeekStrata] = field(default_factory=dict, repr=False)

    def strata(self, dimension: Dimension, positive: str, judge: str | None) -> WeekStrata:
        """Return the counts for the share of ``positive``; they are made once. Groups without traffic are left out."""
        key = dimension.name, dimension.scale, positive, judge
        if key not in self._made:
            self._made[key] = _week_strata(self, dimension, positive, judge)
        return self._made[key]


Seen = tuple[Outcome, str | None]
"""What is known of one item in one dimension: how it came out, and the value of the judge's verdict."""


def _week_strata(data: WeekData, dimension: Dimension, positive: str, judge: str | None) -> WeekStrata:
    causes = dict.fromkeys(CAUSES, 0)
    strata, rules, ties = {}, set(), list[Settled]()
    for group, line in data.lines.items():
        if not line.population:
            continue
        counts = _counts(data.counts or {}, group, judge, dimension)
        # Without counts over all traffic, a verdict on a drawn item tells nothing about the rest.
        values = data.values.get(judge, {}) if judge and counts else {}
        outcomes = {item: data.outcomes.get(item, {}).get(dimension.name) for item in data.members[group]}
        for item in (item for item, outcome in outcomes.items() if outcome is None):
            causes["skipped" if item in data.skipped else "not_answered"] += 1
        seen = _alike(outcomes, values, dimension.name)
        for (outcome, _), n in seen:
            rules.add(outcome.rule)
            causes["ties"] += n * (outcome.rule == "tie")
            causes["open_disagreements"] += n * (outcome.rule == "plurality")
        split = {id(outcome) for (outcome, _), _ in seen if tied(outcome.votes, positive)}
        ties += [Settled(item, dimension.name, *o) for item, o in outcomes.items() if o is not None and id(o) in split]
        strata[group] = _stratum(line, seen, counts, positive)
    order = ties_in_order(ties, positive, data.seed)
    return WeekStrata(strata, causes, frozenset(rules), random_part(order, positive))


def _alike(
    outcomes: Mapping[str, Outcome | None], values: Mapping[tuple[str, str], str | None], dimension: str
) -> list[tuple[Seen, int]]:
    """Return the different cases among some items, with how many items are like each."""
    # Items that came out alike share one outcome, so few cases are left of thousands of items.
    objects = {id(outcome): outcome for outcome in outcomes.values() if outcome is not None}
    cases = Counter(
        (id(outcome), values.get((item, dimension))) for item, outcome in outcomes.items() if outcome is not None
    )
    return [((objects[place], verdict), n) for (place, verdict), n in cases.items()]


def _stratum(
    line: LedgerLine, seen: Sequence[tuple[Seen, int]], counts: Mapping[str, int], positive: str
) -> StratumCounts:
    labelled, ties = ([[0, 0], [0, 0], [0, 0]] for _ in range(2))
    for (outcome, verdict), n in seen:
        kind = 0 if verdict == positive else 1 if verdict else 2
        if outcome.value is None:
            ties[kind][tied(outcome.votes, positive)] += n
        else:
            labelled[kind][0] += n
            labelled[kind][1] += n * (outcome.value == positive)
    all_seen = [cell[0] + sum(tie) for cell, tie in zip(labelled, ties, strict=True)]
    first, second, third = (Cell(*cell) for cell in labelled)
    return StratumCounts(
        name=f"{line.week} {line.name}",
        population=line.population,
        verdicts=_over_all(line.population, counts, positive, all_seen),
        said_positive=first,
        said_other=second,
        said_nothing=third,
        drawn=line.sampled,
        pool=f"{line.name} at {line.probability:.3g}",
        open_ties=(ties[0][1], ties[1][1], ties[2][1]),
        other_ties=(ties[0][0], ties[1][0], ties[2][0]),
    )


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
