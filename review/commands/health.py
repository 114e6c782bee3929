"""``spotcheck health``: how production does by hour, day or week, and by what it ran with."""

from __future__ import annotations

from typing import Any

import click
from rich.table import Table

from review.basics.log_paths import log_of
from review.basics.words import percent
from review.commands.common import emit, json_option, note, opened, out, store_option
from review.monitoring.bucket import Bucket
from review.monitoring.health import Asked, Health, health
from review.monitoring.metrics import SLICES
from review.settings.project import project_of
from review.statistics.quantity import Quantity

SHOWN = {"errors": "error_rate", "low confidence": "low_confidence"}
LAST = 60
"""Rows that are printed for a person; programs get all."""


@click.command("health")
@click.option("--by", type=click.Choice(["hour", "day", "week"]), default="day", show_default=True)
@click.option(
    "--slice", "slices", type=click.Choice(SLICES), multiple=True, help="Split by this field; several may be given."
)
@click.option("--from", "start", default="", metavar="D", help="First day, such as 2026-11-01, or a time.")
@click.option("--to", "end", default="", metavar="D", help="Last day, which is part of it, or a time, which is not.")
@store_option
@json_option
def health_command(by: Any, slices: tuple[str, ...], start: str, end: str, store_path: str, as_json: bool) -> None:
    """Show how production does: traffic, errors by type, latency, cost, repairs, and what checks flag.

    Each share comes with its 95% interval. A window without traffic has no figures; they are not zero.
    """
    store = opened(store_path)
    asked = Asked(by=by, slices=tuple(dict.fromkeys(slices)), start=start, end=end)
    found = health(log_of(store.path), project_of(store_path), asked)
    for text in found.apart_words():
        note(text)
    emit(found.to_json(), as_json, lambda: _render(found))


def _render(found: Health) -> None:
    if not found.buckets:
        out.print("The log has no conversations in this span. `spotcheck import` brings some in.", highlight=False)
        return
    shown = found.buckets[-LAST:]
    if len(shown) < len(found.buckets):
        out.print(f"The last {LAST} of {len(found.buckets):,} rows; --json prints all.", highlight=False)
    table = Table(box=None, pad_edge=False)
    names = ["from (UTC)", *(["slice"] if found.asked.slices else []), "traffic", *SHOWN, "P50 ms", "P95 ms", "cost"]
    for name in names:
        left = name in ("from (UTC)", "slice")
        table.add_column(name, justify="left" if left else "right", no_wrap=left)
    for one in shown:
        table.add_row(*_cells(one, found.asked.by))
    out.print(table)


def _cells(one: Bucket, by: str) -> list[str]:
    sliced = [", ".join(value if value is not None else "–" for value in one.slice)] if one.slices else []
    start = one.start[:16] if by == "hour" else one.start[:10]
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
