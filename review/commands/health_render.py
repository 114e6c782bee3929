"""Health and engagement as tables for a person."""

from __future__ import annotations

from collections.abc import Sequence

from rich.text import Text

from review.basics.clock import to_minute
from review.basics.words import percent
from review.commands.common import out
from review.commands.grid import Grid
from review.monitoring.bucket import Bucket
from review.monitoring.engagement import Engaged
from review.monitoring.health import Health
from review.statistics.quantity import Quantity

SHOWN = {"errors": "error_rate", "low confidence": "low_confidence"}
LAST = 60
"""Rows that are printed for a person; programs get all."""


def health_table(found: Health, currency: str = "") -> None:
    """Print the latest windows of health."""
    if not found.buckets:
        out.print("The log has no conversations in this span. `spotcheck import` brings some in.", highlight=False)
        return
    rows = _told(found)
    shown = rows[-LAST:]
    if len(shown) < len(rows):
        out.print(f"The last {LAST} of {len(rows):,} rows; --json prints all.", highlight=False)
    table = Grid(box=None, pad_edge=False)
    names = ["from (UTC)", *(["slice"] if found.asked.slices else []), "traffic", *SHOWN, "P50 ms", "P95 ms"]
    names.append(f"cost {currency}".rstrip())
    for name in names:
        left = name in ("from (UTC)", "slice")
        table.add_column(name, justify="left" if left else "right", no_wrap=left)
    for one in shown:
        table.add_row(*_cells(one, found.asked.by))
    out.print(table)


def _told(found: Health) -> Sequence[Bucket]:
    """Return the rows to print, in order of time. A slice has none for the windows in which it has no traffic.

    Without slices such a window has its row: that nothing came in is what somebody wants to see.
    """
    if not found.asked.slices:
        return found.buckets
    return sorted((one for one in found.buckets if one.traffic), key=lambda one: one.start)


def _cells(one: Bucket, by: str) -> list[str | Text]:
    sliced = [Text(", ".join(value if value is not None else "–" for value in one.slice))] if one.slices else []
    start = to_minute(one.start) if by == "hour" else one.start[:10]
    if not one.traffic:
        return [start, *sliced, "no traffic"]
    shares = [_share(one.shares[name]) for name in SHOWN.values()]
    latency = [f"{ms:,.0f}" if (ms := one.latency[name]) is not None else "–" for name in ("p50", "p95")]
    cost = one.sums["cost"]
    return [start, *sliced, f"{one.traffic:,}", *shares, *latency, "–" if cost is None else f"{cost:,.2f}"]


def _share(one: Quantity) -> str:
    if one.value is None or one.ci is None:
        return "–"
    return f"{percent(one.value)} ({percent(one.ci[0])} to {percent(one.ci[1])})".replace(" ", "\u00a0")


def engagement_table(windows: Sequence[Engaged]) -> None:
    """Print how people used the product in the latest windows."""
    if not windows:
        out.print("The log has no conversations in this span. `spotcheck import` brings some in.", highlight=False)
        return
    table = Grid(box=None, pad_edge=False)
    for name in ("from (UTC)", "users", "new", "usage rate", "sessions", "minutes", "asked again", "copied"):
        table.add_column(name, justify="left" if name == "from (UTC)" else "right", no_wrap=name == "from (UTC)")
    for one in windows[-LAST:]:
        shares = {name: _share(one.shares[name]) for name in ("usage_rate", "repeated_questions", "copied")}
        minutes = "–" if one.minutes[0] is None else f"{one.minutes[0]:.1f}"
        counts = ["–" if n is None else f"{n:,}" for n in (one.users, one.new, one.sessions)]
        usage, again, copied = shares.values()
        table.add_row(to_minute(one.start), *counts[:2], usage, counts[2], minutes, again, copied)
    out.print(table)
