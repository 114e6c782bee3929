"""``calibrate``: how far a judge can be trusted, measured against people, on a file or on the store."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any, cast

import click

from review.basics.errors import InputError
from review.basics.labels import canonical_text, spelled
from review.commands.calibrate_input import by_dimension, needed, read_calibration
from review.commands.calibrate_render import show_calibration
from review.commands.common import acting_person, as_option, emit, note, split_values
from review.commands.inputs import (
    Source,
    bootstrap_option,
    judge_option,
    missing_option,
    positive_option,
    seed_option,
    source_options,
    split_option,
    values_option,
)
from review.current.verdicts import versions_with_verdicts
from review.evidence.chosen_weeks import weeks_between
from review.evidence.evidence import Paired, paired_labels
from review.evidence.test_set_access import CountedAccess, Half
from review.judges.workbench.workbench import written_look
from review.people.people import require
from review.statistics.calibration.data import CalibrationData, calibration_data
from review.statistics.calibration.report import CalibrationReport, calibration_report
from review.statistics.calibration.shares import Missing
from storage.store import Store

TWO_VALUES = ({"0", "1"}, {"false", "true"}, {"no", "yes"}, {"negative", "positive"}, {"fail", "pass"})
POSITIVE_OF_TWO = ("1", "true", "yes", "positive", "fail")
POSITIVE_OF_DIMENSION = {"correctness": "wrong", "politeness": "rude"}


@dataclass(frozen=True)
class CalibrationInput:
    """The calibration data of one dimension and its positive value, None when there is none.

    ``notes`` are the sentences about the file.
    """

    data: CalibrationData
    positive: str | None
    notes: tuple[str, ...] = ()


@click.command()
@source_options("item,truth,verdict[,stratum,population][,weight][,score][,dimension]")
@positive_option
@values_option
@missing_option
@bootstrap_option(1_000_000)
@seed_option
@judge_option
@split_option
@as_option
def calibrate(
    source: Source,
    positive: str | None,
    values: str | None,
    missing: str,
    bootstrap: int,
    seed: int,
    judge: str | None,
    split: str | None,
    acting: str | None,
    as_json: bool,
) -> None:
    """Compare a judge's verdicts with the labels that people settled, weighted by the sampling rates.

    With --file on a table, else on the store: the last four weeks, or --weeks.
    """

    def reports_of(inputs: Mapping[str, CalibrationInput]) -> dict[str, CalibrationReport]:
        return {
            name: calibration_report(
                one.data, positive=one.positive, bootstrap=bootstrap, seed=seed, missing=cast(Missing, missing)
            )
            for name, one in inputs.items()
        }

    if source.file is not None:
        if split is not None:
            raise click.UsageError("--split needs a judge of the store; leave it out with --file.")
        inputs = _from_file(source, values, positive)
        reports, notes = reports_of(inputs), next(iter(inputs.values())).notes
        emit(by_dimension(reports, notes), as_json, lambda: _show_reports(reports))
        return
    store = source.store()
    weeks, pairs = _pairs(store, source, judge, cast(Half | None, split))
    first = next(iter(pairs.values()))
    # Check the role before computing anything.
    by = require(store, acting_person(store, acting).id, "adjudicator").id if first.must_record else ""
    reports = reports_of(_from_pairs(pairs, positive))
    access = written_look(store, first.judge, weeks, reports, by=by) if first.must_record else None
    result: dict[str, Any] = {"judge": str(first.judge), "weeks": list(weeks), "split": first.half}
    result["dimensions"] = {d: r.to_json() for d, r in reports.items()}
    if access is not None:
        result["look"] = access_json(access)
    emit(result, as_json, lambda: _show_reports(reports))
    note(f"{first.judge}, {first.half if first.half == 'all' else f'{first.half} half'} of {', '.join(weeks)}")
    if access is not None:
        note(f"This is {access.sentence}.")


def access_json(access: CountedAccess) -> dict[str, Any]:
    """Return a look at the test half as JSON: the judge, who looked, and its number for the version and the judge."""
    made = access.record
    return {
        "judge": made.judge,
        "version": made.version,
        "by": made.by,
        "at": made.at,
        "look": access.of_version,
        "looks_at_judge": access.of_judge,
    }


def calibration_inputs(
    source: Source, *, values: str | None, positive: str | None, judge: str | None
) -> dict[str, CalibrationInput]:
    """Return the calibration input by dimension, of a file or of the store.

    On the store it is the half that anybody may see without a recorded look.
    """
    if source.file is not None:
        return _from_file(source, values, positive)
    return _from_pairs(_pairs(source.store(), source, judge, None)[1], positive)


def _pairs(
    store: Store, source: Source, judge: str | None, split: Half | None
) -> tuple[tuple[str, ...], dict[str, Paired]]:
    """Return the weeks, and one judge paired with the people by dimension; without a name, the only judge there is."""
    weeks = weeks_between(store, source.weeks)
    known = versions_with_verdicts(store, weeks)
    if judge is None and len(known) == 1:
        judge = next(iter(known))
    if judge is None:
        names = ", ".join(
            f"{name}@{v}" if len(versions) > 1 else name for name, versions in known.items() for v in versions
        )
        if not names:
            raise InputError(f"no judge has a verdict in {', '.join(weeks)}. Run a judge or import verdicts.")
        raise InputError(f"Name the judge with --judge: one of {names}.")
    pairs = source.only(paired_labels(store, weeks, judge, split=split))
    if not pairs:
        raise InputError(f"--judge: '{judge}' has no verdict in a dimension with a calibration (sets have none).")
    return weeks, pairs


def _from_pairs(pairs: Mapping[str, Paired], positive: str | None) -> dict[str, CalibrationInput]:
    """Take the positive value from the option, else from the rubric."""
    if positive is not None:
        return _with_positive({name: pair.data for name, pair in pairs.items()}, positive)
    return {name: CalibrationInput(pair.data, pair.dimension.positive) for name, pair in pairs.items()}


def _from_file(source: Source, values: str | None, positive: str | None) -> dict[str, CalibrationInput]:
    declared = split_values(values)
    also = () if positive is None else (positive,)
    rows, sentences = read_calibration(needed(source.file, "item,truth,verdict"), values=declared, also=also)
    for text in sentences.notes:
        note(text)
    data = {d: calibration_data(group, values=declared) for d, group in rows.items()}
    data = {d: replace(one, notes=(*one.notes, *sentences.said.get(d, ()))) for d, one in data.items()}
    found = _with_positive(source.only(data), positive)
    return {d: replace(one, notes=sentences.notes) for d, one in found.items()}


def _with_positive(data: Mapping[str, CalibrationData], positive: str | None) -> dict[str, CalibrationInput]:
    """Give each dimension its positive value: the option, else the usual one of the name or of a yes/no scale."""
    wanted = None if positive is None else canonical_text(positive)
    if wanted is not None:
        seen_values = dict.fromkeys(v for one in data.values() for v in one.values)
        wanted = spelled(wanted, tuple(seen_values)) or wanted
    if wanted is not None and not any(wanted in one.values for one in data.values()):
        seen = ", ".join(dict.fromkeys(v for one in data.values() for v in one.values)) or "no values at all"
        raise InputError(
            f"--positive: found '{positive}', expected one of the values {seen}. "
            "Give one of these, or declare a value that does not occur with --values."
        )
    return {
        name: CalibrationInput(one, wanted if wanted in one.values else _default_positive(name, one.values))
        for name, one in data.items()
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
