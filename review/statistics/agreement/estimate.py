"""From ratings to quantities: a coefficient's value, standard error and interval, or the reason why it has none."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal, NamedTuple

import numpy as np
import numpy.typing as npt
from scipy.special import ndtr, stdtrit

from review.basics.errors import InputError
from review.basics.labels import Ratings
from review.statistics.agreement.coefficient import Coefficient
from review.statistics.agreement.coefficients import COEFFICIENTS
from review.statistics.agreement.patterns import Floats, Patterns, patterns_of
from review.statistics.agreement.rare import fits, is_rare, posterior_interval
from review.statistics.agreement.resample import Units, replicates, units_of
from review.statistics.agreement.sample import Corrected, Formula, Sample, whole
from review.statistics.agreement.weights import positions_of
from review.statistics.intervals import rule_of_three
from review.statistics.quantity import Quantity

LEVEL = 0.95
Error = Literal["ratio", "gwet"]
"""How standard errors are found where items have a single rating: linearised, or as Gwet (2014) prints it."""
GWET = "Gwet 2014"
Interval = tuple[tuple[float, float] | None, str]
"""The limits, or None, and their method or the reason why there are none."""


class Estimates(NamedTuple):
    """Quantities by name, and the number of bootstrap replicates without variation (one value only, or no pair).

    ``by_posterior`` names the coefficients whose interval is no bootstrap's, because a value or the items are rare.
    """

    quantities: dict[str, Quantity]
    degenerate: int
    by_posterior: frozenset[str] = frozenset()


class Data(NamedTuple):
    """Prepared ratings: their patterns, the bootstrap's units, the values' positions (K,), the data as a sample."""

    patterns: Patterns
    units: Units
    positions: Floats
    sample: Sample


def prepare(ratings: Ratings) -> Data:
    """Collapse ratings to the form that every coefficient reads. Raises InputError when a rater rated an item twice."""
    patterns = patterns_of(ratings, with_items=ratings.cluster is not None)
    return Data(patterns, units_of(patterns, ratings), positions_of(ratings), whole(patterns))


def estimate(
    ratings: Ratings,
    name: str,
    *,
    weights: npt.ArrayLike | None = None,
    bootstrap: int = 1000,
    seed: int = 0,
    se: Error = "ratio",
) -> Quantity:
    """Compute one coefficient of ``COEFFICIENTS`` with its interval.

    ``weights`` (K, K) replaces the weights (for alpha, the differences) that belong to the name. ``bootstrap`` is the
    number of replicates; 0 gives the analytic interval. ``se`` chooses the standard error. Raises InputError for an
    unknown name, weights of the wrong shape, or a rater who rated an item twice.
    """
    if name not in COEFFICIENTS:
        raise InputError(f"coefficient '{name}' does not exist. Expected one of {', '.join(COEFFICIENTS)}.")
    coefficient = COEFFICIENTS[name]
    k = len(ratings.scale.values)
    if weights is not None:
        if not coefficient.weighted:
            raise InputError(f"{name} takes no weights. Leave them out or choose another coefficient.")
        own = np.asarray(weights, dtype=float)
        if own.shape != (k, k):
            raise InputError(f"weights have the shape {own.shape}. Expected {k} by {k}, one row for each value.")
        coefficient = coefficient._replace(weights=lambda _: own)
    return estimates(prepare(ratings), {name: coefficient}, bootstrap=bootstrap, seed=seed, se=se).quantities[name]


def estimates(
    data: Data, chosen: Mapping[str, Coefficient], *, bootstrap: int, seed: int, se: Error = "ratio"
) -> Estimates:
    """Compute all ``chosen`` coefficients on the same replicates."""
    n = int(data.sample.pairable[0])
    refused = {name: refusal(data, coefficient) for name, coefficient in chosen.items()}
    quantities = {name: Quantity.missing(reason, n=n) for name, reason in refused.items() if reason}
    weights = {name: c.weights(data.positions) for name, c in chosen.items() if name not in quantities}
    points = {name: chosen[name].formula.disagreement(data.sample, w) for name, w in weights.items()}
    for name, point in points.items():
        if np.isnan(point.value[0]):
            quantities[name] = Quantity.missing(_no_variation(data.sample), n=n)
    defined = {name: c.formula for name, c in chosen.items() if name not in quantities}
    rare = frozenset(name for name, f in defined.items() if _posterior_serves(data, f, points[name], bootstrap))
    intervals: dict[str, Interval] = {}
    for name in rare:
        value = float(points[name].value[0])
        intervals[name] = posterior_interval(data.patterns, defined[name], weights[name], value, seed=seed)
    resampled = {name: f for name, f in defined.items() if name not in rare}
    drawn: dict[str, Floats] = {}
    degenerate = 0
    if n and (resampled or not defined):
        drawn, degenerate = _resample(data, resampled, weights, bootstrap, seed)
    for name, formula in defined.items():
        error = _standard_error(data, formula, weights[name], se)
        ci, method = intervals[name] if name in rare else _interval(data, error, points[name], drawn[name])
        value = float(points[name].value[0])
        quantities[name] = Quantity(value=value, ci=ci, se=error.value, method=method, method_se=error.method, n=n)
    return Estimates({name: quantities[name] for name in chosen}, degenerate, rare)


def _resample(
    data: Data, formulas: Mapping[str, Formula], weights: Mapping[str, Floats], bootstrap: int, seed: int
) -> tuple[dict[str, Floats], int]:
    """Return the values of each formula on the same replicates, and how many replicates have no variation."""
    drawn: dict[str, list[Floats]] = {name: [np.empty(0)] for name in formulas}
    degenerate = 0
    for sample in replicates(data.patterns, data.units, bootstrap, seed):
        degenerate += int(((sample.values > 0).sum(axis=1) < 2).sum())
        for name, formula in formulas.items():
            drawn[name].append(formula.disagreement(sample, weights[name]).value)
    return {name: np.concatenate(values) for name, values in drawn.items()}, degenerate


def _posterior_serves(data: Data, formula: Formula, point: Corrected, bootstrap: int) -> bool:
    """Return whether the interval comes from the posterior: rare values in place of the bootstrap, and no spread."""
    no_spread = _perfect(point)
    wanted = no_spread or (bootstrap > 0 and is_rare(data.patterns))
    return wanted and data.units.single and fits(data.patterns, formula)


def _perfect(point: Corrected) -> bool:
    return float(point.observed[0]) <= 1e-12


def refusal(data: Data, coefficient: Coefficient) -> str | None:
    """Return the reason why the data do not allow this coefficient, or None."""
    if not len(data.patterns.items):
        return "there are no ratings"
    if not data.patterns.pairable.any():
        return "no item was rated by two people, so there is nothing to compare"
    return coefficient.formula.refusal(data.patterns)


def pairable_units(data: Data) -> int:
    """Count the items (or clusters) with at least one item that has two ratings, as the rule of three does."""
    holding = data.units.totals(data.patterns.pairable.astype(float)) > 0
    return int(data.units.times[holding].sum())


def _no_variation(sample: Sample) -> str:
    used = int((sample.values[0] > 0).sum())
    if used == 1:
        return "all ratings that can be compared have the same value, so agreement beyond chance does not apply"
    return "expected disagreement is zero, so agreement beyond chance cannot be computed"


class StandardError(NamedTuple):
    """A standard error (None for one unit), its method, and the degrees of freedom of its t."""

    value: float | None
    method: str
    freedom: int


def _standard_error(data: Data, formula: Formula, weights: Floats, form: Error) -> StandardError:
    """Return the root of the units' summed squared influence.

    Degrees of freedom count the units with a pairable item, less one; Gwet (2014) counts all rated units.
    """
    published = form == "gwet" and formula.gwet is not None
    source = GWET if published else formula.source
    influence = formula.gwet(data.sample, weights) if published and formula.gwet else None
    if influence is None:
        influence = formula.influence(data.sample, weights)
    part = ~np.isnan(influence)
    totals = data.units.totals(np.where(part, influence, 0.0))
    took_part = data.units.totals(part.astype(float)) > 0
    times = data.units.times
    units, pairable = int(times[took_part].sum()), pairable_units(data)
    freedom = (units if published else pairable) - 1
    if min(units, pairable) < 2:
        return StandardError(None, source, freedom)
    variance = float(times @ totals**2)
    if formula.small_sample or data.units.members is not None:
        variance *= units / (units - 1)
    return StandardError(float(np.sqrt(variance)) if variance > 1e-24 else 0.0, source, freedom)


def _interval(data: Data, se: StandardError, point: Corrected, drawn: Floats) -> Interval:
    name = data.units.name
    units = pairable_units(data)
    if _perfect(point):
        return _bounded(point, units, name)
    if se.value is None:
        return None, "no interval: it needs at least two items that can be compared"
    value = float(point.value[0])
    if len(drawn):
        return _percentiles(drawn, units, name)
    if se.value <= 1e-12:
        return None, _constant(name)
    reach = float(stdtrit(se.freedom, (1 + LEVEL) / 2)) * se.value
    method = f"analytic ({se.method}), 95%, t with {se.freedom} degrees of freedom over {name}"
    return (value - reach, min(1.0, value + reach)), method


def _bounded(point: Corrected, units: int, name: str) -> tuple[tuple[float, float], str]:
    """Bound the disagreement that perfect agreement may hide: up to 1 - 0.05^(1/n) of the units.

    The lower end assumes that these disagree as much as the scale allows while chance agreement stays as observed.
    """
    hidden = 1 - rule_of_three(units, LEVEL)
    lower = 1 - hidden * float(np.max(point.largest)) / float(point.expected[0])
    return (lower, 1.0), (
        f"perfect agreement has no spread, so this is the rule-of-three bound: with 95% confidence people disagree on "
        f"at most {100 * hidden:.1f}% of {name} (1 - 0.05^(1/{units})); the lower end assumes the worst"
    )


def _constant(name: str) -> str:
    return f"no interval: the value is the same whichever {name} are drawn"


def _percentiles(drawn: Floats, units: int, name: str) -> tuple[tuple[float, float] | None, str]:
    """Return percentiles of the defined replicates, moved outwards for few units.

    Replicates vary too little, by (n - 1)/n, and ignore that the spread itself is estimated. Hesterberg (2015, The
    American Statistician 69, 371-386) takes the percentile Phi(-sqrt(n/(n-1)) t) instead of 2.5%.
    """
    defined = drawn[~np.isnan(drawn)]
    lost = len(drawn) - len(defined)
    if 2 * len(defined) < len(drawn):
        return None, f"no interval: {lost} of {len(drawn)} bootstrap replicates have no variation"
    tail = float(ndtr(-np.sqrt(units / (units - 1)) * stdtrit(units - 1, (1 + LEVEL) / 2)))
    lower, upper = (float(q) for q in np.quantile(defined, [tail, 1 - tail]))
    if upper - lower <= 1e-12:
        return None, _constant(name)
    method = f"percentile bootstrap widened for few {name} (Hesterberg 2015), 95%, {len(drawn)} replicates over {name}"
    return (lower, upper), method + (f", {lost} without variation left out" if lost else "")
