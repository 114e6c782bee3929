"""``calibrate``: how far a judge may be trusted, measured against people, on a file or on the store."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar, cast

import click

from review.basics.errors import InputError
from review.basics.labels import canonical_text
from review.commands.calibrate_input import by_dimension, missing_option, needed, read_calibration, values_option
from review.commands.calibrate_render import show_calibration
from review.commands.common import (
    acting_person,
    as_option,
    emit,
    file_option,
    json_option,
    note,
    split_values,
    store_instead_of_file,
    store_option,
    weeks_option,
)
from review.current.verdicts import versions_with_verdicts
from review.evidence.evidence import Paired, paired_labels, weeks_between
from review.evidence.test_set_access import HALVES, Half, Looked, tunable
from review.judges.workbench.workbench import written_look
from review.people.people import require
from review.statistics.calibration.data import CalibrationData, calibration_data
from review.statistics.calibration.report import CalibrationReport, calibration_report
from review.statistics.calibration.shares import Missing
from storage.store import Store

T = TypeVar("T")

TWO_VALUES = ({"0", "1"}, {"false", "true"}, {"no", "yes"}, {"negative", "positive"}, {"fail", "pass"})
POSITIVE_OF_TWO = ("1", "true", "yes", "positive", "fail")
POSITIVE_OF_DIMENSION = {"correctness": "wrong", "politeness": "rude"}

split_option = click.option(
    "--split",
    type=click.Choice(HALVES),
    help="On the store: which half of the conversations. Default: all, and dev of a judge that can be tuned here, "
    "of which every look at test or all is written down and counted.",
)


@click.command()
@file_option("item,truth,verdict[,stratum,population][,weight][,score][,dimension]")
@click.option("--positive", metavar="VALUE", help="The class that recall, precision and specificity are about.")
@values_option
@missing_option
@click.option("--bootstrap", type=click.IntRange(0, 1_000_000), default=1000, show_default=True, help="Replicates.")
@click.option("--seed", type=click.IntRange(min=0), default=0, show_default=True, help="Seed of the replicates.")
@click.option("--judge", metavar="NAME[@VERSION]", help="On the store: which judge; without a version its latest.")
@click.option("--dimension", help="Only this dimension.")
@split_option
@weeks_option
@as_option
@store_option
@json_option
def calibrate(
    file: str | None,
    positive: str | None,
    values: str | None,
    missing: str,
    bootstrap: int,
    seed: int,
    judge: str | None,
    dimension: str | None,
    split: str | None,
    weeks: str | None,
    acting: str | None,
    store_path: str,
    as_json: bool,
) -> None:
    """Hold a judge's verdicts against what people settled, weighted by the sampling rates.

    On a file, or without --file on the store: the last four weeks, or --weeks.
    """
    how: dict[str, Any] = {"bootstrap": bootstrap, "seed": seed, "missing": missing}
    if file is not None:
        if split is not None:
            raise click.UsageError("--split is for judges of the store; a file has no halves.")
        found = of_dimension(_from_file(file, split_values(values)), dimension)
        reports = _reports(found, _positives(found, positive), **how)
        emit(by_dimension(reports), as_json, lambda: _show_reports(reports))
        return
    store = store_instead_of_file(store_path)
    chosen = weeks_between(store, weeks)
    pairs = _pairs(store, chosen, judge, dimension, cast(Half | None, split))
    data = {name: pair.data for name, pair in pairs.items()}
    who, half = next((p.judge, p.half) for p in pairs.values())
    looks = half != "dev" and tunable(store, who)
    # Who may not look is told so before anything is computed.
    by = require(store, acting_person(store, acting).id, "adjudicator").id if looks else ""
    reports = _reports(data, _positives_of(pairs, positive), **how)
    looked = written_look(store, who, chosen, reports, by=by) if looks else None
    result: dict[str, Any] = {"judge": str(who), "weeks": list(chosen), "split": half}
    result |= {"dimensions": {d: r.to_json() for d, r in reports.items()}}
    emit(result | ({"look": looked_json(looked)} if looked else {}), as_json, lambda: _show_reports(reports))
    note(f"{who}, {half if half == 'all' else f'{half} half'} of {', '.join(chosen)}")
    if looked is not None:
        note(f"This is {looked.sentence}.")


def looked_json(looked: Looked) -> dict[str, Any]:
    """A look as JSON: which judge, whose look, and the how manieth of this version and of the judge."""
    who = {"judge": looked.look.judge, "version": looked.look.version, "by": looked.look.by, "at": looked.look.at}
    return who | {"look": looked.of_version, "looks_at_judge": looked.of_judge}


def _reports(
    data: Mapping[str, CalibrationData], positives: Mapping[str, str | None], *, bootstrap: int, seed: int, missing: str
) -> dict[str, CalibrationReport]:
    how = cast(Missing, missing)
    return {
        name: calibration_report(one, positive=positives[name], bootstrap=bootstrap, seed=seed, missing=how)
        for name, one in data.items()
    }


def calibration_inputs(
    file: str | None,
    values: str | None,
    positive: str | None,
    store_path: str,
    weeks: str | None,
    judge: str | None,
    dimension: str | None,
) -> tuple[dict[str, CalibrationData], dict[str, str | None]]:
    """The pairs of truth and verdict by dimension, of a file or of the store, and each one's positive class.

    Of the store it is what may be seen without a look.
    """
    if file is None:
        store = store_instead_of_file(store_path)
        pairs = _pairs(store, weeks_between(store, weeks), judge, dimension, None)
        return {name: pair.data for name, pair in pairs.items()}, _positives_of(pairs, positive)
    found = of_dimension(_from_file(file, split_values(values)), dimension)
    return found, _positives(found, positive)


def of_dimension(found: dict[str, T], dimension: str | None) -> dict[str, T]:
    """The one dimension that was asked for, or all. Raises InputError that names those there are."""
    if dimension is not None and dimension not in found:
        raise InputError(f"--dimension: found '{dimension}', expected one of {', '.join(found) or 'none'}.")
    return found if dimension is None else {dimension: found[dimension]}


def _pairs(
    store: Store, weeks: tuple[str, ...], judge: str | None, dimension: str | None, split: Half | None
) -> dict[str, Paired]:
    """One judge beside the people by dimension; without a name the only one there is."""
    known = versions_with_verdicts(store, weeks)
    if judge is None and len(known) == 1:
        judge = next(iter(known))
    if judge is None:
        there = ", ".join(
            f"{name}@{v}" if len(versions) > 1 else name for name, versions in known.items() for v in versions
        )
        raise InputError(f"--judge: found none, expected one of {there or 'none yet: run a judge or import verdicts'}.")
    pairs = of_dimension(paired_labels(store, weeks, judge, split=split), dimension)
    if not pairs:
        raise InputError(f"--judge: '{judge}' has no verdict in a dimension that can be calibrated.")
    return pairs


def _positives_of(pairs: Mapping[str, Paired], positive: str | None) -> dict[str, str | None]:
    """The positive class that the option names, else the rubric's."""
    if positive is not None:
        return _positives({name: pair.data for name, pair in pairs.items()}, positive)
    return {name: pair.dimension.positive for name, pair in pairs.items()}


def _from_file(file: str | None, values: tuple[str, ...]) -> dict[str, CalibrationData]:
    rows, notes = read_calibration(needed(file, "item,truth,verdict"), values=values)
    for text in notes:
        note(text)
    return {dimension: calibration_data(group, values=values) for dimension, group in rows.items()}


def _positives(by_dimension: Mapping[str, CalibrationData], positive: str | None) -> dict[str, str | None]:
    """The positive class of each dimension: as asked, else the rubric's, else that of a yes/no scale, else none."""
    if positive is None:
        return {dimension: _default_positive(dimension, data.values) for dimension, data in by_dimension.items()}
    wanted = canonical_text(positive)
    if not any(wanted in data.values for data in by_dimension.values()):
        seen = ", ".join(dict.fromkeys(v for data in by_dimension.values() for v in data.values)) or "no values at all"
        raise InputError(
            f"--positive: found '{positive}', expected one of the values {seen}. "
            "Name one of them; --values declares one that happens not to occur."
        )
    return {
        dimension: wanted if wanted in data.values else _default_positive(dimension, data.values)
        for dimension, data in by_dimension.items()
    }


def _default_positive(dimension: str, values: tuple[str, ...]) -> str | None:
    usual = POSITIVE_OF_DIMENSION.get(dimension)
    if usual in values:
        return usual
    folded = {v.casefold(): v for v in values}
    if folded and any(set(folded) <= two for two in TWO_VALUES):
        return next((folded[name] for name in POSITIVE_OF_TWO if name in folded), None)
    return None


def _show_reports(reports: Mapping[str, CalibrationReport]) -> None:
    for dimension, report in reports.items():
        show_calibration(report, title=dimension)
