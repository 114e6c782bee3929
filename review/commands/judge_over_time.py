"""``spotcheck judge over-time``: judges from week to week, and how far they agree with each other."""

from __future__ import annotations

from typing import Any

import click
from rich.markup import escape

from review.commands.common import LAST_FOUR, emit, json_option, note, opened, out, store_option, weeks_option
from review.commands.grid import Grid
from review.judges.workbench.over_time import OverTime, all_over_time, judge_agreement, over_time, weeks_over_time
from review.statistics.agreement.report import AgreementReport
from review.statistics.calibration.drift import WeekFigure, plain_words
from review.statistics.quantity import Quantity


@click.command("over-time")
@click.argument("refs", metavar="[NAME[@VERSION]]...", nargs=-1)
@click.option("--dimension", help="Only this dimension.")
@click.option("--bootstrap", type=click.IntRange(0, 1_000_000), default=1000, show_default=True, help="Replicates.")
@click.option("--seed", type=click.IntRange(min=0), default=0, show_default=True, help="Seed of the replicates.")
@weeks_option(LAST_FOUR)
@store_option
@json_option
def over_time_command(
    refs: tuple[str, ...],
    dimension: str | None,
    bootstrap: int,
    seed: int,
    weeks: str | None,
    store_path: str,
    as_json: bool,
) -> None:
    """Follow judges over the weeks: precision and recall with intervals, and an alarm when the newest week leaves
    the band of the four weeks before it.

    Without names: all judges of these weeks with verdicts in the dimension. The default is the last twelve weeks under
    one rubric. With several judges, their agreement with each other follows.
    """
    store = opened(store_path)
    chosen = weeks_over_time(store, weeks)
    if refs:
        found = [over_time(store, chosen, name, dimension=dimension, seed=seed) for name in refs]
    else:
        found = all_over_time(store, chosen, dimension=dimension, seed=seed)
    agreed = judge_agreement(store, chosen, names=refs, bootstrap=bootstrap, seed=seed) if len(found) > 1 else {}
    agreed = {name: report for name, report in agreed.items() if dimension in (None, name)}
    result: dict[str, Any] = {
        "weeks": list(chosen),
        "judges": [one.to_json() for one in found],
        "agreement": {name: report.to_json() for name, report in agreed.items()},
    }
    note(f"weeks {', '.join(chosen)}")

    def render() -> None:
        for one in found:
            render_over_time(one)
        for name, report in agreed.items():
            render_agreement(name, report)

    emit(result, as_json, render)


def render_over_time(one: OverTime) -> None:
    """Print a table of weeks for each dimension, and what the newest week shows."""
    half = "" if one.half == "all" else f", {one.half} half"
    for name, found in one.dimensions.items():
        positive = f" of '{found.positive}'" if found.positive else ""
        title = escape(f"{one.judge} · {name}{positive}{half}")
        table = Grid("week", "n", title=title, title_justify="left")
        for figure in found.figures:
            table.add_column(f"{figure},\nin production")
            table.add_column(f"{figure},\nas reviewed")
        for k, (week, n) in enumerate(found.compared.items()):
            cells = [(_share(rows[k].weighted), _watched(rows[k])) for rows in found.figures.values()]
            table.add_row(week, str(n), *(text for two in cells for text in two))
        table.caption = "Only ↓ and ↑ mark a change: the interval left the band of the four weeks before."
        out.print(table)
        for sentence in plain_words(found):
            out.print(sentence, markup=False, highlight=False)


def render_agreement(dimension: str, report: AgreementReport) -> None:
    """Print the agreement of each pair of judges, and the headline coefficients among all."""
    table = Grid("judges", "n", "same", "kappa", title=escape(f"Judges among themselves · {dimension}"))
    table.title_justify = "left"
    for pair in report.pairs:
        shares = ("-" if x is None else f"{x:.2f}" for x in (pair.percent_agreement, pair.cohen_kappa))
        table.add_row(escape(f"{pair.first} / {pair.second}"), str(pair.n), *shares)
    out.print(table)
    for name in report.headline:
        out.print(f"{name.replace('_', ' ')}: {report.coefficients[name]}", markup=False, highlight=False)


def _watched(row: WeekFigure) -> str:
    arrow = {"fell": " ↓", "rose": " ↑"}.get(row.moved or "", "")
    return f"{_share(row.reviewed)}{arrow}"


def _share(quantity: Quantity) -> str:
    if quantity.value is None:
        return "undefined"
    ends = f" [{quantity.ci[0]:.2f}, {quantity.ci[1]:.2f}]" if quantity.ci else ""
    return f"{quantity.value:.2f}{ends}"
