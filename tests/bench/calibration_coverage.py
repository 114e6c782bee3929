"""How often the 95 % intervals of the calibration hold the truth, by simulation; prints a Markdown table.

python tests/bench/calibration_coverage.py [--replicates 400] [--seed 1]

A finite population is fixed for each design; each replicate draws its strata without replacement and estimates. "Below"
and "above" are the shares of replicates with the truth on that side of the interval. "Taylor" is the textbook value +-
1.96 se on the same samples, "resampling" the percentile bootstrap. "One heavy, caught" is the coverage (and the mean
width) among the replicates whose heaviest stratum, or the strata within a factor of two of it, show a single positive
that the judge caught: the sample then says next to nothing about the others of its kind.
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

import numpy as np

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from review.statistics.calibration.design import Design
from review.statistics.calibration.kappa import estimate_agreement, kappa_of, mcc_of
from review.statistics.calibration.posterior import margins_of
from review.statistics.calibration.shares import accuracy, estimate_share, shares

VALUES = ("ok", "wrong")
# name: strata as (N_h, m_h, prevalence of wrong, recall, specificity)
DESIGNS = {
    "simple random, n = 60": [(10**7, 60, 0.3, 0.8, 0.85)],
    "simple random, n = 40, rare and good": [(10**7, 40, 0.1, 0.95, 0.95)],
    "simple random, 400 of 1,000": [(1000, 400, 0.2, 0.85, 0.9)],
    "verdict-dependent (Begg & Greenes)": [(429, 263, 0.88, 1.0, 0.0), (221, 81, 0.33, 0.0, 1.0)],
    "all failing + 1 %": [(300, 300, 0.6, 0.95, 0.8), (50_000, 500, 0.02, 0.7, 0.97)],
    "all failing + 200, one positive expected": [(300, 300, 0.6, 0.95, 0.8), (50_000, 200, 0.005, 0.6, 0.97)],
    "all failing + 20": [(300, 300, 0.6, 0.95, 0.8), (50_000, 20, 0.05, 0.7, 0.97)],
    "three groups, capped": [(4000, 50, 0.5, 0.9, 0.8), (5000, 50, 0.2, 0.8, 0.9), (91_000, 112, 0.03, 0.6, 0.98)],
    "three groups, good judge": [(4000, 50, 0.9, 0.9, 0.3), (5000, 50, 0.2, 0.97, 0.9), (91_000, 500, 0.1, 0.97, 0.98)],
    "five groups of 20": [(2000 * (k + 1), 20, 0.1 + 0.1 * k, 0.85, 0.9) for k in range(5)],
    "ten groups of 20": [(2000 * (k + 1), 20, 0.05 + 0.05 * k, 0.85, 0.9) for k in range(10)],
    "ten groups of 5": [(1000, 5, 0.3, 0.85, 0.9)] * 10,
}
THIN = {"failing": (130, 30), "low": (150, 30), "rest": (3000, 15)}
FULL = {"failing": (60, 60), "low": (150, 30), "rest": (10_000, 100)}


def week(sizes: dict[str, tuple[int, int]], expected: float, recall: float) -> list[tuple]:
    """One week: light groups full of positives, ``expected`` of them among the labelled of the rest."""
    return [
        (*sizes["failing"], 0.5, 0.95, 0.85),
        (*sizes["low"], 0.2, 0.95, 0.9),
        (*sizes["rest"], expected / sizes["rest"][1], recall, 0.97),
    ]


for expected in (0.5, 1, 2, 3, 5):
    for recall in (0.5, 0.7, 0.9):
        heavy = f"{expected} heavy positives expected, recall {recall} there"
        DESIGNS[f"full week, {heavy}"] = week(FULL, expected, recall)
        DESIGNS[f"thin week, {heavy}"] = week(THIN, expected, recall)
        DESIGNS[f"four thin weeks, {heavy}"] = week(THIN, expected / 4, recall) * 4
        DESIGNS[f"twelve full weeks, {heavy}"] = week(FULL, expected / 12, recall) * 12
        DESIGNS[f"weights within one group, {heavy}"] = week(FULL, expected, recall)
METRICS = ("precision", "recall", "specificity", "accuracy", "f1", "mcc", "cohen_kappa")


def cells_of(size: int, prevalence: float, recall: float, specificity: float) -> np.ndarray:
    """Counts over (truth, verdict) flattened: ok/ok, ok/wrong, wrong/ok, wrong/wrong."""
    wrong = round(size * prevalence)
    caught, quiet = round(wrong * recall), round((size - wrong) * specificity)
    return np.array([quiet, size - wrong - quiet, wrong - caught, caught])


def design_of(counts: np.ndarray, sampled: np.ndarray, population: np.ndarray, *, merged: bool = False) -> Design:
    """The patterns of one drawn sample; ``counts`` (strata, 4). ``merged``: the rows come with their weights alone."""
    h, cell = np.nonzero(counts)
    if merged:
        weight, rows = (population / sampled)[h], np.array([sampled.sum()])
        one, endless = np.zeros(len(h), np.intp), np.array([np.inf])
        return Design(
            classes=2,
            stratum=one,
            weight=weight,
            truth=cell // 2,
            verdict=cell % 2,
            count=counts[h, cell].astype(float),
            sampled=rows,
            population=endless,
            even=False,
        )
    size = np.where(population >= 10**7, np.inf, population)
    weight = population / sampled if len(sampled) > 1 or np.isfinite(size).all() else np.ones(len(sampled))
    return Design(
        classes=2,
        stratum=h,
        weight=weight[h],
        truth=cell // 2,
        verdict=cell % 2,
        count=counts[h, cell].astype(float),
        sampled=sampled,
        population=size,
        even=True,
    )


def figures(design: Design, seed: int, bootstrap: int) -> dict:
    """All metrics of one sample."""
    found = estimate_agreement(design, missing="drop", bootstrap=bootstrap, seed=seed)
    wanted = {**shares(VALUES, 1, "drop"), "accuracy": accuracy(2, "drop")}
    for name in ("precision", "recall", "specificity", "accuracy", "f1"):
        found[name] = estimate_share(design, wanted[name], bootstrap=bootstrap, seed=seed)
    return found


def truths(matrix: np.ndarray) -> dict[str, float]:
    """The population's own figures from its 2 x 2 table."""
    (tn, fp), (fn, tp) = matrix
    margins = margins_of(np.column_stack([matrix, [0, 0]]).astype(float))
    return {
        "precision": tp / (tp + fp), "recall": tp / (tp + fn), "specificity": tn / (tn + fp),
        "accuracy": (tp + tn) / matrix.sum(), "f1": 2 * tp / (2 * tp + fp + fn),
        "mcc": float(mcc_of(margins)[0]), "cohen_kappa": float(kappa_of(margins)[0]),
    }  # fmt: skip


def resampled(counts: np.ndarray, sampled: np.ndarray, population: np.ndarray, rng: np.random.Generator) -> dict:
    """Percentile bootstrap with Rao & Wu's rescaling for F1 and MCC, for comparison."""
    shrink = np.sqrt(1 - sampled / population)[:, None]
    fewer = np.maximum(sampled - 1, 1).astype(int)
    again = rng.multinomial(fewer, counts / sampled[:, None], size=(400, len(counts)))
    scaled = (1 - shrink) * counts + shrink * (sampled / fewer)[:, None] * again
    tn, fp, fn, tp = np.moveaxis((scaled * (population / sampled)[:, None]).sum(axis=1), -1, 0)
    with np.errstate(all="ignore"):
        f1 = 2 * tp / (2 * tp + fp + fn)
        mcc = (tp * tn - fp * fn) / np.sqrt((tp + fp) * (tp + fn) * (tn + fp) * (tn + fn))
    return {name: np.nanquantile(x, [0.025, 0.975]) for name, x in (("f1", f1), ("mcc", mcc)) if np.isfinite(x).any()}


def run(name: str, strata: list[tuple], replicates: int, seed: int, bootstrap: int) -> None:
    """Simulate one design and print its rows."""
    rng = np.random.default_rng(seed)
    population = np.array([s[0] for s in strata], dtype=float)
    sampled = np.array([s[1] for s in strata], dtype=float)
    cells = [cells_of(s[0], *s[2:]) for s in strata]
    true = truths(np.sum(cells, axis=0).reshape(2, 2))
    columns = ("ours", "width", "below", "above", "Taylor", "resampling", "held", "wide")
    tally: dict[str, dict[str, list[float]]] = {m: {column: [] for column in columns} for m in METRICS}
    heavy = population / sampled * 2 >= (population / sampled).max()
    for replicate in range(replicates):
        counts = np.array(
            [
                rng.multivariate_hypergeometric(c, int(m), method="marginals")
                for c, m in zip(cells, sampled, strict=True)
            ]
        )
        again = resampled(counts, sampled, population, rng)
        merged = name.startswith("weights within one group")
        single = len(heavy) > 1 and counts[heavy][:, 2:].sum(axis=0).tolist() == [0, 1]
        for metric, q in figures(design_of(counts, sampled, population, merged=merged), replicate, bootstrap).items():
            if q.value is None or q.ci is None:
                continue
            t, row = true[metric], tally[metric]
            row["below"].append(t < q.ci[0] - 1e-9)
            row["above"].append(t > q.ci[1] + 1e-9)
            row["ours"].append(not row["below"][-1] and not row["above"][-1])
            row["width"].append(q.ci[1] - q.ci[0])
            if single:
                row["held"].append(row["ours"][-1])
                row["wide"].append(row["width"][-1])
            if q.se is not None:
                row["Taylor"].append(abs(q.value - t) <= 1.959964 * q.se + 1e-9)
            if metric in again:
                row["resampling"].append(again[metric][0] - 1e-9 <= t <= again[metric][1] + 1e-9)
    for metric, row in tally.items():
        shown = {key: f"{np.mean(x):.3f}" if x else "" for key, x in row.items()}
        single = f"{shown['held']} ({shown['wide']}) of {len(row['held'])}" if row["held"] else ""
        figures_ = (f"**{shown['ours']}**", *(shown[key] for key in columns[1:6]), single)
        print(f"| {name} | {metric} | {true[metric]:.3f} | {' | '.join(figures_)} |", flush=True)


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--replicates", type=int, default=400)
    parser.add_argument("--bootstrap", type=int, default=1000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--only", default="")
    options = parser.parse_args()
    print(
        "| design | figure | true | coverage | mean width | below | above | Taylor | resampling | one heavy, caught |"
    )
    print("|---|---|---|---|---|---|---|---|---|---|")
    for name, strata in DESIGNS.items():
        if options.only in name:
            run(name, strata, options.replicates, options.seed, options.bootstrap)


if __name__ == "__main__":
    main()
