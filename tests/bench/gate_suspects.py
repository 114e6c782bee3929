"""How often the gate decides what, with and without suspect slices: ``python tests/bench/gate_suspects.py [RUNS]``.

A case passes with the baseline with probability 0.88. The share of cases that flip by chance is "flips"; a collapsed
slice passes with 0.61, and where others gain they make up for it in the total. "Before" is the rule without suspects:
the upper limit of the total decides.
"""

from __future__ import annotations

import sys
from collections import Counter
from dataclasses import dataclass

import numpy as np

from review.statistics.gate.cases import PairedResult, gather
from review.statistics.gate.decision import decide
from review.statistics.gate.evidence import weigh
from review.statistics.gate.slices import slice_up

PASS, MARGIN, ALPHA = 0.88, 0.02, 0.05


@dataclass(frozen=True, kw_only=True, slots=True)
class Design:
    """Slices of ``size`` cases; the last ``collapsed`` of them, of ``last`` cases each, fall to ``to``.

    ``gain`` moves all the others.
    """

    name: str
    slices: int
    size: int
    flips: float = 0.02
    collapsed: int = 0
    to: float = 0.61
    gain: float = 0.0
    last: int = 0

    def cases(self, place: int) -> int:
        """The number of cases of a slice."""
        return self.last if self.last and place >= self.slices - self.collapsed else self.size


DESIGNS = (
    *(Design(name=f"200 in 8: unchanged, {f:.0%} flip", slices=8, size=25, flips=f) for f in (0.02, 0.05, 0.10)),
    Design(name="200 in 8: one 88 to 61, others gain", slices=8, size=25, collapsed=1, gain=0.27 / 7),
    Design(
        name="197 in 8: one of 15 falls 88 to 61, others gain",
        slices=8,
        size=26,
        collapsed=1,
        gain=0.27 * 15 / 182,
        last=15,
    ),
    *(Design(name=f"600 in 8: unchanged, {f:.0%} flip", slices=8, size=75, flips=f) for f in (0.02, 0.05, 0.10)),
    *(Design(name=f"600 in 20: unchanged, {f:.0%} flip", slices=20, size=30, flips=f) for f in (0.02, 0.05, 0.10)),
    Design(name="600 in 20: one 88 to 61 alone", slices=20, size=30, collapsed=1),
    Design(name="600 in 20: one 88 to 61, others gain", slices=20, size=30, collapsed=1, gain=0.27 / 19),
)


def results(design: Design, rng: np.random.Generator) -> list[PairedResult]:
    """Draw both versions' results: noise flips as many cases down as up, then the real change is added."""
    rows = []
    for s in range(design.slices):
        p = design.to if s >= design.slices - design.collapsed else min(1.0, PASS + design.gain)
        size = design.cases(s)
        before = rng.random(size) < PASS
        # of passing cases flips/2 of all fail by chance, of failing ones as many pass
        down = rng.random(size) < design.flips / 2 / PASS
        up = rng.random(size) < design.flips / 2 / (1 - PASS)
        after = np.where(before, ~down, up)
        worse = rng.random(size) < max(0.0, 1 - p / PASS)
        better = rng.random(size) < max(0.0, (p - PASS) / (1 - PASS))
        after = (after & ~worse) | better
        rows += [
            PairedResult(case=f"{s}-{i}", baseline=float(b), candidate=float(a), scenario=f"s{s}")
            for i, (b, a) in enumerate(zip(before, after, strict=True))
        ]
    return rows


def rates(design: Design, runs: int, seed: int = 0) -> dict[str, float]:
    """Return the shares of runs that fail, that passed before, and that pass now."""
    rng = np.random.default_rng(seed)
    found: Counter[str] = Counter()
    for _ in range(runs):
        cases = gather(results(design, rng))
        evidence, slices = weigh(cases), slice_up(cases, margin=MARGIN, alpha=ALPHA)
        decision, _ = decide(cases, evidence, slices, margin=MARGIN, alpha=ALPHA, pass_alpha=ALPHA, strict=False)
        found["fail"] += decision == "fail"
        found["before"] += decision != "fail" and evidence.upper < MARGIN
        found["now"] += decision == "pass"
    return {name: found[name] / runs for name in ("fail", "before", "now")}


def main() -> None:
    """Print one row for each design."""
    runs = int(sys.argv[1]) if len(sys.argv) > 1 else 1000
    print("| cases and slices | fails | passed before | passes |")
    print("|---|---:|---:|---:|")
    for design in DESIGNS:
        found = rates(design, runs)
        print(f"| {design.name} | {found['fail']:.1%} | {found['before']:.1%} | {found['now']:.1%} |", flush=True)


if __name__ == "__main__":
    main()
