"""How long the calibration takes on large inputs; prints seconds. python tests/bench/calibration_speed.py"""

from __future__ import annotations

import sys
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from review.basics.labels import Label, Scale, ratings_of
from review.statistics.calibration.alt_test import alt_test
from review.statistics.calibration.ceiling import human_ceiling
from review.statistics.calibration.data import CalibrationData, CalibrationRow, calibration_data
from review.statistics.calibration.report import calibration_report


def sample(n: int, classes: int, rng: np.random.Generator) -> CalibrationData:
    """Three strata, a judge right in four of five cases, no verdict on 2 %."""
    truth = rng.integers(0, classes, n)
    verdict = np.where(rng.random(n) < 0.8, truth, rng.integers(0, classes, n))
    verdict = np.where(rng.random(n) < 0.02, -1, verdict)
    stratum = np.searchsorted([0.1, 0.3], rng.random(n))
    population = np.bincount(stratum, minlength=3) * np.array([1.0, 5.0, 100.0])
    values = tuple(f"v{k:02d}" for k in range(classes))
    items = tuple(f"i{k}" for k in range(n))
    return CalibrationData(
        items=items,
        values=values,
        truth=truth,
        verdict=verdict,
        strata=("failing", "low", "rest"),
        stratum=stratum,
        population=population,
    )


def timed(name: str, work: Callable[[], object]) -> None:
    """Run once and print the seconds."""
    start = time.perf_counter()
    work()
    print(f"{name:70s} {time.perf_counter() - start:7.3f} s", flush=True)


def main() -> None:
    """Print one line per case."""
    rng = np.random.default_rng(0)
    for n, classes in ((1000, 2), (100_000, 3), (100_000, 77)):
        data = sample(n, classes, rng)
        timed(f"report, {n} items, {classes} classes, 3 strata, 1,000 replicates",
              lambda data=data: calibration_report(data, positive="v00"))  # fmt: skip
    data = sample(100_000, 3, rng)
    weighted = CalibrationData(
        items=data.items,
        values=data.values,
        truth=data.truth,
        verdict=data.verdict,
        strata=("all",),
        stratum=np.zeros(100_000, int),
        weight=rng.uniform(1, 50, 100_000), score=rng.random(100_000),
    )  # fmt: skip
    timed(
        "report with scores, 100,000 items, every weight different",
        lambda: calibration_report(weighted, positive="v00"),
    )
    rows = [
        CalibrationRow(item=f"i{k}", truth=str(k % 3), verdict=str(k % 3), stratum="rest", population=10**6)
        for k in range(100_000)
    ]
    timed("arranging 100,000 rows", lambda: calibration_data(rows))
    names = ("ana", "ben", "eva", *(f"judge{k}" for k in range(6)))
    labels = [
        Label(f"i{i}", name, "d", str(rng.integers(0, 3))) for i in range(2500) for name in names
    ]  # fmt: skip
    scale = Scale("nominal", ("0", "1", "2"))
    groups = [
        ratings_of([x for x in labels if not x.rater.startswith("j") or x.rater == f"judge{k}"], scale)
        for k in range(6)
    ]
    timed(
        "alt-test, 2,500 items x 3 people x 6 judges", lambda: [alt_test(g, f"judge{k}") for k, g in enumerate(groups)]
    )
    people = ratings_of([x for x in labels if not x.rater.startswith("j")], scale)
    judged = CalibrationData(
        items=tuple(f"i{k}" for k in range(2500)),
        values=("0", "1", "2"),
        truth=rng.integers(0, 3, 2500),
        verdict=rng.integers(0, 3, 2500),
        strata=("all",), stratum=np.zeros(2500, int),
    )  # fmt: skip
    timed("human ceiling, 2,500 items x 3 people", lambda: human_ceiling(judged, people, positive="0", bootstrap=1000))


if __name__ == "__main__":
    main()
