"""``spotcheck consensus``: one label per item from several people's labels, on a file or on the store."""

from __future__ import annotations

from typing import cast

import click
from rich import box
from rich.table import Column
from rich.text import Text

from review.basics.labels import ScaleKind
from review.commands.common import out, show_by_dimension
from review.commands.grid import Grid
from review.commands.inputs import Source, ratings_from, scale_option, source_options, values_option, wide_option
from review.statistics.consensus import METHODS, ConsensusReport, ItemConsensus, Method, by_entropy, consensus_report

ITEMS_SHOWN = 20


@click.command()
@source_options("item,rater,label[,occasion][,dimension]")
@click.option(
    "--method", type=click.Choice(METHODS), default="plurality", show_default=True,
    help="Count the votes, or weigh them by Dawid and Skene's model of the raters.",
)  # fmt: skip
@scale_option("nominal")
@values_option
@wide_option
def consensus(source: Source, method: str, scale: str, values: str | None, wide: bool, as_json: bool) -> None:
    """Decide one label per item, by plurality or by Dawid and Skene's model; ties are never broken.

    With --file on a table, else on the store: the last four weeks, or --weeks.
    """
    found = ratings_from(source, scale=cast(ScaleKind, scale), values=values, repeated=True, wide=wide)
    reports = {name: consensus_report(r, method=cast(Method, method)) for name, r in found.dimensions.items()}
    show_by_dimension(reports, as_json, render_report, named=found.named, notes=found.notes)


def render_report(report: ConsensusReport) -> None:
    """Print one report as tables for people: the most doubtful items, the values, the raters."""
    single = sum(i.rule == "single" for i in report.items)
    out.print(
        f"{len(report.items)} items by {report.method}: {report.ties} with tied votes, {single} with a single vote.",
        highlight=False,
    )
    shares = ", ".join(f"{value} {100 * share:.1f}%" for value, share in report.prevalence.items())
    out.print(Text(f"Prevalence: {shares or 'undefined, no item has a label'}"))
    doubtful = [i for i in by_entropy(report.items) if i.tie or len(i.votes) > 1]
    if doubtful:
        doubtful.sort(key=lambda i: not i.tie)
        out.print(_items(doubtful[:ITEMS_SHOWN], total=len(doubtful), model=bool(report.raters)))
    if report.raters:
        out.print(_raters(report))
        ended = "" if report.converged else ", stopped before it converged"
        out.print(f"log likelihood {report.log_likelihood:.4f} after {report.iterations} iterations{ended}")


def _items(items: list[ItemConsensus], *, total: int, model: bool) -> Grid:
    label_, title = Column("label", no_wrap=True), "ties first, then the most uncertain items"
    table = Grid("item", label_, "votes", title=title, box=box.SIMPLE_HEAD)
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


def _raters(report: ConsensusReport) -> Grid:
    table = Grid("rater", "items", "expected share right", "95% interval", box=box.SIMPLE_HEAD)
    for r in report.raters:
        q = r.competence
        value = f"{100 * q.value:.1f}%" if q.value is not None else str(q.undefined)
        ci = f"{100 * q.ci[0]:.0f}% to {100 * q.ci[1]:.0f}%" if q.ci else ""
        table.add_row(Text(r.rater), str(q.n), value, ci)
    return table
