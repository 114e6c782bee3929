"""How well notes are grouped: the adjusted Rand index on planted sets, and processor time. Markdown on standard output.

Run: PYTHONPATH=.:tests python tests/bench/groups_of_notes.py [seeds] [meaning]. Each cell is the mean and the
lowest of the seeds. With "meaning" the sentence model compares the notes. The last two sets only
judge: nothing was tuned on them.
"""

from __future__ import annotations

import sys
import time

import numpy as np
from judging_notes import JUDGING
from planted_failures import planted_failures
from planted_notes import SETS, planted
from sklearn.metrics import adjusted_rand_score

from review.failures.analysis import compared
from review.failures.error_types import OTHER, error_kind
from review.failures.similar import Embed, group_alike
from review.models.embeddings import load_embedder


def agreement(name: str, n: int, noise: float, seed: int, embed: Embed | None = None) -> tuple[float, int]:
    """Return the index over the notes that have a mode, and the number of groups."""
    notes, modes = planted(name, n, noise=noise, seed=seed)
    groups = group_alike(notes, embed=embed)
    found = {one: at for at, group in enumerate(groups) for one in group.ids}
    return float(adjusted_rand_score(list(modes.values()), [found[i] for i in modes])), len(groups)


def agreement_of_failures(seed: int, embed: Embed | None = None) -> float:
    """Return the index over sixty failures of which half have no note."""
    told = planted_failures(60, seed=seed)
    texts = {name: compared(one.note, one.error, one.answer) for name, one in told.items()}
    found = {name: error_kind(None, one.error) or "" for name, one in told.items()}
    groups = group_alike(texts, {name: kind if kind != OTHER else "" for name, kind in found.items()}, embed=embed)
    at = {one: number for number, group in enumerate(groups) for one in group.ids}
    return float(adjusted_rand_score([one.mode for one in told.values()], [at[name] for name in told]))


def main(seeds: int, *, meaning: bool) -> None:
    embed = load_embedder().embed if meaning else None
    SETS.update(JUDGING)
    sizes = [(40, 0.0), (40, 0.15), (200, 0.0), (200, 0.15), (5_000, 0.0)]
    print(f"| set | {' | '.join(f'{n:,}, {noise:.0%} noise' for n, noise in sizes)} |\n|---|{'---|' * len(sizes)}")
    for name in SETS:
        cells = []
        for n, noise in sizes:
            began = time.process_time()
            some = range(seeds if n < 1_000 else 1)
            found = [agreement(name, n, noise, seed, embed) for seed in some]
            took = (time.process_time() - began) / len(some)
            index = [a for a, _ in found]
            cells.append(
                f"{np.mean(index):.2f} / {min(index):.2f}, {np.mean([k for _, k in found]):.0f} groups, {took:.1f} s"
            )
        print(f"| {name}, {len(SETS[name])} modes | {' | '.join(cells)} |")
    failures = [agreement_of_failures(seed, embed) for seed in range(seeds)]
    print(f"\n60 failures, half of them without a note: {np.mean(failures):.2f} / {min(failures):.2f}")


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 5, meaning="meaning" in sys.argv)
