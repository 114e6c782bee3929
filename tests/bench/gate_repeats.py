"""How often the gate leaves a change undecided, with and without repeats: ``python tests/bench/gate_repeats.py [RUNS]``

A case always passes (88%) or fails, but some flip: they pass with a probability between 0.1 and 0.9 of their own, so
that the named share of cases differs between two runs of the same version. A spread drop lowers every case, a
concentrated one breaks some for good. Slices are 8 scenarios. The bill counts answers, in releases: a first run of the
candidate is 1. The baseline's five results of each case are not in it, because every later candidate uses them.
"""

from __future__ import annotations

import sys
from collections import Counter
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from review.experiments.gating.outcome import gate_runs
from review.experiments.gating.repeats import LEARNED, repeat_plan
from review.experiments.values import Case, ScoredCase, ScoredRun

PASS, LOW, HIGH = 0.88, 0.1, 0.9
FLIP_OF_ONE = 2 * (0.5 - 0.25 - (HIGH - LOW) ** 2 / 12)
"""The chance that two results of a case that flips differ, on average: 2 (E[p] - E[p^2])."""
Floats = npt.NDArray[np.float64]


@dataclass(frozen=True)
class Design:
    """A true change: ``drop`` on average, over ``n`` cases of which ``flips`` differ between two runs by chance."""

    n: int
    flips: float
    change: str = "harmless"
    drop: float = 0.0


DESIGNS = [
    Design(n, flips, change, drop)
    for n in (200, 600)
    for flips in (0.02, 0.05, 0.10)
    for change, drop in (("harmless", 0.0), ("spread", 0.02), ("concentrated", 0.02), ("concentrated", 0.05))
]


def truth(design: Design, rng: np.random.Generator) -> tuple[Floats, Floats]:
    """Draw the probability of each case to pass with either version."""
    before = (rng.random(design.n) < PASS).astype(float)
    flip = rng.random(design.n) < design.flips / FLIP_OF_ONE
    before[flip] = rng.uniform(LOW, HIGH, int(flip.sum()))
    after = before.copy()
    if design.change == "spread":
        after = before * (1 - design.drop / before.mean())
    elif design.change == "concentrated":
        after[rng.choice(np.flatnonzero(before == 1), round(design.drop * design.n), replace=False)] = 0
    return before, after


class Version:
    """A version that is asked again and again: it gives 0 or 1 by the probabilities of its cases."""

    def __init__(self, name: str, p: Floats, rng: np.random.Generator) -> None:
        self.name, self.p, self.rng, self.asked = name, p, rng, 0
        self.results: list[list[float]] = [[] for _ in p]

    def ask(self, wanted: dict[str, int]) -> None:
        """Ask until each case has as many results as are wanted."""
        for name, n in wanted.items():
            have = self.results[int(name)]
            new = max(0, n - len(have))
            have += [float(x) for x in self.rng.random(new) < self.p[int(name)]]
            self.asked += new

    def run(self) -> ScoredRun:
        """Return all results as a run."""
        cases = [Case(id=str(k), question=str(k), scenario=f"s{k % 8}") for k in range(len(self.p))]
        return ScoredRun(
            run=self.name,
            version=self.name,
            release="r",
            release_digest="d",
            started="",
            cases=tuple(
                ScoredCase(case=case, repeat=repeat, combined=score)
                for case, scores in zip(cases, self.results, strict=True)
                for repeat, score in enumerate(scores, start=1)
            ),
        )


def decided(design: Design, rng: np.random.Generator) -> tuple[str, str, float]:
    """Return the first decision, the last one, and the bill in releases."""
    p, q = truth(design, rng)
    old, new = Version("old", p, rng), Version("new", q, rng)
    names = [str(k) for k in range(design.n)]
    old.ask(dict.fromkeys(names, LEARNED))
    learned = old.asked
    new.ask(dict.fromkeys(names, 1))
    made = gate_runs(old.run(), new.run())
    first = made.decision
    while made.decision == "inconclusive" or made.report.doubtful:
        plan = repeat_plan(old.run(), new.run())
        if plan.step != "repeat":
            break
        old.ask(dict(plan.baseline))
        new.ask(dict(plan.candidate))
        made = gate_runs(old.run(), new.run())
    return first, made.decision, (old.asked - learned + new.asked) / design.n


def main() -> None:
    """Print one row for each design."""
    runs = int(sys.argv[1]) if len(sys.argv) > 1 else 200
    print("| cases | flip | change | first: pass / undecided / fail | after repeats | bill |")
    print("|---:|---:|---|---|---|---:|")
    for design in DESIGNS:
        rng = np.random.default_rng(0)
        found = [decided(design, rng) for _ in range(runs)]
        shares = []
        for place in (0, 1):
            counts = Counter(one[place] for one in found)
            shares.append(" / ".join(f"{counts[d] / runs:.1%}" for d in ("pass", "inconclusive", "fail")))
        change = design.change + (f", {100 * design.drop:.0f} points" if design.drop else "")
        bill = float(np.mean([one[2] for one in found]))
        print(f"| {design.n} | {design.flips:.0%} | {change} | {shares[0]} | {shares[1]} | {bill:.1f} |", flush=True)


if __name__ == "__main__":
    main()
