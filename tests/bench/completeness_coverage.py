"""Coverage of the limit on failures of unnamed modes: a Markdown table on standard output.

Run: PYTHONPATH=. python tests/bench/completeness_coverage.py [draws]. Each draw makes a new finite population of
failures with modes, reviews failing conversations and a share of the others, and compares the limit with the share of
failures whose mode was not seen. Draws in which nothing is said count apart. "open" is the mean number of failures
reviewed in the groups that are not fully reviewed; "before" is the limit with the shares of the groups taken as known.
"""

from __future__ import annotations

import math
import sys
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from review.statistics.completeness import LEAST, LabelledFailures, unnamed_share
from review.statistics.intervals import clopper_pearson


@dataclass(frozen=True, kw_only=True)
class Design:
    """Failing conversations, of which ``took`` are reviewed, and ``size`` others, split into ``weeks`` groups.

    ``failing`` of the others failed too; ``reviewed`` of them are reviewed. Modes have the shares ``decay`` ** rank, in
    reverse order in the others where ``reversed_mix``.
    """

    known: int = 60
    took: int = 60
    size: int = 10_000
    failing: int = 100
    reviewed: int = 500
    weeks: int = 1
    modes: int = 12
    decay: float = 0.6
    reversed_mix: bool = True


FEW = {
    f"all {known} failing, {wanted} open expected, {modes} modes{', ' + str(weeks) + ' weeks' if weeks > 1 else ''}": (
        Design(known=known, took=known, failing=wanted * 20, weeks=weeks, modes=modes, decay=decay)
    )
    for known in (20, 100)
    for wanted in (3, 6, 12, 20)
    for modes, decay, weeks in ((12, 0.6, 1), (30, 0.85, 1), (12, 0.6, 4))
}
DESIGNS = {
    **FEW,
    "60 of 400 failing, 2% of others, reversed": Design(known=400, took=60, failing=1_000, reviewed=200),
    "60 of 400 failing, 10% of others, 40 modes": Design(
        known=400, took=60, failing=500, reviewed=1_000, modes=40, decay=0.9, reversed_mix=False
    ),
    "all 40 failing, one rare open mode": Design(known=40, took=40, failing=60, modes=3, decay=0.1),
    "no failing group, 20 open, 30 modes": Design(known=0, took=0, failing=400, modes=30, decay=0.85),
}


def draw(design: Design, rng: np.random.Generator) -> tuple[list[LabelledFailures], float]:
    """Return the groups of one sample, and the share of all failures whose mode was not seen."""
    mix = design.decay ** np.arange(design.modes)
    mix /= mix.sum()
    known = rng.choice(design.modes, size=design.known, p=mix)
    others = rng.choice(design.modes, size=design.failing, p=mix[::-1] if design.reversed_mix else mix)
    took = rng.choice(known, size=design.took, replace=False) if design.known else known
    groups = [LabelledFailures(design.known, design.took, [str(m) for m in took])] if design.known else []
    size, reviewed = design.size // design.weeks, design.reviewed // design.weeks
    seen = set(took.tolist())
    for part in np.array_split(others, design.weeks):
        n = int(rng.hypergeometric(len(part), size - len(part), reviewed))
        found = rng.choice(part, size=n, replace=False).tolist()
        seen |= set(found)
        groups.append(LabelledFailures(size, reviewed, [str(m) for m in found]))
    every = np.concatenate([known, others])
    return groups, float(np.isin(every, list(seen), invert=True).mean())


def before(groups: Sequence[LabelledFailures]) -> float | None:
    """Return the limit that takes the shares of the groups as known, None where it says nothing."""
    failed = [g for g in groups if g.modes and g.labelled]
    half = [g for g in failed if g.labelled < g.population]
    if sum(len(g.modes) for g in failed) < LEAST or not half:
        return None
    seen = Counter(mode for g in failed for mode in g.modes)
    total = sum(g.population / g.labelled * len(g.modes) for g in failed)
    upper = squared = 0.0
    for g in half:
        share, single = g.population / g.labelled * len(g.modes) / total, sum(seen[m] == 1 for m in g.modes)
        rate = single / len(g.modes)
        upper += share * rate
        squared += (share * (clopper_pearson(single, len(g.modes))[1] - rate)) ** 2
    return min(1.0, upper + math.sqrt(squared))


def main(draws: int) -> None:
    rng = np.random.default_rng(11)
    print("| design | open | unseen, % | said in | before covers (mean) | covers (mean) |\n|---|---|---|---|---|---|")
    for name, design in DESIGNS.items():
        held: list[tuple[float, float, float]] = []
        old: list[tuple[float, float]] = []
        opened = 0
        for _ in range(draws):
            groups, unseen = draw(design, rng)
            opened += sum(len(g.modes) for g in groups if g.labelled < g.population)
            now, then = unnamed_share(groups), before(groups)
            if now.ci and now.value is not None:
                held.append((unseen, now.ci[1], now.value))
            if then is not None:
                old.append((unseen, then))
        a, b = np.array(held), np.array(old)
        print(
            f"| {name} | {opened / draws:.1f} | {100 * a[:, 0].mean():.1f} | {100 * len(held) / draws:.0f}% "
            f"| {100 * np.mean(b[:, 1] >= b[:, 0]):.1f} ({b[:, 1].mean():.2f}) "
            f"| {100 * np.mean(a[:, 1] >= a[:, 0]):.1f} ({a[:, 1].mean():.2f}) |"
        )


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 1_000)
