"""How fast agreement is, compared with alpha from its definition in the same run."""

from __future__ import annotations

import resource
import sys
import time
import tracemalloc
from collections.abc import Callable
from pathlib import Path

import numpy as np

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "review" / "agreement"))

from textbook_alpha import textbook_alpha

from review.basics.labels import Ratings, Scale, ScaleKind
from review.statistics.agreement.estimate import estimate
from review.statistics.agreement.report import agreement_report

REPEATS = 5
REPLICATES = 1000


def simulate(items: int, raters: int, values: int, *, missing: float, seed: int = 0) -> np.ndarray:
    """Raters that see the truth four times in five and else guess; NaN where missing; shape (raters, items)."""
    rng = np.random.default_rng(seed)
    truth = rng.integers(0, values, items)
    said = np.where(rng.random((raters, items)) < 0.8, truth, rng.integers(0, values, (raters, items))).astype(float)
    said[rng.random((raters, items)) < missing] = np.nan
    return said


def ratings_from(table: np.ndarray, kind: ScaleKind, values: int) -> Ratings:
    """The same table as Ratings."""
    rater, item = np.nonzero(~np.isnan(table))
    return Ratings(
        items=tuple(f"i{i}" for i in range(table.shape[1])),
        raters=tuple(f"r{r}" for r in range(table.shape[0])),
        scale=Scale(kind, tuple(str(v) for v in range(values))),
        item=item,
        rater=rater,
        value=table[rater, item].astype(np.intp),
    )


def best(run: Callable[[], object], repeats: int = REPEATS) -> float:
    """The shortest of several runs, in seconds."""
    took = []
    for _ in range(repeats):
        start = time.perf_counter()
        run()
        took.append(time.perf_counter() - start)
    return min(took)


def extra_memory(run: Callable[[], object]) -> float:
    """The peak of memory allocated while running, in MB."""
    tracemalloc.start()
    run()
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    return peak / 1e6


def beside_the_definition(values: int, kind: ScaleKind) -> None:
    """One alpha and 1,000 replicates on 100,000 items x 5 raters with 30% missing."""
    table = simulate(100_000, 5, values, missing=0.3)
    ratings = ratings_from(table, kind, values)
    name = f"krippendorff_alpha.{kind}"
    theirs_value = textbook_alpha(table, kind)
    ours_value = estimate(ratings, name, bootstrap=0).value
    assert ours_value is not None and abs(ours_value - theirs_value) < 1e-9, (ours_value, theirs_value)
    theirs = best(lambda: textbook_alpha(table, kind), 1)
    one = best(lambda: estimate(ratings, name, bootstrap=0))
    many = best(lambda: estimate(ratings, name, bootstrap=REPLICATES))
    memory = extra_memory(lambda: estimate(ratings, name, bootstrap=REPLICATES))
    print(
        f"| {kind}, {values} values | {1e3 * theirs:.1f} | {1e3 * one:.1f} | {theirs / one:.1f} "
        f"| {many:.3f} | {REPLICATES * theirs / many:,.0f} | {memory:.0f} |"
    )


def whole_report(label: str, items: int, *, raters: int, values: int, missing: float, kind: ScaleKind) -> None:
    """Every coefficient with 1,000 replicates, the pair matrix and the raters."""
    ratings = ratings_from(simulate(items, raters, values, missing=missing), kind, values)
    took = best(lambda: agreement_report(ratings, bootstrap=REPLICATES), 1)
    print(f"| {label}, {kind} | {len(ratings):,} | {took:.2f} |")


def main() -> None:
    """Print two tables."""
    print("| alpha, 100,000 items x 5 raters, 30% missing | definition ms | ours ms | times faster ", end="")
    print("| 1,000 replicates s | times faster than 1,000 times the definition | extra MB |")
    print("|---|---|---|---|---|---|---|")
    for values, kind in ((3, "nominal"), (3, "ordinal"), (5, "nominal"), (5, "ordinal"), (5, "interval"), (5, "ratio")):
        beside_the_definition(values, kind)
    print("\n| full report with 1,000 replicates | ratings | s |\n|---|---|---|")
    whole_report("1,000 items x 3 raters x 3 values", 1_000, raters=3, values=3, missing=0.0, kind="ordinal")
    whole_report("100,000 items x 5 raters x 5 values", 100_000, raters=5, values=5, missing=0.3, kind="ordinal")
    whole_report("100,000 items x 5 raters x 50 values", 100_000, raters=5, values=50, missing=0.3, kind="nominal")
    whole_report("10,000 items x 123 raters x 50 values", 10_000, raters=123, values=50, missing=0.3, kind="ordinal")
    whole_report(
        "20,000 items x 123 raters x 5 values, sparse", 20_000, raters=123, values=5, missing=0.96, kind="ordinal"
    )
    print(f"\npeak resident memory {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024:.0f} MB")


if __name__ == "__main__":
    main()
