"""``spotcheck ab``: two groups of users compared on business figures, from a table of outcomes or from the log."""

from __future__ import annotations

import click
from rich.text import Text

from review.basics.errors import InputError
from review.basics.log_paths import log_of
from review.basics.times import read_time
from review.basics.words import counted
from review.commands.common import emit, json_option, note, opened, out, store_option
from review.commands.grid import Grid
from review.commands.numbers import INNER_SHARE, Number
from review.monitoring.ab_input import groups_of_log, read_outcomes
from review.statistics.ab_test import LEAST_DAYS, AbReport, compare_groups
from review.statistics.quantity import Quantity


@click.command("ab")
@click.option(
    "--outcomes", metavar="FILE",
    help="A table with user, variant, metric, value and exposed_at: CSV, JSONL or Parquet; - is standard input. "
    "Default: the variants of the log.",
)  # fmt: skip
@click.option("--control", metavar="VARIANT", help="The group to compare with. Default: the one called control.")
@click.option("--treated", metavar="VARIANT", help="The other group. Default: the only other one.")
@click.option(
    "--share", type=INNER_SHARE, default=0.5, show_default=True,
    help="The planned share of users in the treated group.",
)  # fmt: skip
@click.option("--min-days", type=Number(0), default=LEAST_DAYS, show_default=True, help="Least duration.")
@click.option("--until", metavar="D", help="When the outcomes were read. Default: the last exposure.")
@store_option
@json_option
@click.pass_context
def ab(
    context: click.Context,
    *,
    outcomes: str | None,
    control: str | None,
    treated: str | None,
    share: float,
    min_days: float,
    until: str | None,
    store_path: str,
    as_json: bool,
) -> None:
    """Compare two groups of users: the difference for each user with its interval.

    Users without a value count as zero, also those of a group without the product. Exit code 1: the split of the groups
    is broken, so nothing is compared. 3: not enough yet.
    """
    if outcomes is None:
        if until:
            raise click.UsageError("--until needs --outcomes: the log says itself when it ends.")
        groups = groups_of_log(log_of(opened(store_path).path), control=control, treated=treated)
    else:
        ended = read_time(until) if until else None
        if until and ended is None:
            raise InputError(f"--until: found {until!r}, expected a date such as 2026-11-30.")
        groups, notes = read_outcomes(outcomes, control=control, treated=treated, until=ended)
        for text in notes:
            note(text)
    report = compare_groups(groups, share=share, least_days=min_days)
    emit(report.to_json(), as_json, lambda: _render(report))
    if report.broken:
        context.exit(1)
    if not report.enough or not any(one.shown for one in report.metrics.values()):
        context.exit(3)


def _render(report: AbReport) -> None:
    out.print(report.sentence, style="bold", highlight=False, markup=False)
    groups = report.groups
    table = Grid(box=None, pad_edge=False)
    for k, name in enumerate(("metric, for each user", groups.control, groups.treated, "difference (95% interval)")):
        table.add_column(Text(name), justify="right" if k else "left")
    for name, one in report.metrics.items():
        table.add_row(Text(name), _number(one.control), _number(one.treated), _number(one.difference, interval=True))
    out.print(table)
    sizes = [f"{name}: {counted(groups.users.get(name, 0), 'user')}" for name in (groups.control, groups.treated)]
    out.print("; ".join(sizes), style="dim", highlight=False, markup=False)
    for text in groups.warnings:
        note(text)


def _number(one: Quantity, *, interval: bool = False) -> str:
    if one.value is None:
        return "–"
    return f"{one.value:.3g}" + (f" ({one.ci[0]:.3g} to {one.ci[1]:.3g})" if interval and one.ci else "")
