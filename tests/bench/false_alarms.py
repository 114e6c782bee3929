"""How often alerts sound in a year without a change, and how soon after one; prints the table of METHODS-DETAIL 7.

python tests/bench/false_alarms.py [--replicates 2000] [--seed 1] [--only rates|hours|totals|gone]

Each replicate has 28 days of baseline and a year of looks. "known" has the true rate as its limit; "estimated" has the
upper limit of the baseline, with its spread; "vary" lets the rate of each day vary by 20%. For the days to a doubled
rate it doubles on day 100. Beside it stand one mixture that begins with the year and is never restarted, and a 95%
Wilson interval for every day. Hourly looks inject 1/(looks a year). Totals are days of cost, log-normal by conversation
and with a weekday pattern. "gone" is a year of hours with nights, weekends and varying days. "slices" are years of
traffic in four columns whose 48 cells each have a rate of their own, with all slices and pairs of slices watched.
"""

from __future__ import annotations

import argparse
import math
import sys
from datetime import datetime, timedelta
from itertools import combinations, product
from pathlib import Path

import numpy as np
from scipy.special import betaln

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from review.monitoring.alerts.basis import basis
from review.monitoring.alerts.declared import Declared
from review.monitoring.alerts.series import ALL, Series
from review.monitoring.alerts.watching import rings
from review.monitoring.metrics import METRICS
from review.settings.alerts import DEFAULTS
from review.statistics.intervals import wilson
from review.statistics.watching.gone import UsualHours, traffic_gone, usual_hours
from review.statistics.watching.rates import ALARM, baseline, evidence
from review.statistics.watching.totals import evidence_of_totals, usual_total

YEAR, BEFORE, CHANGE = 365, 28, 100
SIZES, RATES = (200, 1_000, 5_000), (0.01, 0.02, 0.05)
LOG_ALARM = math.log(ALARM)
GONE_FROM = datetime(2026, 1, 5)


def drawn(
    rng: np.random.Generator, shape: tuple[int, int], n: int, p: float, *, vary: float, change: bool
) -> np.ndarray:
    """Events of each look; with ``change`` the rate doubles on day 100."""
    rate = np.full(shape, p)
    if vary:
        rate *= rng.gamma(1 / vary**2, vary**2, shape)
    if change:
        rate[:, CHANGE:] *= 2
    return rng.binomial(n, np.minimum(rate, 1))


def limits(
    rng: np.random.Generator, replicates: int, n: int, p: float, *, vary: float
) -> tuple[np.ndarray, np.ndarray]:
    """The upper limit and the spread of each baseline of 28 days."""
    before = drawn(rng, (replicates, BEFORE), n, p, vary=vary, change=False)
    found = [baseline(x, np.full(BEFORE, n)) for x in before]
    return np.array([b.limit for b in found]), np.array([b.spread for b in found])


def first(log_evidence: np.ndarray) -> np.ndarray:
    """The first look with an alarm, a year and a day where there is none."""
    over = log_evidence >= LOG_ALARM - 1e-9
    return np.where(over.any(axis=1), over.argmax(axis=1), log_evidence.shape[1] + 1)


def sounded(log_evidence: np.ndarray) -> float:
    """Per cent of the replicates with any alarm."""
    return 100 * float((log_evidence >= LOG_ALARM - 1e-9).any(axis=1).mean())


def days(log_evidence: np.ndarray) -> float:
    """Median days to the alarm, where none came before the change."""
    at = first(log_evidence)
    at = at[at >= CHANGE]
    return float(np.median(at - CHANGE + 1)) if len(at) else math.nan


def one_rate(rng: np.random.Generator, replicates: int, n: int, p: float) -> dict[str, float]:
    """Every figure of the table for one size and one rate."""
    many, sizes = (replicates, YEAR), np.full((replicates, YEAR), n)
    quiet, changed = (drawn(rng, many, n, p, vary=0, change=c) for c in (False, True))
    varied = drawn(rng, many, n, p, vary=0.2, change=False)
    known = np.full(replicates, p)
    limit, spread = limits(rng, replicates, n, p, vary=0)
    limit_v, spread_v = limits(rng, replicates, n, p, vary=0.2)
    low = np.array([wilson(x, n)[0] for x in range(n + 1)])
    daily = (low[quiet] > p).sum(axis=1)
    return {
        "known": sounded(evidence(quiet, sizes, limit=known)),
        "estimated": sounded(evidence(quiet, sizes, limit=limit, spread=spread)),
        "vary": sounded(evidence(varied, sizes, limit=limit_v, spread=spread_v)),
        "days, known": days(evidence(changed, sizes, limit=known)),
        "days, estimated": days(evidence(changed, sizes, limit=limit, spread=spread)),
        "days, mixture": days(mixture(changed, sizes, p)),
        "daily": 100 * float((daily > 0).mean()),
        "daily a year": float(daily.mean()),
    }


def mixture(x: np.ndarray, n: np.ndarray, p: float) -> np.ndarray:
    """The confidence sequence since the first day, as evidence against the true rate."""
    hits, total, b = np.cumsum(x, axis=1), np.cumsum(n, axis=1), (1 - p) / p
    null = hits * math.log(p) + (total - hits) * math.log1p(-p)
    return betaln(1 + hits, b + total - hits) - betaln(1, b) - null


def rates(rng: np.random.Generator, replicates: int) -> dict[int, list[dict[str, float]]]:
    """The figures of every size, by rate in order."""
    return {n: [one_rate(rng, replicates, n, p) for p in RATES] for n in SIZES}


def span(values: list[float], digits: int = 1) -> str:
    """The least and the largest of some figures."""
    low, high = (f"{f(values):.{digits}f}" for f in (min, max))
    return low if low == high else f"{low}-{high}"


def print_rates(found: dict[int, list[dict[str, float]]]) -> None:
    """Print the table of METHODS-DETAIL 7."""
    print(
        "| n a day | false alarm a year, %: known / estimated / estimated, days vary | "
        "median days to a doubled rate of 1/2/5%: known; estimated | mixture from start | daily Wilson |"
    )
    print("|---|---|---|---|---|")
    for n, row in found.items():
        false = " / ".join(span([c[k] for c in row]) for k in ("known", "estimated", "vary"))
        soon = "; ".join("/".join(f"{c[k]:.0f}" for c in row) for k in ("days, known", "days, estimated"))
        slow = "/".join(f"{c['days, mixture']:.0f}" for c in row)
        daily = f"{span([c['daily'] for c in row], 0)}% ({span([c['daily a year'] for c in row], 0)} a year)"
        print(f"| {n:,} | {false} | {soon} | {slow} | {daily} |", flush=True)


def hours(rng: np.random.Generator, replicates: int, sizes: tuple[int, ...] = (10, 200)) -> dict[str, float]:
    """False alarms a year, in per cent, of looks every hour at a rate of 2%, by conversations an hour."""
    out = {}
    for n in sizes:
        before = rng.binomial(n, 0.02, (replicates, BEFORE * 24))
        found = [baseline(x, np.full(BEFORE * 24, n)) for x in before]
        x = rng.binomial(n, 0.02, (replicates, 8766))
        limit, spread = np.array([b.limit for b in found]), np.array([b.spread for b in found])
        trials = np.full((1, 8766), n)
        out[f"{n} an hour, known"] = sounded(evidence(x, trials, limit=np.full(replicates, 0.02), looks=8766))
        out[f"{n} an hour, estimated"] = sounded(evidence(x, trials, limit=limit, spread=spread, looks=8766))
    return out


def costs(rng: np.random.Generator, shape: tuple[int, int], n: int, *, vary: float, change: bool) -> np.ndarray:
    """Costs of days: weekends have a third of the traffic, single costs vary log-normally by a factor of e."""
    week = np.where(np.arange(shape[1]) % 7 >= 5, 1 / 3, 1.0)
    mean = n * week * (rng.gamma(1 / vary**2, vary**2, shape) if vary else 1.0)
    calls = rng.poisson(mean)
    spread = math.sqrt(math.expm1(1.0))
    total = np.maximum(calls + np.sqrt(calls) * spread * rng.standard_normal(shape), 0)
    if change:
        total[:, CHANGE:] *= 2
    return total


def totals(rng: np.random.Generator, replicates: int) -> dict[str, float]:
    """False alarms a year, in per cent, and the median days to a doubled cost, by conversations a day."""
    out = {}
    places = [d % 7 for d in range(YEAR)]
    for n in (200, 5_000):
        for vary in (0.0, 0.2):
            before = costs(rng, (replicates, BEFORE), n, vary=vary, change=False)
            found = [usual_total(x, places[:BEFORE]) for x in before]
            expected = np.array([u.expected(places) for u in found])
            spread = np.array([u.spread for u in found])
            for change, figure in ((False, sounded), (True, days)):
                x = costs(rng, (replicates, YEAR), n, vary=vary, change=change)
                name = f"{n:,} a day, days vary {vary:.0%}, {'days to a doubled cost' if change else 'false alarm'}"
                out[name] = figure(evidence_of_totals(x, expected, spread=spread))
    return out


def gone(rng: np.random.Generator, replicates: int) -> dict[str, float]:
    """Per cent of years with an alarm although traffic is as usual, looked at every hour that ends an empty stretch."""
    out = {}
    of_week = np.tile(np.r_[np.full(7, 0.02), np.full(13, 1.0), np.full(4, 0.2)], 7)
    of_week[120:] *= 0.3
    for n in (5, 50, 1_000):
        alarms = 0
        for _ in range(replicates):
            all_days = rng.gamma(25, 1 / 25, (BEFORE + YEAR) // 7 * 7 + 7)
            mean = np.repeat(all_days, 24) * np.resize(of_week, len(all_days) * 24)
            x = rng.poisson(mean * n / of_week.reshape(7, 24).sum(axis=1).mean())
            usual = usual_hours(x[: BEFORE * 24], GONE_FROM)
            year = x[BEFORE * 24 : (BEFORE + YEAR) * 24]
            alarms += any(_rings(usual, year, int(end)) for end in _ends(year))
        out[f"{n:,} a day"] = 100 * alarms / replicates
    return out


def _ends(year: np.ndarray) -> np.ndarray:
    """The last hours of the empty stretches of at least three hours."""
    ends = np.flatnonzero((year == 0) & (np.r_[year[1:], 1] > 0))
    return ends[[not year[max(0, end - 2) : end + 1].any() for end in ends]]


def _rings(usual: UsualHours, year: np.ndarray, end: int) -> bool:
    """Whether traffic is called gone at the end of a stretch."""
    begin = max(0, end - 200)
    return traffic_gone(usual, year[begin : end + 1].tolist(), GONE_FROM + timedelta(days=BEFORE, hours=begin)).ringing


COLUMNS = {"model": (0.7, 0.2, 0.1), "source": (0.6, 0.4), "scenario": (0.4, 0.3, 0.2, 0.1), "variant": (0.5, 0.5)}
"""Columns of traffic with the shares of their values, which are independent of each other."""
PLACED = {"model": 1, "source": 1}
"""The incident stands in this pair: 8% of the traffic."""


def slices(rng: np.random.Generator, replicates: int) -> dict[str, float]:
    """False alarms a year in per cent, and days to an incident in a pair, without and with the pairs of slices."""
    cells = list(product(*(range(len(shares)) for shares in COLUMNS.values())))
    share = np.array([math.prod(of[k] for of, k in zip(COLUMNS.values(), cell, strict=True)) for cell in cells])
    inside = np.array([all(cell[list(COLUMNS).index(name)] == k for name, k in PLACED.items()) for cell in cells])
    alert = next(one for one in DEFAULTS if one.name == "errors")
    one = Declared(alert=alert, metric=METRICS["error_rate"], how="rate")
    out: dict[str, float] = {}
    for n, vary, times in product((400, 2_000), (0.0, 0.2), (1, 4, 10)):
        length = BEFORE + (YEAR if times == 1 else 60)
        first: dict[str, list[int]] = {"without pairs": [], "with pairs": []}
        for _ in range(replicates):
            rate = (
                0.02 * rng.gamma(4, 1 / 4, len(cells)) * (rng.gamma(1 / vary**2, vary**2, (length, 1)) if vary else 1)
            )
            rate = np.broadcast_to(rate, (length, len(cells))).copy()
            rate[BEFORE:] *= np.where(inside, times, 1)
            trials = rng.poisson(n * share, (length, len(cells)))
            events = rng.binomial(trials, np.minimum(rate, 1))
            for what, most in (("without pairs", 1), ("with pairs", 2)):
                series = _rolled(cells, events, trials, most=most)
                found = rings(one, series, basis(one, series))
                first[what].append(series.starts.index(found[0].at) - BEFORE + 1 if found else length)
        for what, at in first.items():
            name = f"{n:,} a day, days vary {vary:.0%}, {what}"
            if times == 1:
                out[f"{name}: false alarm"] = 100 * float(np.mean(np.array(at) < length))
            else:
                out[f"{name}: median days to {times} times"] = float(np.median(at))
                out[f"{name}: within 2 days of {times} times, %"] = 100 * float(np.mean(np.array(at) <= 2))
    return out


def _rolled(cells: list[tuple[int, ...]], events: np.ndarray, trials: np.ndarray, *, most: int) -> Series:
    """The series of all traffic, of each slice, and of each set of at most ``most`` columns."""
    keys, at = [ALL], [np.ones(len(cells), dtype=bool)]
    for names in (names for size in range(1, most + 1) for names in combinations(range(len(COLUMNS)), size)):
        for values in product(*(range(len(list(COLUMNS.values())[k])) for k in names)):
            keys.append(tuple(t for k, v in zip(names, values, strict=True) for t in (list(COLUMNS)[k], str(v))))
            at.append(np.array([all(cell[k] == v for k, v in zip(names, values, strict=True)) for cell in cells]))
    days = tuple((GONE_FROM + timedelta(days=d)).date().isoformat() for d in range(len(events)))
    x, n = (np.array([of[:, some].sum(axis=1) for some in at], dtype=float) for of in (events, trials))
    return Series(starts=days, keys=tuple(keys), events=x, trials=n)


PARTS = {"hours": hours, "totals": totals, "gone": gone, "slices": slices}


def main() -> None:
    """Print every table."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--replicates", type=int, default=2000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--only", default="")
    options = parser.parse_args()
    if options.only in ("", "rates"):
        print_rates(rates(np.random.default_rng(options.seed), options.replicates))
    for name, part in PARTS.items():
        if options.only in ("", name):
            print(f"\n| {name} | |\n|---|---|")
            for what, value in part(np.random.default_rng(options.seed), max(options.replicates // 10, 10)).items():
                print(f"| {what} | {value:.1f} |", flush=True)


if __name__ == "__main__":
    main()
