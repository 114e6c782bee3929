"""``spotcheck agreement``: how far people agree, on a file or on the store."""

from __future__ import annotations

from dataclasses import replace
from typing import Literal, cast

import click
from rich import box
from rich.text import Text

from review.basics.labels import SCALE_KINDS, ScaleKind
from review.commands.common import out, show_by_dimension
from review.commands.grid import Grid
from review.commands.inputs import (
    Source,
    bootstrap_option,
    ratings_from,
    scale_option,
    seed_option,
    source_options,
    values_option,
    wide_option,
)
from review.statistics.agreement.pairs import RaterPair
from review.statistics.agreement.report import AgreementReport, agreement_report
from review.statistics.agreement.words import plain_words
from review.statistics.quantity import Quantity

PAIRS_SHOWN = 20
VALUES_SHOWN = 12


@click.command()
@source_options("item,rater,label[,dimension]")
@scale_option()
@values_option
@click.option("--cluster", metavar="COLUMN", help="Column with the user or thread that items share.")
@wide_option
@bootstrap_option()
@seed_option
@click.option(
    "--se",
    type=click.Choice(["ratio", "gwet"]),
    default="ratio",
    show_default=True,
    help="Standard errors of AC1, AC2, Fleiss and Brennan-Prediger where some items have one rating: linearised over "
    "pairable items, or as Gwet (2014) prints them.",
)
def agreement(
    source: Source,
    scale: str | None,
    values: str | None,
    cluster: str | None,
    wide: bool,
    bootstrap: int,
    seed: int,
    se: Literal["ratio", "gwet"],
    as_json: bool,
) -> None:
    """Measure how far people agree: alpha, percent agreement, AC1 or AC2, kappas, with intervals.

    With --file on a table, else on the store: the last four weeks, or --weeks.
    """
    if source.file is not None and scale is None:
        raise click.UsageError(f"with --file, give the scale of the labels: --scale {'|'.join(SCALE_KINDS)}.")
    kind = cast(ScaleKind, scale or "nominal")
    found = ratings_from(source, scale=kind, values=values, cluster=cluster, wide=wide)
    reports = {name: agreement_report(r, bootstrap=bootstrap, seed=seed, se=se) for name, r in found.dimensions.items()}
    reports = {name: replace(r, warnings=(*r.warnings, *found.said.get(name, ()))) for name, r in reports.items()}
    show_by_dimension(reports, as_json, render_report, named=found.named, notes=found.notes)


def render_report(report: AgreementReport) -> None:
    """Print one report as tables for people, the headline first."""
    out.print(plain_words(report), markup=False, highlight=False)
    out.print(
        f"{report.items} items ({report.pairable_items} rated by two or more), {report.raters} raters, "
        f"{report.ratings} ratings, {report.scale} scale; " + _prevalence(report),
        style="dim",
        markup=False,
        highlight=False,
    )
    out.print(_coefficients(report))
    if report.raters > 1:
        out.print(_raters(report), _pairs(report.pairs))
    for warning in report.warnings:
        out.print(warning, style="yellow", markup=False, highlight=False)


def _prevalence(report: AgreementReport) -> str:
    shown = [f"{value} {100 * share:.0f}%" for value, share in report.prevalence.items()]
    return ", ".join(shown[:VALUES_SHOWN]) + (
        f", {len(shown) - VALUES_SHOWN} more" if len(shown) > VALUES_SHOWN else ""
    )


def _coefficients(report: AgreementReport) -> Grid:
    table = Grid("coefficient", "value", "95% interval", "std. error", "n", box=box.SIMPLE_HEAD)
    order = dict.fromkeys((*report.headline, *report.coefficients))
    reasons: dict[str, list[str]] = {}
    for name in order:
        q = report.coefficients[name]
        if q.undefined is not None:
            reasons.setdefault(q.undefined, []).append(name)
            continue
        table.add_row(
            Text(name, style="bold" if name in report.headline else ""), *_cells(q), str(q.n),
            end_section=name == report.headline[-1],
        )  # fmt: skip
    methods = dict.fromkeys(q.method for q in report.coefficients.values() if q.method)
    lines = [f"undefined: {', '.join(names)} - {reason}" for reason, names in reasons.items()]
    table.caption = Text("\n".join([*(f"interval: {m}" for m in methods), *lines]))
    table.caption_justify = "left"
    return table


def _cells(q: Quantity) -> tuple[str, str, str]:
    value = "" if q.value is None else f"{q.value:.3f}"
    interval = f"{q.ci[0]:.3f} to {q.ci[1]:.3f}" if q.ci is not None else "none"
    return value, interval, "" if q.shown_se is None else f"{q.shown_se:.3f}"


def _raters(report: AgreementReport) -> Grid:
    table = Grid("rater", "items", "agrees with the others' majority", "95% interval", "ties", box=box.SIMPLE_HEAD)
    for r in report.per_rater:
        share = f"{100 * r.agreement.value:.1f}%" if r.agreement.value is not None else str(r.agreement.undefined)
        ci = f"{100 * r.agreement.ci[0]:.0f}% to {100 * r.agreement.ci[1]:.0f}%" if r.agreement.ci else ""
        table.add_row(Text(r.rater), str(r.n), share, ci, str(r.ties))
    return table


def _pairs(pairs: tuple[RaterPair, ...]) -> Grid:
    table = Grid("pair", "items", "percent agreement", "Cohen's kappa", box=box.SIMPLE_HEAD)
    for p in pairs[:PAIRS_SHOWN]:
        percent = f"{100 * p.percent_agreement:.1f}%" if p.percent_agreement is not None else "never rated together"
        kappa = f"{p.cohen_kappa:.2f}" if p.cohen_kappa is not None else "undefined"
        table.add_row(Text(f"{p.first} - {p.second}"), str(p.n), percent, kappa)
    if len(pairs) > PAIRS_SHOWN:
        table.caption = f"{len(pairs) - PAIRS_SHOWN} more pairs with --json"
    return table
