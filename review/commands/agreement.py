"""``spotcheck agreement``: how far people agree, from a file."""

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
from review.statistics.agreement.pairs import Pair
from review.statistics.agreement.report import AgreementReport, agreement_report
from review.statistics.agreement.words import decimal, plain_words
from review.statistics.quantity import Quantity

PAIRS_SHOWN = 20
VALUES_SHOWN = 12


@click.command()
@file_option("item,rater,label[,dimension]")
@click.option("--scale", type=click.Choice(SCALE_KINDS), help="How the labels are measured; never guessed.")
@click.option("--values", help="All values of the scale in order, comma-separated; required for ordinal text.")
@click.option("--dimension", help="Only this dimension.")
@click.option("--cluster", metavar="COLUMN", help="Column with the user or thread that items share; drawn as a whole.")
@click.option(
    "--bootstrap", type=click.IntRange(min=0), default=1000, show_default=True, help="Replicates; 0 for analytic."
)
@click.option("--seed", type=click.IntRange(min=0), default=0, show_default=True, help="Seed of the bootstrap.")
@weeks_option
@store_option
@json_option
def agreement(
    file: str | None,
    scale: str | None,
    values: str | None,
    dimension: str | None,
    cluster: str | None,
    bootstrap: int,
    seed: int,
    weeks: str | None,
    store_path: str,
    as_json: bool,
) -> None:
    """Agreement among people: alpha, percent agreement, AC1 or AC2 and their kin, with intervals.

    On a file, or without --file on the store: the last four weeks, or --weeks.
    """
    if file is None:
        found = ratings_on_store(store_instead_of_file(store_path), weeks, dimension)
        reports = reports_of(found, bootstrap=bootstrap, seed=seed)
        show_by_dimension(reports, as_json, render_report, named=True)
        return
    if scale is None:
        raise click.UsageError(f"say how the labels are measured: --scale {'|'.join(SCALE_KINDS)}.")
    kind = cast(ScaleKind, scale)
    read = read_ratings(file, kind=kind, values=split_values(values), dimension=dimension, cluster=cluster)
    for remark in read.notes:
        note(remark)
    reports = reports_of(read.dimensions, bootstrap=bootstrap, seed=seed)
    show_by_dimension(reports, as_json, render_report, named=read.named)


def reports_of(dimensions: Mapping[str, Ratings], *, bootstrap: int, seed: int) -> dict[str, AgreementReport]:
    """One report per dimension."""
    return {name: agreement_report(r, bootstrap=bootstrap, seed=seed) for name, r in dimensions.items()}


def render_report(report: AgreementReport) -> None:
    """One report as tables for people, the headline first."""
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
    shown = [f"{value} {100 * share:.0f} %" for value, share in report.prevalence.items()]
    return ", ".join(shown[:VALUES_SHOWN]) + (
        f", {len(shown) - VALUES_SHOWN} more" if len(shown) > VALUES_SHOWN else ""
    )


def _coefficients(report: AgreementReport) -> Table:
    table = Table("coefficient", "value", "95 % interval", "std. error", "n", box=box.SIMPLE_HEAD)
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
    return value, interval, "" if q.se is None else f"{q.se:.3f}"


def _raters(report: AgreementReport) -> Table:
    table = Table("rater", "items", "agrees with the others' majority", "95 % interval", "ties", box=box.SIMPLE_HEAD)
    for r in report.per_rater:
        share = f"{100 * r.agreement.value:.1f} %" if r.agreement.value is not None else str(r.agreement.undefined)
        ci = f"{100 * r.agreement.ci[0]:.0f} to {100 * r.agreement.ci[1]:.0f} %" if r.agreement.ci else ""
        table.add_row(Text(r.rater), str(r.n), share, ci, str(r.ties))
    return table


def _pairs(pairs: tuple[Pair, ...]) -> Table:
    table = Table("pair", "items", "percent agreement", "Cohen's kappa", box=box.SIMPLE_HEAD)
    for p in pairs[:PAIRS_SHOWN]:
        percent = f"{100 * p.percent_agreement:.1f} %" if p.percent_agreement is not None else "never rated together"
        kappa = decimal(p.cohen_kappa) if p.cohen_kappa is not None else "undefined"
        table.add_row(Text(f"{p.first} - {p.second}"), str(p.n), percent, kappa)
    if len(pairs) > PAIRS_SHOWN:
        table.caption = f"{len(pairs) - PAIRS_SHOWN} more pairs with --json"
    return table
