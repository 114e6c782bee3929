"""``spotcheck health``: how production does by hour, day or week, and by what it ran with."""

from __future__ import annotations

from typing import Any

import click

from review.basics.log_paths import log_of
from review.commands import health_render as render
from review.commands.common import emit, json_option, note, opened, store_option
from review.monitoring.clarifications import outcomes_after
from review.monitoring.engagement import engagement
from review.monitoring.health import Asked, health
from review.monitoring.metrics import SLICES
from review.monitoring.unread import unread_words
from review.report.warehouse_health import warehouse_health
from review.settings.project import project_of
from review.sources.collecting.waiting_now import noted, waiting_words
from review.sources.readers.mapping import parse_mapping


@click.command("health")
@click.option("--by", type=click.Choice(["hour", "day", "week"]), default="day", show_default=True)
@click.option(
    "--slice", "slices", type=click.Choice(SLICES), multiple=True, help="Split by this field; several may be given."
)
@click.option("--from", "start", default="", metavar="D", help="First day, such as 2026-11-01, or a time.")
@click.option("--to", "end", default="", metavar="D", help="Last day, which is part of it, or a time, which is not.")
@click.option("--engagement", "engaged", is_flag=True, help="Show how people use the product instead.")
@click.option("--source", metavar="ADDRESS", help="Query a table of DuckDB, PostgreSQL or ClickHouse, not the log.")
@click.option("--map", "maps", metavar="FIELD=COLUMN", multiple=True, help="With --source: the column of a field.")
@store_option
@json_option
def health_command(
    *,
    by: Any,
    slices: tuple[str, ...],
    start: str,
    end: str,
    engaged: bool,
    source: str | None,
    maps: tuple[str, ...],
    store_path: str,
    as_json: bool,
) -> None:
    """Show how production does: traffic, errors by type, latency, cost, repairs, and what checks flag.

    Each share comes with its 95% interval. A window without traffic has no figures; they are not zero.
    """
    if engaged and source:
        raise click.UsageError("--engagement is read from the log. Leave out --source, or pull the conversations.")
    if maps and not source:
        raise click.UsageError("--map goes with --source.")
    if source:
        _of_warehouse(source, maps, Asked(by=by, slices=slices, start=start, end=end), store_path, as_json)
        return
    store = opened(store_path)
    if engaged and slices:
        raise click.UsageError("--engagement has no slices: users and sessions belong to several. Leave out --slice.")
    asked = Asked(by=by, slices=tuple(dict.fromkeys(slices)), start=start, end=end)
    log, project = log_of(store.path), project_of(store_path)
    if engaged:
        windows = engagement(log, project, asked)
        result = {"by": by, "buckets": [one.to_json() for one in windows]}
        emit(result, as_json, lambda: render.engagement_table(windows))
        return
    found, after = health(log, project, asked), outcomes_after(log, project, asked)
    for text in (*found.apart_words(), *unread_words(found.buckets), *waiting_words(store.path)):
        note(text)
    waiting = noted(store.path)
    result = found.to_json() | {
        "after_clarification": {name: one.to_json() for name, one in after.items()},
        **({} if waiting is None else {"waiting": waiting.to_json()}),
    }
    emit(result, as_json, lambda: render.health_table(found, project.judges.currency))


def _of_warehouse(source: str, maps: tuple[str, ...], asked: Asked, store_path: str, as_json: bool) -> None:
    """Show the health of a table of a warehouse; no store is needed."""
    project = project_of(store_path)
    found = warehouse_health(source, project, asked, parse_mapping(maps, further=("created_at",)))
    for text in found.apart_words():
        note(text)
    emit(found.to_json(), as_json, lambda: render.health_table(found, project.judges.currency))
