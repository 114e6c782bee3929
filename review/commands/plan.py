"""``spotcheck plan``: how many more items an interval of a wanted width takes, from the data so far."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict
from typing import Any, cast

import click

from review.basics.labels import SCALE_KINDS, ScaleKind
from review.commands.calibrate import calibration_inputs
from review.commands.common import (
    emit,
    file_option,
    json_option,
    out,
    ratings_on_store,
    split_values,
    store_instead_of_file,
    store_option,
    weeks_option,
)
from review.commands.quality import from_file, reports_on_store
from review.statistics.agreement.coefficients import headline
from review.statistics.agreement.estimate import estimate
from review.statistics.agreement.files import read_ratings
from review.statistics.quality.planner import Plan, plan_agreement, plan_quality, plan_recall

half_width_option = click.option(
    "--half-width", type=click.FloatRange(0, 1, min_open=True, max_open=True), required=True, help="Such as 0.05."
)


@click.group("plan")
def plan_group() -> None:
    """How many more items would make a figure as sure as you want it."""


def both(columns: str) -> Callable[[Any], Any]:
    """The options that all planners share: a file or the store, the half-width, JSON."""

    def wrap(function: Any) -> Any:
        for option in (json_option, store_option, weeks_option, half_width_option, file_option(columns)):
            function = option(function)
        return function

    return wrap


@plan_group.command("agreement")
@click.option("--scale", type=click.Choice(SCALE_KINDS), default="nominal", show_default=True)
@click.option("--values", help="All values of the scale in order, comma-separated.")
@click.option("--dimension", help="Only this dimension.")
@both("item,rater,label[,dimension]")
def plan_for_agreement(
    file: str | None,
    scale: str,
    values: str | None,
    dimension: str | None,
    half_width: float,
    weeks: str | None,
    store_path: str,
    as_json: bool,
) -> None:
    """Items rated by several people for alpha to be known to ± half-width."""
    if file is None:
        found = ratings_on_store(store_instead_of_file(store_path), weeks, dimension)
    else:
        kind = cast(ScaleKind, scale)
        read = read_ratings(file, kind=kind, values=split_values(values), dimension=dimension)
        found = {name if read.named else "": ratings for name, ratings in read.dimensions.items()}
    plans = {
        name: plan_agreement(estimate(ratings, headline(ratings.scale)[0]), half_width)
        for name, ratings in found.items()
    }
    _show(plans, as_json)


@plan_group.command("recall")
@click.option("--positive", metavar="VALUE", help="The class whose recall it is about.")
@click.option("--values", help="The scale's values in order, comma-separated.")
@click.option("--judge", metavar="NAME", help="On the store: which judge.")
@click.option("--dimension", help="Only this dimension.")
@both("item,truth,verdict[,...]")
def plan_for_recall(
    file: str | None,
    positive: str | None,
    values: str | None,
    judge: str | None,
    dimension: str | None,
    half_width: float,
    weeks: str | None,
    store_path: str,
    as_json: bool,
) -> None:
    """Labelled items for a judge's recall to be known to ± half-width."""
    data, chosen = calibration_inputs(file, values, positive, store_path, weeks, judge, dimension)
    plans = {}
    for name, one in data.items():
        wanted = chosen[name]
        if wanted is None:
            continue
        code = one.values.index(wanted)
        compared = one.labelled & (one.verdict >= 0)
        positives = compared & (one.truth == code)
        caught = positives & (one.verdict == code)
        plans[name] = plan_recall(int(caught.sum()), int(positives.sum()), int(compared.sum()), half_width)
    if not plans:
        raise click.UsageError("name the class with --positive.")
    _show(plans, as_json)


@plan_group.command("quality")
@click.option("--positive", metavar="V", help="The value whose share is estimated.")
@click.option("--dimension", help="On the store: only this dimension.")
@both("item,verdict,truth[,stratum,population]")
def plan_for_quality(
    file: str | None,
    positive: str | None,
    dimension: str | None,
    half_width: float,
    weeks: str | None,
    store_path: str,
    as_json: bool,
) -> None:
    """Labels for the share of production to be known to ± half-width."""
    if file is not None:
        if positive is None:
            raise click.UsageError("name the value with --positive.")
        reports = {"": from_file(file, positive)}
    else:
        store = store_instead_of_file(store_path)
        _, found = reports_on_store(store, weeks, None, dimension, positive)
        reports = {name: report for name, (_, _, report) in found.items()}
    _show({name: plan_quality(report.strata, half_width) for name, report in reports.items()}, as_json)


def _show(plans: dict[str, Plan], as_json: bool) -> None:
    """One plan per dimension, as a sentence or as JSON."""
    objects = {name: asdict(plan) for name, plan in plans.items()}
    named = list(plans) != [""]

    def render() -> None:
        for name, plan in plans.items():
            start = f"{name}: " if name else ""
            out.print(start + sentence(plan), highlight=False, markup=False)

    emit({"dimensions": objects} if named else objects[""], as_json, render)


def sentence(plan: Plan) -> str:
    """A plan in words."""
    if plan.needed is None:
        return f"cannot be planned: {plan.undefined}"
    now = f", which give ± {plan.half_width_now:.3f}" if plan.half_width_now is not None else ""
    return f"{plan.more or 'no'} more items for ± {plan.half_width:g}: {plan.needed} instead of {plan.now} now{now}"
