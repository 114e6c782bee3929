"""How often the intervals of preference shares and of Bradley-Terry strengths hold the truth.

``python tests/bench/preference_coverage.py`` prints a row for each design. Votes on one pair are alike: with the chance
``alike`` a vote follows what the pair itself decides, else it is a vote of its own.
"""

from __future__ import annotations

import itertools
from collections.abc import Sequence

import numpy as np

from review.statistics.preference.bradley_terry import strengths
from review.statistics.preference.report import preferences
from review.statistics.preference.votes import PairVote

REPLICATES = 400
DESIGNS: tuple[tuple[tuple[float, ...], int, int, float], ...] = (
    ((0.5, 0, -0.5), 8, 1, 0),
    ((0.5, 0, -0.5), 20, 1, 0),
    ((1.5, 0, -1.5), 20, 1, 0),
    ((0.5, 0, -0.5), 20, 3, 0.6),
    ((1, 0.5, 0, -0.5, -1), 12, 2, 0.3),
    ((0.6, -0.6), 15, 1, 0),
    ((0.6, -0.6), 30, 3, 0.6),
)
"""Strengths, pairs for each comparison, reviewers of a pair, and how alike their votes are."""


def votes(rng: np.random.Generator, true: Sequence[float], pairs: int, each: int, alike: float) -> list[PairVote]:
    """One sample of a design."""
    found = []
    for i, j in itertools.combinations(range(len(true)), 2):
        chance = 1 / (1 + np.exp(true[j] - true[i]))
        for k in range(pairs):
            own = rng.random()
            for r in range(each):
                won = (own if rng.random() < alike else rng.random()) < chance
                found.append(
                    PairVote(item=f"{i}-{j}-{k}", rater=f"r{r}", a=f"m{i}", b=f"m{j}", choice="a" if won else "b")
                )
    return found


def main() -> None:
    """Print the table."""
    print("| strengths | pairs | reviewers | alike | shares hold | strengths hold | not estimated |")
    print("|---|---|---|---|---|---|---|")
    for true, pairs, each, alike in DESIGNS:
        rng, shares, held, undefined = np.random.default_rng(1), [], [], 0
        centred = np.array(true) - np.mean(true)
        for seed in range(REPLICATES):
            sample = votes(rng, centred.tolist(), pairs, each, alike)
            for p in preferences(sample, seed=seed):
                low, high = p.share.ci or (0.0, 0.0)
                shares.append(low <= 1 / (1 + np.exp(centred[int(p.b[1:])] - centred[int(p.a[1:])])) <= high)
            found = strengths(sample, seed=seed)
            undefined += found.undefined is not None
            for name, q in found.by_name.items():
                low, high = q.ci or (0.0, 0.0)
                held.append(low <= centred[int(name[1:])] <= high)
        shown = ", ".join(f"{x:g}" for x in true)
        rates = f"{100 * np.mean(shares):.1f}% | {100 * np.mean(held):.1f}% | {undefined} of {REPLICATES}"
        print(f"| {shown} | {pairs} | {each} | {alike:g} | {rates} |", flush=True)


if __name__ == "__main__":
    main()
