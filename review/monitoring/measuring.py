"""The metrics as aggregates of DuckDB, and the figures that are made of their results."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from review.basics.log_paths import LogPaths
from review.log.buckets import Place, Windows, aggregated
from review.monitoring.latency_bins import bin_of
from review.monitoring.metrics import Metric
from review.statistics.intervals import wilson
from review.statistics.quantity import Quantity

QUANTILES = {"p50": 0.5, "p95": 0.95, "p99": 0.99}
N, ERRORS, EXPIRED = "n", "errors", "expired"
NO_TYPE = "no type given"
NO_TRAFFIC = "no traffic"


def aggregates_of(metrics: Mapping[str, Metric]) -> dict[str, str]:
    """Return the aggregates of a window by name: NAME_k of NAME_n for shares, NAME_sum, and the list of quantiles.

    Flags of checks are counted apart, in :mod:`review.monitoring.flags`.
    """
    found = {N: "count(*)"}
    for name, metric in metrics.items():
        if metric.kind == "share" and not metric.check:
            found[f"{name}_k"] = counted_if(f"{metric.denominator} AND {metric.numerator}")
            if metric.denominator != "true":
                found[f"{name}_n"] = counted_if(metric.denominator)
            if metric.told:
                found[f"{name}_told"] = counted_if(metric.told)
        elif metric.kind == "sum":
            found[f"{name}_sum"] = f"sum({metric.value})"
        elif metric.kind == "quantile":
            points = ", ".join(map(str, QUANTILES.values()))
            found[f"{name}_at"] = f"quantile_cont({bin_of(metric.value)}, [{points}])"
            found[f"{name}_n"] = f"count({metric.value})"
    return found


def counted_if(condition: str) -> str:
    """Return the aggregate that counts rows in which a condition holds. A third faster than a FILTER."""
    return f"coalesce(count_if({condition}), 0)"


def error_types(log: LogPaths, windows: Windows) -> dict[Place, dict[str, int]]:
    """Return how many errors of each type every window and slice has."""
    keys = {"kind": f"coalesce(nullif(trim(error_type), ''), '{NO_TYPE}')"}
    found: dict[Place, dict[str, int]] = {}
    for row in aggregated(log, windows, {N: "count(*)"}, keys=keys, where="status = 'error'"):
        found.setdefault((row["window"], row["slice"]), {})[row["kind"]] = row[N]
    return found


def share(k: int, n: int, what: str) -> Quantity:
    """Return a share with its Wilson interval; without a denominator it is undefined, never zero."""
    if n == 0:
        return Quantity.missing(what, method="wilson")
    return Quantity(value=k / n, ci=wilson(k, n), method="wilson", n=n)


def shares_of(row: Mapping[str, Any], metrics: Mapping[str, Metric]) -> dict[str, Quantity]:
    """Return the shares of one window by name."""
    return {
        name: share(int(row.get(f"{name}_k", 0)), _of(row, name, metric), unknown(metric))
        for name, metric in metrics.items()
        if metric.kind == "share" and not metric.check
    }


def _of(row: Mapping[str, Any], name: str, metric: Metric) -> int:
    """Return the denominator of a share, 0 where no row of the window tells anything about it."""
    whole = 0 if metric.denominator != "true" else row[N]
    told = row.get(f"{name}_told", 0) if metric.told else 1
    return int(row.get(f"{name}_n", whole)) if told else 0


def unknown(metric: Metric) -> str:
    """Return why a figure is undefined where there was traffic."""
    return f"no conversation says it: {metric.title.lower()}"
