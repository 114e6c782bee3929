"""Two or more runs side by side on the cases that all of them saw. Pure."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from statistics import fmean

import numpy as np

from review.basics.errors import InputError
from review.experiments.comparing.measures import Measure, measures_of
from review.experiments.gating.checks import corrected_drop
from review.experiments.gating.pairing import by_case, gate_case, same_example, scores_of
from review.experiments.runs.accuracy import Accuracy, accuracy_of
from review.experiments.values import Case, ScoredCase, ScoredRun
from review.statistics.gate.cases import Change
from review.statistics.gate.evidence import paired_difference
from review.statistics.paired import mean_over_clusters, ratio_of_means
from review.statistics.quantity import Quantity

ORDER = {"broke": 0, "fixed": 1, "same": 2}


@dataclass(frozen=True, kw_only=True)
class ComparedCase:
    """One case: the results of each version, its mean score or None, and what changed from the first version.

    ``change`` is the worst change of any later version: broke before fixed before same.
    """

    case: Case
    results: tuple[tuple[ScoredCase, ...], ...]
    scores: tuple[float | None, ...]
    changes: tuple[Change, ...]

    @cached_property
    def change(self) -> Change:
        """The change that matters most."""
        return min(self.changes, key=lambda one: ORDER[one], default="same")

    def answer(self, place: int) -> str | None:
        """Return the first answer of the version at this place, None without one."""
        return next((one.answer.answer for one in self.results[place] if one.answer), None)


@dataclass(frozen=True, kw_only=True)
class Comparison:
    """Versions in the order they were chosen; the first is the baseline. ``rows`` has the flips first.

    ``only`` names the cases that some version did not see, or saw with other content, by version that has them.
    """

    runs: tuple[ScoredRun, ...]
    rows: tuple[ComparedCase, ...]
    only: Mapping[str, tuple[str, ...]]

    @property
    def versions(self) -> tuple[str, ...]:
        """The names of the versions."""
        return tuple(run.version for run in self.runs)

    @cached_property
    def _defined(self) -> dict[str, Measure]:
        return measures_of(self.runs)

    @cached_property
    def measures(self) -> dict[str, Measure]:
        """What can be compared here: measures of which at least one answer has a value."""
        return {name: one for name, one in self._defined.items() if self.has(name)}

    def has(self, name: str) -> bool:
        """Return whether some answer has this measure."""
        places = range(len(self.runs)) if name in self._defined else ()
        return any(value is not None for place in places for value in self.values(name, place))

    @cached_property
    def _known(self) -> dict[tuple[str, int], list[float | None]]:
        return {}

    def values(self, name: str, place: int) -> list[float | None]:
        """Return the mean of a measure over the repeats of each case, for the version at this place."""
        found = self._known.get((name, place))
        if found is None:
            of = self._defined[name].of
            results = self._results[place]
            found = self._known[name, place] = (
                [of(one) for (one,) in results]
                if all(len(some) == 1 for some in results)
                else [_mean([of(one) for one in some]) for some in results]
            )
        return found

    @cached_property
    def _results(self) -> list[tuple[tuple[ScoredCase, ...], ...]]:
        """The results of every case, by the place of the version."""
        return [tuple(row.results[place] for row in self.rows) for place in range(len(self.runs))]

    @cached_property
    def _clusters(self) -> list[str]:
        return [row.case.cluster for row in self.rows]

    @cached_property
    def _figures(self) -> dict[tuple[str, str, int], Quantity]:
        return {}

    def _once(self, what: str, name: str, place: int, found: Callable[[str, int], Quantity]) -> Quantity:
        """Return a figure that is computed once: pages ask for the same ones on every run."""
        key = what, name, place
        if key not in self._figures:
            self._figures[key] = found(name, place)
        return self._figures[key]

    def figure(self, name: str, place: int) -> Quantity:
        """Return a measure of one version with its interval over cases."""
        return self._once("figure", name, place, self._figure)

    def _figure(self, name: str, place: int) -> Quantity:
        measure = self._defined[name]
        values = zip(self.values(name, place), self._clusters, strict=True)
        known = [(v, cluster) for v, cluster in values if v is not None]
        return mean_over_clusters([v for v, _ in known], [c for _, c in known], share=measure.share)

    def difference(self, name: str, place: int) -> Quantity:
        """Return how a version differs from the first one, on the cases for which both have the measure.

        A relative measure gives the change as a share: -0.54 is 54% less. Scores have the interval of the gate.
        """
        return self._once("difference", name, place, self._difference)

    def _difference(self, name: str, place: int) -> Quantity:
        measure = self._defined[name]
        pairs = [
            (a, b, cluster)
            for a, b, cluster in zip(self.values(name, 0), self.values(name, place), self._clusters, strict=True)
            if a is not None and b is not None
        ]
        if measure.share:
            return paired_difference(np.array([b - a for a, b, _ in pairs]))
        clusters = [c for _, _, c in pairs]
        if measure.relative:
            return ratio_of_means([a for a, _, _ in pairs], [b for _, b, _ in pairs], clusters)
        return mean_over_clusters([b - a for a, b, _ in pairs], clusters)

    @cached_property
    def checked(self) -> bool:
        """Whether people checked answers of some version to these cases."""
        return any(run.people and self.accuracy(place).checked for place, run in enumerate(self.runs))

    @cached_property
    def _accuracies(self) -> dict[int, Accuracy]:
        return {}

    def accuracy(self, place: int) -> Accuracy:
        """Return the combined accuracy of a version, corrected where people checked enough of its answers."""
        if place not in self._accuracies:
            self._accuracies[place] = accuracy_of(self.runs[place], among=self._names)
        return self._accuracies[place]

    def corrected_difference(self, place: int) -> Quantity:
        """Return how the accuracy of a version differs from the first one's, corrected by people's checks of both."""
        values = zip(self.values("combined", place), self.values("combined", 0), strict=True)
        by_rules = paired_difference(np.array([b - a for b, a in values if a is not None and b is not None]))
        if by_rules.value is None:
            return by_rules
        return corrected_drop(self.runs[place], self.runs[0], by_rules, self._names)

    @cached_property
    def _names(self) -> set[str]:
        return {row.case.id for row in self.rows}

    @cached_property
    def slices(self) -> dict[tuple[str, str], tuple[Quantity, ...]]:
        """The combined accuracy of each version by scenario, kind and tag."""
        members: dict[tuple[str, str], list[ComparedCase]] = {}
        for row in self.rows:
            for key in row.case.slices:
                members.setdefault(key, []).append(row)
        return {
            key: tuple(_accuracy(rows, place) for place in range(len(self.runs)))
            for key, rows in sorted(members.items())
        }


def compare(runs: Sequence[ScoredRun]) -> Comparison:
    """Put runs side by side on the cases that all of them saw with the same content.

    Raises InputError for fewer than two runs, or runs without a common case.
    """
    if len(runs) < 2:
        raise InputError(f"compare: found {len(runs)} version, expected two or more.")
    found = [by_case(run) for run in runs]
    first, rest = found[0], found[1:]
    shared = [
        name
        for name, some in first.items()
        if all(name in other and same_example(some[0].case, other[name][0].case) for other in rest)
    ]
    if not shared:
        raise InputError(
            f"{', '.join(run.version for run in runs)} have no case in common. Choose runs over the same release."
        )
    rows = [_compared(first[name][0].case, [one[name] for one in found]) for name in shared]
    names = set(shared)
    return Comparison(
        runs=tuple(runs),
        rows=tuple(sorted(rows, key=_flips_first)),
        only={
            run.version: tuple(name for name in one if name not in names)
            for run, one in zip(runs, found, strict=True)
            if len(one) > len(names)
        },
    )


def _compared(case: Case, results: Sequence[Sequence[ScoredCase]]) -> ComparedCase:
    scores = [scores_of(some) for some in results]
    changes: list[Change] = [
        gate_case(case, scores[0], other).change if scores[0] and other and other != scores[0] else "same"
        for other in scores[1:]
    ]
    return ComparedCase(
        case=case,
        results=tuple(tuple(some) for some in results),
        scores=tuple(_mean(some) for some in scores),
        changes=tuple(changes),
    )


def _flips_first(row: ComparedCase) -> tuple[int, bool, str]:
    return ORDER[row.change], not row.case.must_pass, row.case.id


def _mean(values: Sequence[float | None]) -> float | None:
    known = [v for v in values if v is not None]
    if len(known) == 1:  # of thousands of cases
        return float(known[0])
    return fmean(known) if known else None


def _accuracy(rows: Sequence[ComparedCase], place: int) -> Quantity:
    known = [(row.scores[place], row.case.cluster) for row in rows]
    return mean_over_clusters(
        [v for v, _ in known if v is not None], [c for v, c in known if v is not None], share=True
    )
