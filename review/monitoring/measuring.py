"""The metrics as aggregates of DuckDB, and the figures that are made of their results."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

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
            found[f"{name}_k"] = f"count(*) FILTER ({metric.denominator} AND {metric.numerator})"
            if metric.denominator != "true":
                found[f"{name}_n"] = f"count(*) FILTER ({metric.denominator})"
            if metric.told:
                found[f"{name}_told"] = f"count(*) FILTER ({metric.told})"
        elif metric.kind == "sum":
            found[f"{name}_sum"] = f"sum({metric.value})"
        elif metric.kind == "quantile":
            points = ", ".join(map(str, QUANTILES.values()))
            found[f"{name}_at"] = f"quantile_cont({bin_of(metric.value)}, [{points}])"
            found[f"{name}_n"] = f"count({metric.value})"
    kind = f"coalesce(nullif(trim(error_type), ''), '{NO_TYPE}')"
    return found | {ERRORS: f"histogram({kind}) FILTER (status = 'error')"}


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
