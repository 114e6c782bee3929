"""``spotcheck publish``: write results as tables of a warehouse."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from review.basics.errors import InputError
from review.commands.common import acting_person, as_option, emit, json_option, note, opened, out, store_option
from review.evidence.chosen_weeks import weeks_between
from review.report.publishing.catalogue import WAREHOUSES, addresses
from review.report.publishing.dbt import write_dbt
from review.report.publishing.publish import publish
from review.settings.project import project_of
from storage.queries.weeks import weeks_in_use


@click.command("publish")
@click.option("--to", "to", required=True, type=click.Choice(list(WAREHOUSES)), help="The warehouse.")
@click.option("--address", default=None, metavar="A", help="Where it is; default as [publish] in spotcheck.toml says.")
@click.option("--weeks", "--week", "weeks", default=None, metavar="W44..W47", help="The weeks; default all.")
@click.option(
    "--dbt",
    "dbt",
    type=click.Path(file_okay=False, path_type=Path),
    default=None,
    metavar="FOLDER",
    help="Also write the tables as dbt sources with tests, and what each column means.",
)
@as_option
@store_option
@json_option
def publish_(
    to: str,
    address: str | None,
    weeks: str | None,
    dbt: Path | None,
    acting: str | None,
    store_path: str,
    as_json: bool,
) -> None:
    """Write items, labels, settlements, verdicts, estimates and releases as tables; a second run changes nothing.

    Each row has its group, probability and weight. Users and passwords come from the environment.
    """
    store, project = opened(store_path), project_of(store_path)
    at = address or addresses(project).get(to, "")
    if not at:
        raise InputError(f"--to {to}: give --address, such as {WAREHOUSES[to].example}, or {to} under [publish].")
    chosen = weeks_between(store, weeks) if weeks else tuple(week.name for week in weeks_in_use(store))
    done = publish(store, to, at, chosen, by=acting_person(store, acting).id)
    result: dict[str, Any] = {"written": dict(done.written), "removed": dict(done.removed), "rows": dict(done.rows)}
    if dbt is not None:
        result["dbt"] = [str(path) for path in write_dbt(dbt)]

    def render() -> None:
        for name, rows in done.rows.items():
            out.print(f"{name}: {rows:,} rows, {done.written[name]:,} written, {done.removed[name]:,} removed")

    emit(result, as_json, render)
    if dbt is not None:
        note(f"dbt sources and tests are in {dbt}")
