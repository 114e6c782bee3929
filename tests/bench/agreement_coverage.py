"""How often the intervals hold the true coefficient: ``python tests/bench/agreement_coverage.py [SIMULATIONS] [CASE]``.

Items are drawn from a population in which every rater sees the truth with a known probability and else errs to a
neighbouring value. The true coefficient is that of two million items. Nominal coverage is 95 %; a thousand simulations
carry a standard error of 0.7 points. "Interval" is what the command prints: the bootstrap, or the posterior for a rare
one of two values. CASE keeps the populations whose name contains it.
"""

from __future__ import annotations

import sys
from dataclasses import dataclass

import numpy as np

from review.basics.labels import Ratings, Scale, ScaleKind
from review.statistics.agreement.coefficients import COEFFICIENTS, headline
from review.statistics.agreement.estimate import estimates, prepare

POPULATION = 2_000_000


@dataclass(frozen=True, kw_only=True, slots=True)
class Case:
    """A population: scale, raters, prevalence of the true values, each rater's accuracy, share of ratings missing.

    ``twice`` is the share of items that everybody rates; the first rater alone rates the others.
    """

    name: str
    kind: ScaleKind
    raters: int
    prevalence: tuple[float, ...]
    accuracy: float
    missing: float
    twice: float = 1.0


CASES = (
    Case(name="balanced", kind="nominal", raters=3, prevalence=(1 / 3, 1 / 3, 1 / 3), accuracy=0.8, missing=0.0),
    Case(
        name="balanced, 30 % missing",
        kind="nominal",
        raters=5,
        prevalence=(1 / 3, 1 / 3, 1 / 3),
        accuracy=0.8,
        missing=0.3,
    ),
    Case(name="ordinal", kind="ordinal", raters=3, prevalence=(0.2, 0.3, 0.5), accuracy=0.85, missing=0.0),
    Case(name="rare value", kind="ordinal", raters=3, prevalence=(0.05, 0.10, 0.85), accuracy=0.93, missing=0.0),
    Case(name="rare value, two raters", kind="nominal", raters=2, prevalence=(0.07, 0.93), accuracy=0.95, missing=0.0),
    Case(name="rarer value, two raters", kind="nominal", raters=2, prevalence=(0.03, 0.97), accuracy=0.98, missing=0.0),
    Case(
        name="two even values, two raters", kind="nominal", raters=2, prevalence=(0.4, 0.6), accuracy=0.9, missing=0.0
    ),
    Case(
        name="rare value, three raters", kind="nominal", raters=3, prevalence=(0.07, 0.93), accuracy=0.95, missing=0.0
    ),
    Case(
        name="rare value, a fifth rated twice",
        kind="nominal",
        raters=2,
        prevalence=(0.07, 0.93),
        accuracy=0.95,
        missing=0.0,
        twice=0.2,
    ),
    Case(
        name="balanced, a fifth rated twice",
        kind="nominal",
        raters=2,
        prevalence=(1 / 3, 1 / 3, 1 / 3),
        accuracy=0.8,
        missing=0.0,
        twice=0.2,
    ),
)
SIZES = (22, 50, 100, 300)


def draw(case: Case, items: int, rng: np.random.Generator) -> Ratings:
    """A random sample of items with their ratings."""
    k = len(case.prevalence)
    truth = rng.choice(k, items, p=case.prevalence)
    step = np.where(rng.random((case.raters, items)) < 0.5, 1, -1)
    wrong = np.where((truth + step < 0) | (truth + step >= k), truth - step, truth + step)
    said = np.where(rng.random((case.raters, items)) < case.accuracy, truth, wrong)
    there = rng.random((case.raters, items)) >= case.missing
    there[1:, round(case.twice * items) :] = False
    rater, item = np.nonzero(there)
    return Ratings(
        items=tuple(map(str, range(items))),
        raters=tuple(f"r{r}" for r in range(case.raters)),
        scale=Scale(case.kind, tuple(str(v) for v in range(k))),
        item=item,
        rater=rater,
        value=said[rater, item],
    )


def coverage(case: Case, items: int, simulations: int, truth: dict[str, float]) -> None:
    """Print one row per coefficient: coverage and mean width of both intervals, and samples without an interval.

    ``items`` are those that can be compared.
    """
    rng = np.random.default_rng(items)
    chosen = {name: COEFFICIENTS[name] for name in truth}
    held = {(name, b): [0, 0, 0.0] for name in truth for b in (0, 1000)}
    for simulation in range(simulations):
        data = prepare(draw(case, round(items / case.twice), rng))
        for bootstrap in (0, 1000):
            for name, q in estimates(data, chosen, bootstrap=bootstrap, seed=simulation).quantities.items():
                if q.ci is not None:
                    tally = held[name, bootstrap]
                    tally[0] += 1
                    tally[1] += q.ci[0] <= truth[name] <= q.ci[1]
                    tally[2] += q.ci[1] - q.ci[0]
    for name, value in truth.items():
        cells = []
        for bootstrap in (1000, 0):
            given, inside, width = held[name, bootstrap]
            cells.append(f"{100 * inside / given:.1f} % | {width / given:.2f}" if given else "none | none")
        without = simulations - held[name, 1000][0]
        print(f"| {case.name} | {items} | {name} | {value:.3f} | {' | '.join(cells)} | {without} |", flush=True)


def main() -> None:
    """Print the table."""
    simulations = int(sys.argv[1]) if len(sys.argv) > 1 else 1000
    only = sys.argv[2] if len(sys.argv) > 2 else ""
    print("| population | items | coefficient | truth | interval covers | width | analytic covers | width | none |")
    print("|---|---|---|---|---|---|---|---|---|")
    for case in (c for c in CASES if only in c.name):
        scale = Scale(case.kind, tuple(str(v) for v in range(len(case.prevalence))))
        names = [*headline(scale), *(("cohen_kappa",) if case.raters == 2 else ())]
        population = prepare(draw(case, POPULATION, np.random.default_rng(1)))
        found = estimates(population, {name: COEFFICIENTS[name] for name in names}, bootstrap=0, seed=0).quantities
        truth = {name: q.value for name, q in found.items() if q.value is not None}
        for items in SIZES:
            coverage(case, items, simulations, truth)


if __name__ == "__main__":
    main()
