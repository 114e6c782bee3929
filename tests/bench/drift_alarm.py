"""How often the alarm over time sounds for an unchanged judge, and for one that has changed; prints a Markdown table.

python tests/bench/drift_alarm.py [--replicates 400] [--seed 1]

Five weeks are drawn; in the newest one the judge is as before, or catches less, or accuses more. "Ours" is the rule of
``review/calibration/drift.py``: the week's interval and the band of the four weeks before it share no point, both
as reviewed. Beside it stand three others: the same on the weighted figures; the week's estimate lies outside the band;
the band's estimate lies outside the week's interval.
"""

from __future__ import annotations

import argparse
import sys
from dataclasses import replace
from pathlib import Path

import numpy as np

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from review.statistics.calibration.data import CalibrationData
from review.statistics.calibration.design import sampling_design
from review.statistics.calibration.drift import BAND_WEEKS, WeekFigure, drift
from review.statistics.calibration.shares import estimate_share, shares
from review.statistics.quantity import Quantity

VALUES = ("ok", "wrong")
# name: strata of one week as (N_h, m_h, prevalence of wrong)
# name: groups of one week as (mean N_h, items drawn or None for all, prevalence of wrong)
DESIGNS: dict[str, list[tuple[int, int | None, float]]] = {
    "112 of 10,000, 30 % wrong": [(10_000, 112, 0.3)],
    "112 of 10,000, 10 % wrong": [(10_000, 112, 0.1)],
    "all of some 60 failing + 34 of 3,340": [(60, None, 0.5), (3340, 34, 0.04)],
    "50 of some 150 failing + 34 of 3,300": [(150, 50, 0.5), (3300, 34, 0.06)],
    "all of some 60 failing + 100 of 9,900": [(60, None, 0.5), (9900, 100, 0.04)],
}
WEEKS = tuple(f"2026-W{k:02d}" for k in range(1, BAND_WEEKS + 2))
# name: recall and specificity by group, the first group failing; a single group is judged like the second
BEFORE = ((0.95, 0.9), (0.9, 0.95))
CHANGES = {
    "unchanged": BEFORE,
    "recall .3 less": ((0.65, 0.6), (0.9, 0.95)),
    "specificity .15 to .2 less": ((0.95, 0.9), (0.7, 0.8)),
}


def drawn(
    groups: list[tuple[int, int | None, float]], newest: tuple[tuple[float, float], ...], rng: np.random.Generator
) -> tuple[CalibrationData, list[str]]:
    """Five weeks of one sample; how many fail varies from week to week."""
    truth: list[int] = []
    verdict: list[int] = []
    stratum: list[int] = []
    week: list[str] = []
    names: list[str] = []
    population: list[float] = []
    for w in WEEKS:
        recall, specificity = newest if w == WEEKS[-1] else BEFORE
        for k, (mean, most, prevalence) in enumerate(groups):
            kind = k if len(groups) > 1 else 1
            size = mean if kind else max(10, int(rng.poisson(mean * rng.lognormal(0, 0.3))))
            sampled = min(size, most or size)
            wrong = rng.random(sampled) < prevalence
            said = np.where(wrong, rng.random(sampled) < recall[kind], rng.random(sampled) >= specificity[kind])
            truth += wrong.astype(int).tolist()
            verdict += said.astype(int).tolist()
            stratum += [len(names)] * sampled
            week += [w] * sampled
            names.append(f"{w} {k}")
            population.append(float(size))
    items = tuple(str(k) for k in range(len(truth)))
    t, v, s = (np.array(x, dtype=np.intp) for x in (truth, verdict, stratum))
    return CalibrationData(
        items=items, values=VALUES, truth=t, verdict=v, strata=tuple(names), stratum=s, population=np.array(population)
    ), week


def weighted_band(data: CalibrationData, week: list[str], figure: str) -> Quantity:
    """The figure of the first four weeks, weighted."""
    before = np.array(week) != WEEKS[-1]
    parts = {name: getattr(data, name)[before] for name in ("truth", "verdict", "stratum")}
    design = sampling_design(replace(data, items=data.items[: int(before.sum())], **parts))
    return estimate_share(design, shares(VALUES, 1, "drop")[figure], bootstrap=0, seed=0, salt=figure)


def apart(a: Quantity, b: Quantity) -> bool:
    """Whether two intervals share no point."""
    return bool(a.ci and b.ci and (a.ci[1] < b.ci[0] or a.ci[0] > b.ci[1]))


def rules(row: WeekFigure, weighted: Quantity) -> tuple[bool, bool, bool, bool] | None:
    """Whether each rule sounds; None where there is no figure."""
    band, own = row.band.ci, row.reviewed.ci
    if row.moved is None or row.reviewed.value is None or row.band.value is None or band is None or own is None:
        return None
    return (
        row.moved != "stayed",
        apart(row.weighted, weighted),
        not band[0] <= row.reviewed.value <= band[1],
        not own[0] <= row.band.value <= own[1],
    )


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--replicates", type=int, default=400)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--only", default="")
    options = parser.parse_args()
    print(
        "| a week | the judge | figure | ours | weighted | estimate outside band | band outside interval | undefined |"
    )
    print("|---|---|---|---|---|---|---|---|")
    for design, strata in DESIGNS.items():
        for change, newest in CHANGES.items():
            if options.only not in f"{design} {change}":
                continue
            rng = np.random.default_rng([options.seed, len(design), len(change)])
            heard: dict[str, list] = {"precision": [], "recall": []}
            for _ in range(options.replicates):
                data, week = drawn(strata, newest, rng)
                for name, row in drift(data, week, weeks=WEEKS, positive="wrong").latest.items():
                    heard[name].append(rules(row, weighted_band(data, week, name)))
            for name, found in heard.items():
                told = [f for f in found if f is not None]
                rates = [f"{100 * np.mean([f[k] for f in told]):.1f} %" if told else "-" for k in range(4)]
                shown = f"**{rates[0]}** | {' | '.join(rates[1:])} | {len(found) - len(told)}"
                print(f"| {design} | {change} | {name} | {shown} |", flush=True)


if __name__ == "__main__":
    main()
