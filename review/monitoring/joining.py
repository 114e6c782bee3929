"""The rows that a log still has, joined with the counts of those that expired: old figures do not change."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

from review.log.buckets import OTHER
from review.log.expired_counts import ExpiredCounts
from review.monitoring.measuring import ERRORS, EXPIRED, N
from review.monitoring.metrics import Metric

NOT_KNOWN: Mapping[str, Any] = {"latency_ms_at": None, "latency_ms_n": 0}


def joined_rows(
    rows: Sequence[Mapping[str, Any]], gone: ExpiredCounts, metrics: Mapping[str, Metric]
) -> list[dict[str, Any]]:
    """Return the aggregates of each window and slice with what expired of it. Pure."""
    if not gone.counts:
        return [dict(row) for row in rows]
    by_place = {(row["window"], row["slice"]): dict(row) for row in rows}
    known = [{row["slice"][k] for row in rows} for k in range(len(rows[0]["slice"]) if rows else 0)]
    for place, counts in gone.counts.items():
        window, values = place
        here = tuple(
            OTHER if OTHER in among and value is not None and value not in among else value
            for value, among in zip(values, known or [set()] * len(values), strict=True)
        )
        row = by_place.setdefault((window, here), {"window": window, "slice": here, N: 0})
        row[N] += int(counts["n"])
        row[EXPIRED] = row.get(EXPIRED, 0) + int(counts["n"])
        for name, metric in metrics.items():
            _add(row, name, metric, counts)
        row[ERRORS] = Counter(row.get(ERRORS) or {}) + Counter(gone.errors.get(place, {}))
        if here != values:
            row |= NOT_KNOWN  # the quantiles of several values together cannot be made of those of each
        elif place in gone.latency:
            row["latency_ms_at"], row["latency_ms_n"] = gone.latency[place]
    return list(by_place.values())


def _add(row: dict[str, Any], name: str, metric: Metric, counts: Mapping[str, float]) -> None:
    if metric.kind == "share":
        for end in ("k", "n", "told"):
            key = f"{name}_{end}"
            if end == "n" and metric.denominator == "true" and not metric.check:
                continue  # the traffic is its denominator
            if key in counts:
                row[key] = int(row.get(key, 0) + counts[key])
    elif metric.kind == "sum" and counts.get(f"{name}_n"):
        row[f"{name}_sum"] = (row.get(f"{name}_sum") or 0) + counts.get(f"{name}_sum", 0)
