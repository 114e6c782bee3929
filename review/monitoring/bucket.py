"""The figures of one window of production."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from review.monitoring.flags import Ran, checks_of
from review.monitoring.measuring import ERRORS, EXPIRED, NO_TRAFFIC, QUANTILES, N, share, shares_of
from review.monitoring.metrics import Metric
from review.monitoring.periods import Period
from review.statistics.quantity import Quantity

Slice = tuple[str | None, ...]
MOST_TYPES = 20
OTHER_TYPES = "other types"


@dataclass(frozen=True, kw_only=True)
class Bucket:
    """One window, or one slice of it: from ``start`` (inclusive) to ``end`` (exclusive), UTC texts.

    ``slices`` are the columns it is split by, ``slice`` their values. ``expired`` of its ``traffic`` have no rows any
    more. ``sums`` and ``latency`` (in ms) are None where no row has the number. ``errors`` are the shares of all
    traffic by type of error, ``checks`` the shares that checks flag of what they read.
    """

    start: str
    end: str
    slices: Sequence[str]
    slice: Slice
    traffic: int
    expired: int = 0
    shares: Mapping[str, Quantity]
    sums: Mapping[str, float | None]
    latency: Mapping[str, float | None]
    timed: int = 0
    errors: Mapping[str, Quantity]
    checks: Mapping[str, Quantity]

    @property
    def state(self) -> str:
        """Return "traffic" or "no traffic", which is a state of its own and never a figure of zero."""
        return "traffic" if self.traffic else NO_TRAFFIC

    def named(self) -> str | dict[str, str | None] | None:
        """Return the slice for programs: nothing, one value, or several by column."""
        if len(self.slices) > 1:
            return dict(zip(self.slices, self.slice, strict=True))
        return self.slice[0] if self.slice else None

    def to_json(self) -> dict[str, Any]:
        """Return one of the buckets of ``spotcheck health --json``."""
        shares = {name: one.to_json() for name, one in self.shares.items()}
        checks = {name: one.to_json() for name, one in self.checks.items()}
        nothing = Quantity.missing("the check did not run").to_json()
        return {
            "from": self.start,
            "to": self.end,
            "slice": self.named(),
            "state": self.state,
            "traffic": self.traffic,
            "expired": self.expired,
            **shares,
            "latency_ms": {**self.latency, "n": self.timed},
            **self.sums,
            "errors": {name: one.to_json() for name, one in self.errors.items()},
            "refusals": checks.get("refusal", nothing),
            "clarifications": checks.get("clarification", nothing),
            "checks": checks,
        }


def bucket_of(
    period: Period,
    slices: Sequence[str],
    value: Slice,
    row: Mapping[str, Any],
    *,
    metrics: Mapping[str, Metric],
    ran: Ran,
) -> Bucket:
    """Return the figures of one window from its aggregates."""
    n = int(row[N])
    at = row.get("latency_ms_at") or [None] * len(QUANTILES)
    return Bucket(
        start=period.start,
        end=period.end,
        slices=slices,
        slice=value,
        traffic=n,
        expired=row.get(EXPIRED, 0),
        shares=shares_of(row, metrics),
        sums={name: row.get(f"{name}_sum") for name, one in metrics.items() if one.kind == "sum"},
        latency={name: None if x is None else float(x) for name, x in zip(QUANTILES, at, strict=True)},
        timed=row.get("latency_ms_n", 0),
        errors=_by_type(row.get(ERRORS) or {}, n),
        checks=checks_of(row, ran),
    )


def empty(period: Period, slices: Sequence[str], value: Slice, metrics: Mapping[str, Metric]) -> Bucket:
    """Return a window without traffic."""
    nothing = Quantity.missing(NO_TRAFFIC)
    return Bucket(
        start=period.start,
        end=period.end,
        slices=slices,
        slice=value,
        traffic=0,
        shares={name: nothing for name, one in metrics.items() if one.kind == "share" and not one.check},
        sums={name: None for name, one in metrics.items() if one.kind == "sum"},
        latency=dict.fromkeys(QUANTILES),
        errors={},
        checks={},
    )


def _by_type(counts: Mapping[str, int], n: int) -> dict[str, Quantity]:
    """Return the share of each type of error, the most frequent first; the rarest stand together."""
    ordered = sorted(counts.items(), key=lambda one: (-one[1], one[0]))
    kept = dict(ordered[:MOST_TYPES])
    if len(ordered) > MOST_TYPES:
        kept[OTHER_TYPES] = sum(k for _, k in ordered[MOST_TYPES:])
    return {name: share(k, n, NO_TRAFFIC) for name, k in kept.items()}
