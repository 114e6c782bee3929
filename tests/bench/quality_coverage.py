"""How often the intervals of production quality and of the gate hold the truth: a Markdown table on standard output.

Run: PYTHONPATH=. python tests/bench/quality_coverage.py [repetitions]. Every scenario fixes a finite population,
draws its labels at random within strata, and counts how often the 95 % interval holds the population's true share.
For the gate both versions run on cases drawn from an endless supply, and the one-sided 95 % limit must lie above the
true drop.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from scipy.stats import t

from review.statistics.gate.evidence import limits
from review.statistics.intervals import clopper_pearson
from review.statistics.quality.judged import difference, ppi
from review.statistics.quality.people import label_variance, people
from review.statistics.quality.rogan_gladen import Calibration, rogan_gladen
from review.statistics.quality.strata import Cell, StratumCounts, Verdicts, shares, smoothed
from review.statistics.quantity import Quantity


@dataclass(frozen=True, kw_only=True, slots=True)
class Group:
    """A stratum to simulate: size, share of positives, the judge's TPR and TNR, labels, share without verdict."""

    size: int
    share: float
    tpr: float
    tnr: float
    labels: int
    silent: float = 0.0


DESIGNS: dict[str, tuple[Group, ...]] = {
    "simple, 97 %, 40 labels": (Group(size=10_000, share=0.97, tpr=0.95, tnr=0.8, labels=40),),
    "simple, 97 %, 100 labels": (Group(size=10_000, share=0.97, tpr=0.95, tnr=0.8, labels=100),),
    "simple, 90 %, 100 labels": (Group(size=10_000, share=0.9, tpr=0.95, tnr=0.8, labels=100),),
    "simple, 70 %, 200 labels": (Group(size=10_000, share=0.7, tpr=0.95, tnr=0.8, labels=200),),
    "simple, 90 %, 200 of 400": (Group(size=400, share=0.9, tpr=0.95, tnr=0.8, labels=200),),
    "simple, judge is a coin, 150": (Group(size=10_000, share=0.8, tpr=0.5, tnr=0.5, labels=150),),
    "simple, 10 % no verdict, 150": (Group(size=10_000, share=0.85, tpr=0.95, tnr=0.8, labels=150, silent=0.1),),
    "all 100 failing + 100 of rest": (
        Group(size=100, share=0.3, tpr=0.7, tnr=0.8, labels=100),
        Group(size=9_900, share=0.95, tpr=0.95, tnr=0.8, labels=100),
    ),
    "all 600 failing + 1 % of rest (98 %)": (
        Group(size=600, share=0.3, tpr=0.7, tnr=0.8, labels=600),
        Group(size=9_400, share=0.98, tpr=0.95, tnr=0.8, labels=94),
    ),
    "all 600 failing + 1 % of rest (95 %)": (
        Group(size=600, share=0.3, tpr=0.7, tnr=0.8, labels=600),
        Group(size=9_400, share=0.95, tpr=0.95, tnr=0.8, labels=94),
    ),
    "three strata 50/50/93": (
        Group(size=200, share=0.3, tpr=0.7, tnr=0.8, labels=50),
        Group(size=500, share=0.7, tpr=0.8, tnr=0.8, labels=50),
        Group(size=9_300, share=0.9, tpr=0.95, tnr=0.8, labels=93),
    ),
    "three strata, rest 97 %": (
        Group(size=300, share=0.2, tpr=0.7, tnr=0.8, labels=50),
        Group(size=700, share=0.6, tpr=0.8, tnr=0.8, labels=50),
        Group(size=9_000, share=0.97, tpr=0.95, tnr=0.8, labels=90),
    ),
    "failing 15 %, rest 97 %": (
        Group(size=1_500, share=0.1, tpr=0.7, tnr=0.9, labels=50),
        Group(size=8_500, share=0.97, tpr=0.97, tnr=0.8, labels=85),
    ),
}


class Tally:
    """Counts of hits and misses and the mean width."""

    def __init__(self) -> None:
        self.held = self.over = self.under = self.n = 0
        self.width = 0.0

    def add(self, low: float, high: float, truth: float) -> None:
        self.n += 1
        self.held += low - 1e-9 <= truth <= high + 1e-9
        self.over += truth < low - 1e-9
        self.under += truth > high + 1e-9
        self.width += high - low

    def row(self, design: str, interval: str) -> str:
        coverage = self.held / self.n
        mark = "" if 0.93 <= coverage <= 0.97 else "conservative" if coverage > 0.97 else "too low"
        parts = (self.over / self.n, self.under / self.n)
        figures = (coverage, *parts, self.width / self.n)
        return f"| {design} | {interval} | " + " | ".join(f"{x:.3f}" for x in figures) + f" | {mark} |"


def draw(name: str, group: Group, rng: np.random.Generator) -> tuple[StratumCounts, int]:
    """One random labelling of a fixed population and the population's number of positives."""
    n, p = group.size, group.share
    heard = 1 - group.silent
    shares = [p * group.tpr * heard, (1 - p) * (1 - group.tnr) * heard]
    shares += [p * (1 - group.tpr) * heard, (1 - p) * group.tnr * heard, p * group.silent, (1 - p) * group.silent]
    counts = np.round(np.array(shares) * n).astype(int)
    counts[0] += n - counts.sum()
    seen = rng.multivariate_hypergeometric(counts, group.labels)
    said = ("said_positive", "said_other", "said_nothing")
    cells = [Cell(int(seen[i] + seen[i + 1]), int(seen[i])) for i in (0, 2, 4)]
    known = Verdicts(*(int(counts[i] + counts[i + 1]) for i in (0, 2, 4)))
    return StratumCounts(name=name, population=n, verdicts=known, **dict(zip(said, cells, strict=True))), int(
        counts[0] + counts[2] + counts[4]
    )


def korn_graubard_of_the_total(strata: Sequence[StratumCounts]) -> Quantity:
    """What survey packages print: Clopper-Pearson on the effective sample size of the whole; here for comparison."""
    weights = shares(strata)
    v = sum(w * w * label_variance(strata, h) for h, w in enumerate(weights))
    sampled = [s for s in strata if not s.census]
    value = sum(w * s.labelled.positive / s.labelled.n for w, s in zip(weights, strata, strict=True))
    agreed = [s for s in sampled if s.labelled.positive in (0, s.labelled.n)]
    p = sum(
        w * (smoothed(s.labelled) if s in agreed else s.labelled.positive / s.labelled.n)
        for w, s in zip(weights, strata, strict=True)
    )
    m = sum(s.labelled.n for s in sampled)
    n_eff = p * (1 - p) / v * (t.ppf(0.975, m - 1) / t.ppf(0.975, m - len(sampled))) ** 2
    return Quantity(value=value, ci=clopper_pearson(min(1.0, value) * n_eff, n_eff), n=m)


def quality_rows(repetitions: int, rng: np.random.Generator) -> list[str]:
    rows = []
    estimators: dict[str, Callable[[Sequence[StratumCounts]], Quantity]] = {
        "people": people,
        "(Korn-Graubard of the total)": korn_graubard_of_the_total,
        "difference": difference,
        "ppi": lambda strata: ppi(strata).quantity,
    }
    for design, groups in DESIGNS.items():
        tallies = {name: Tally() for name in estimators}
        for _ in range(repetitions):
            drawn = [draw(f"s{i}", g, rng) for i, g in enumerate(groups)]
            strata = [s for s, _ in drawn]
            truth = sum(t for _, t in drawn) / sum(g.size for g in groups)
            for name, estimate in estimators.items():
                found = estimate(strata)
                if found.ci is not None:
                    tallies[name].add(*found.ci, truth)
        shown = [name for name in estimators if len(groups) > 1 or not name.startswith("(")]
        rows += [tallies[name].row(design, name) for name in shown]
    return rows


def rogan_gladen_rows(repetitions: int, rng: np.random.Generator) -> list[str]:
    rows = []
    for share, tpr, tnr, positives, negatives, traffic in (
        (0.9, 0.95, 0.8, 80, 80, 2_000),
        (0.6, 0.85, 0.75, 60, 40, 500),
        (0.97, 0.95, 0.9, 100, 30, 10_000),
    ):
        tally = Tally()
        for _ in range(repetitions):
            said = rng.binomial(traffic, share * tpr + (1 - share) * (1 - tnr))
            known = Calibration(positives, rng.binomial(positives, tpr), negatives, rng.binomial(negatives, tnr))
            found = rogan_gladen(said, traffic, known)
            if found.ci is not None:
                tally.add(*found.ci, share)
        rows.append(tally.row(f"TPR {tpr}, TNR {tnr}, share {share}, {positives}+{negatives}", "rogan_gladen"))
    return rows


def gate_rows(repetitions: int, rng: np.random.Generator) -> list[str]:
    """``under`` is the only miss of a one-sided upper limit; the interval shown runs from -1 to the limit."""
    rows = []
    for n, broke, fixed in (
        (200, 0.05, 0.05),
        (200, 0.04, 0.02),
        (200, 0.02, 0.005),
        (500, 0.03, 0.01),
        (60, 0.1, 0.05),
    ):
        tally = Tally()
        for _ in range(repetitions):
            counts = rng.multinomial(n, [broke, fixed, 1 - broke - fixed])
            d = np.repeat([1.0, -1.0, 0.0], counts)
            tally.add(-1.0, limits(d, level=0.9)[1], broke - fixed)
        rows.append(tally.row(f"gate, {n} cases, broke {broke:.1%}, fixed {fixed:.1%}", "Tango, one-sided"))
    for n, repeats in ((100, 5), (200, 3)):
        tally = Tally()
        for _ in range(repetitions):
            ability = rng.beta(4, 1, n)
            before = rng.binomial(repeats, ability) / repeats
            after = rng.binomial(repeats, ability * 0.97) / repeats
            tally.add(-1.0, limits(before - after, level=0.9)[1], 0.8 * 0.03)
        rows.append(tally.row(f"gate, {n} cases repeated {repeats} times", "Tango, effective cases"))
    tally = Tally()
    for _ in range(repetitions):
        d = np.clip(rng.normal(0.02, 0.15, 200), -1, 1)
        tally.add(-1.0, limits(d, level=0.9)[1], 0.02)
    rows.append(tally.row("gate, 200 cases, fractions, sd .15", "Tango, effective cases"))
    return rows


def main(repetitions: int) -> None:
    start = time.perf_counter()
    rng = np.random.default_rng(20_261_116)
    print("| design | interval | coverage | truth below | truth above | mean width | |")
    print("|---|---|---:|---:|---:|---:|---|")
    rows = quality_rows(repetitions, rng) + rogan_gladen_rows(repetitions, rng) + gate_rows(repetitions, rng)
    print("\n".join(rows))
    print(f"\n{repetitions} repetitions, {time.perf_counter() - start:.0f} s")


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 2_000)
