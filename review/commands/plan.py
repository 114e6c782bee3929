"""``spotcheck plan``: how many more items an interval of a wanted width needs, from the data so far."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict
from typing import cast

import click

from review.basics.labels import ScaleKind
from review.commands.calibrate import CalibrationInput, calibration_inputs
from review.commands.common import emit, out
from review.commands.inputs import (
    Source,
    judge_option,
    positive_option,
    ratings_from,
    scale_option,
    source_options,
    values_option,
)
from review.commands.numbers import INNER_SHARE
from review.commands.quality import from_file, reports_on_store
from review.statistics.agreement.coefficients import headline
from review.statistics.agreement.estimate import estimate
from review.statistics.quality.planner import (
    SampleSizePlan,
    plan_agreement,
    plan_quality,
    plan_recall,
    plan_sentence,
)

half_width_option = click.option(
    "--half-width",
    type=INNER_SHARE,
    required=True,
    help="Half of the interval's width, such as 0.05.",
)


@click.group("plan")
def plan_group() -> None:
    """How many more items make a figure as precise as you want."""


@plan_group.command("agreement")
@source_options("item,rater,label[,dimension]")
@scale_option("nominal")
@values_option
@half_width_option
def plan_for_agreement(source: Source, scale: str, values: str | None, half_width: float, as_json: bool) -> None:
    """Plan the items, rated by several people, for agreement beyond chance (alpha) ± half-width."""
    found = ratings_from(source, scale=cast(ScaleKind, scale), values=values)
    plans = {
        name: plan_agreement(estimate(ratings, headline(ratings.scale)[0]), half_width)
        for name, ratings in found.dimensions.items()
    }
    _show(plans, as_json, named=found.named)


@plan_group.command("recall")
@source_options("item,truth,verdict[,...]")
@positive_option
@values_option
@judge_option
@half_width_option
def plan_for_recall(
    source: Source, positive: str | None, values: str | None, judge: str | None, half_width: float, as_json: bool
) -> None:
    """Plan the labelled items for a judge's recall ± half-width."""
    inputs = calibration_inputs(source, values=values, positive=positive, judge=judge)
    plans = {name: plan for name, one in inputs.items() if (plan := _plan_recall(one, half_width)) is not None}
    if not plans:
        raise click.UsageError("give the positive value with --positive.")
    _show(plans, as_json, named=list(plans) != [""])


def _plan_recall(one: CalibrationInput, half_width: float) -> SampleSizePlan | None:
    if one.positive is None:
        return None
    data = one.data
    code = data.values.index(one.positive)
    compared = data.labelled & (data.verdict >= 0)
    positives = compared & (data.truth == code)
    caught = positives & (data.verdict == code)
    return plan_recall(int(caught.sum()), int(positives.sum()), int(compared.sum()), half_width, positive=one.positive)


@plan_group.command("quality")
@source_options("item,verdict,truth[,stratum,population]")
@positive_option
@half_width_option
def plan_for_quality(source: Source, positive: str | None, half_width: float, as_json: bool) -> None:
    """Plan the labels for the share of production ± half-width."""
    if source.file is not None:
        if positive is None:
            raise click.UsageError("give the positive value with --positive.")
        plans = {"": plan_quality(from_file(source.file, positive)[0].strata, half_width)}
    else:
        _, found = reports_on_store(source, positive=positive)
        plans = {name: plan_quality(one.report.strata, half_width) for name, one in found.items()}
    _show(plans, as_json, named=source.file is None)


def _show(plans: Mapping[str, SampleSizePlan], as_json: bool, *, named: bool) -> None:
    """Print one plan per dimension, as a sentence or as JSON."""
    objects = {name: asdict(plan) for name, plan in plans.items()}

    def render() -> None:
        for name, plan in plans.items():
            start = f"{name}: " if named else ""
            out.print(start + plan_sentence(plan), highlight=False, markup=False)

    emit({"dimensions": objects} if named else next(iter(objects.values())), as_json, render)
