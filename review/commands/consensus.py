"""``spotcheck consensus``: one label per item from several people's, from a file."""

from __future__ import annotations

from collections.abc import Mapping
from typing import cast

import click
from rich import box
from rich.table import Table
from rich.text import Text

from review.basics.labels import SCALE_KINDS, Ratings, ScaleKind
from review.commands.common import (
    file_option,
    json_option,
    note,
    out,
    ratings_on_store,
    show_by_dimension,
    split_values,
    store_instead_of_file,
    store_option,
    weeks_option,
)
from review.statistics.agreement.files import read_ratings
from review.statistics.consensus import METHODS, ConsensusReport, ItemConsensus, Method, by_entropy, consensus_report

ITEMS_SHOWN = 20


@click.command()
@file_option("item,rater,label[,occasion][,dimension]")
@click.option(
    "--method", type=click.Choice(METHODS), default="plurality", show_default=True,
    help="Count votes, or weigh them by Dawid and Skene's model of the raters.",
)  # fmt: skip
@click.option(
    "--scale", type=click.Choice(SCALE_KINDS), default="nominal", show_default=True, help="ordinal: median too."
)
@click.option("--values", help="All values of the scale in order, comma-separated.")
@click.option("--dimension", help="Only this dimension.")
@weeks_option
@store_option
@json_option
def consensus(
    file: str | None,
    method: str,
    scale: str,
    values: str | None,
    dimension: str | None,
    weeks: str | None,
    store_path: str,
    as_json: bool,
) -> None:
    """One label per item by plurality or by Dawid and Skene's model; ties are told, never broken.

    On a file, or without --file on the store: the last four weeks, or --weeks.
    """
    if file is None:
        found = ratings_on_store(store_instead_of_file(store_path), weeks, dimension)
        reports = reports_of(found, method=cast(Method, method))
        show_by_dimension(reports, as_json, render_report, named=True)
        return
    read = read_ratings(
        file, kind=cast(ScaleKind, scale), values=split_values(values), dimension=dimension, repeated=True
    )
    for remark in read.notes:
        note(remark)
    reports = reports_of(read.dimensions, method=cast(Method, method))
    show_by_dimension(reports, as_json, render_report, named=read.named)


def reports_of(dimensions: Mapping[str, Ratings], *, method: Method) -> dict[str, ConsensusReport]:
    """One report per dimension."""
    return {name: consensus_report(r, method=method) for name, r in dimensions.items()}


def render_report(report: ConsensusReport) -> None:
    """One report as tables for people: the items that most need a look, the values, the raters."""
    single = sum(i.rule == "single" for i in report.items)
    out.print(
        f"{len(report.items)} items by {report.method}: {report.ties} with tied votes, {single} with a single vote.",
        highlight=False,
    )
    shares = ", ".join(f"{value} {100 * share:.1f} %" for value, share in report.prevalence.items())
    out.print(Text(f"Prevalence: {shares or 'undefined, no item has a label'}"))
    doubtful = [i for i in by_entropy(report.items) if i.tie or len(i.votes) > 1]
    if doubtful:
        doubtful.sort(key=lambda i: not i.tie)
        out.print(_items(doubtful[:ITEMS_SHOWN], total=len(doubtful), model=bool(report.raters)))
    if report.raters:
        out.print(_raters(report))
        ended = "" if report.converged else ", stopped before it converged"
        out.print(f"log likelihood {report.log_likelihood:.4f} after {report.iterations} iterations{ended}")


def _items(items: list[ItemConsensus], *, total: int, model: bool) -> Table:
    table = Table("item", "label", "votes", title="ties, then the most uncertain", box=box.SIMPLE_HEAD)
    if model:
        table.add_column("posterior")
    table.add_column("entropy (bits)")
    for i in items:
        label = i.label if i.label is not None else "undecided"
        votes = ", ".join(f"{value}: {n}" for value, n in i.votes.items())
        cells = [i.item, label + (" (votes tie)" if i.tie else ""), votes]
        if model:
            cells.append(", ".join(f"{value}: {p:.3f}" for value, p in i.posterior.items() if p >= 0.0005))
        table.add_row(*(Text(c) for c in cells), f"{i.entropy:.3f}")
    if total > len(items):
        table.caption = f"{total - len(items)} more disputed items with --json"
    return table


def _raters(report: ConsensusReport) -> Table:
    table = Table("rater", "items", "expected share right", "95 % interval", box=box.SIMPLE_HEAD)
    for r in report.raters:
        q = r.competence
        value = f"{100 * q.value:.1f} %" if q.value is not None else str(q.undefined)
        table.add_row(Text(r.rater), str(q.n), value, f"{100 * q.ci[0]:.0f} to {100 * q.ci[1]:.0f} %" if q.ci else "")
    return table
