"""How often the gate stops a version that is compared with itself: the noise of the product, seen through the gate."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

import numpy as np

from review.basics.errors import NothingToDo
from review.basics.words import counted
from review.experiments.gating.pairing import by_case, gate_case, scores_of
from review.experiments.gating.settings import AS_USUAL, GateSettings
from review.experiments.values import Case, ScoredRun
from review.statistics.gate.cases import GateCase
from review.statistics.gate.decision import decide
from review.statistics.gate.evidence import weigh
from review.statistics.gate.slices import slice_up
from review.statistics.intervals import clopper_pearson

FEWEST_DRAWS, MOST_DRAWS, RESULTS = 40, 400, 60_000
"""Draws of pairs: as many as about this many results allow, between a fewest and a most."""


@dataclass(frozen=True, kw_only=True)
class SelfCheck:
    """How often a version passes the gate against itself, over ``draws`` of two results for each of ``n`` cases.

    ``flips`` is the mean share of cases whose results differ. ``left_out`` cases have fewer than two results.
    """

    version: str
    n: int
    left_out: int
    draws: int
    passed: int
    failed: int
    inconclusive: int
    flips: float

    @property
    def sentences(self) -> list[str]:
        """The result in words."""
        rest = f"; {counted(self.left_out, 'case')} with one result left out" if self.left_out else ""
        return [
            f"{self.version} against itself on {counted(self.n, 'case')} ({self.flips:.1%} of them flip{rest}): "
            f"{self.share('passed'):.0%} of {self.draws} comparisons pass, {self.share('inconclusive'):.0%} are "
            f"inconclusive, {self.share('failed'):.0%} fail.",
            f"So the gate stops {1 - self.share('passed'):.0%} of changes that change nothing.",
        ]

    def share(self, decision: str) -> float:
        """Return the share of the draws with a decision: passed, failed or inconclusive."""
        return int(getattr(self, decision)) / self.draws

    def to_json(self) -> dict[str, Any]:
        """Return the object of ``gate --self --json``."""
        stopped = self.draws - self.passed
        return {
            "version": self.version,
            "n": self.n,
            "left_out": self.left_out,
            "draws": self.draws,
            "flips": self.flips,
            "pass": self.share("passed"),
            "fail": self.share("failed"),
            "inconclusive": self.share("inconclusive"),
            "stopped": {"value": stopped / self.draws, "ci": list(clopper_pearson(stopped, self.draws))},
        }


def self_check(runs: Sequence[ScoredRun], settings: GateSettings = AS_USUAL) -> SelfCheck:
    """Compare a version with itself, from the results that its runs over one release gave for the same cases.

    For each draw every case gives two different ones of its results, at random. Raises NothingToDo without a case that
    has two results.
    """
    cases, scores = _results(runs)
    twice = {name: values for name, values in scores.items() if len(values) > 1}
    if not twice:
        raise NothingToDo(
            f"no case has two results of {runs[0].version if runs else 'this version'}, so it cannot be compared with "
            "itself. Run it with two or more repeats, or twice."
        )
    rng = np.random.default_rng(settings.seed)
    draws = int(min(MOST_DRAWS, max(FEWEST_DRAWS, RESULTS // len(twice))))
    found: Counter[str] = Counter()
    flips = 0.0
    for gathered in _draws(cases, twice, draws, rng):
        evidence = weigh(gathered, alpha=settings.alpha, seed=settings.seed)
        slices = slice_up(gathered, margin=settings.margin, alpha=settings.alpha, seed=settings.seed)
        decision, _ = decide(
            gathered,
            evidence,
            slices,
            margin=settings.margin,
            alpha=settings.alpha,
            pass_alpha=settings.alpha,
            strict=settings.strict,
        )
        found[decision] += 1
        flips += sum(c.change != "same" for c in gathered) / len(gathered)
    return SelfCheck(
        version=runs[0].version,
        n=len(twice),
        left_out=len(scores) - len(twice),
        draws=draws,
        passed=found["pass"],
        failed=found["fail"],
        inconclusive=found["inconclusive"],
        flips=flips / draws,
    )


def _results(runs: Sequence[ScoredRun]) -> tuple[Mapping[str, Case], Mapping[str, list[float]]]:
    cases: dict[str, Case] = {}
    scores: dict[str, list[float]] = {}
    for run in runs:
        for name, some in by_case(run).items():
            cases.setdefault(name, some[0].case)
            scores.setdefault(name, []).extend(scores_of(some))
    return cases, scores


def _draws(
    cases: Mapping[str, Case], scores: Mapping[str, Sequence[float]], draws: int, rng: np.random.Generator
) -> Iterator[list[GateCase]]:
    """Yield the cases of each draw. A case is made once for each two results, as most draws give the same two."""
    sizes = np.array([len(values) for values in scores.values()])
    one = rng.integers(sizes, size=(draws, len(sizes)))
    other = rng.integers(sizes - 1, size=one.shape)
    other += other >= one

    @cache
    def made(name: str, first: float, second: float) -> GateCase:
        return gate_case(cases[name], [first], [second])

    for row in zip(one.tolist(), other.tolist(), strict=True):
        yield [made(name, values[i], values[j]) for (name, values), i, j in zip(scores.items(), *row, strict=True)]
