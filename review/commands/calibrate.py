"""``calibrate``, ``compare-judges`` and ``alt-test``: how far a judge may be trusted, measured against people."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, cast

import click

from review.calibration.alt_test import Scoring
from review.calibration.alt_test import alt_test as run_alt_test
from review.calibration.compare import compare_judges as compare_pairs
from review.calibration.compare import judge_accuracy
from review.calibration.data import CalibrationData, calibration_data
from review.calibration.report import CalibrationReport, calibration_report
from review.calibration.shares import Missing
from review.commands.calibrate_input import VerdictTable, read_calibration, read_ratings, read_verdicts
from review.commands.calibrate_render import show_alt_test, show_calibration, show_pairs
from review.commands.common import (
    emit,
    file_option,
    json_option,
    note,
    split_values,
    store_instead_of_file,
    store_option,
    weeks_option,
)
from review.errors import InputError
from review.evidence import judges, paired_labels, weeks_between
from review.labels import canonical_text, ratings_of
from review.words import counted
from storage.store import Store

TWO_VALUES = ({"0", "1"}, {"false", "true"}, {"no", "yes"}, {"negative", "positive"}, {"fail", "pass"})
POSITIVE_OF_TWO = ("1", "true", "yes", "positive", "fail")
POSITIVE_OF_DIMENSION = {"correctness": "wrong", "politeness": "rude"}

values_option = click.option("--values", help="The scale's values in order, a,b,c; other verdicts are no verdict.")
missing_option = click.option(
    "--missing",
    type=click.Choice(["drop", "wrong"]),
    default="drop",
    show_default=True,
    help="Labelled items without a verdict: leave them out (and count them), or count them as wrong.",
)


@click.command()
@file_option("item,truth,verdict[,stratum,population][,weight][,score][,dimension]")
@click.option("--positive", metavar="VALUE", help="The class that recall, precision and specificity are about.")
@values_option
@missing_option
@click.option("--bootstrap", type=click.IntRange(0, 1_000_000), default=1000, show_default=True, help="Replicates.")
@click.option("--seed", type=click.IntRange(min=0), default=0, show_default=True, help="Seed of the replicates.")
@click.option("--judge", metavar="NAME", help="On the store: which judge.")
@click.option("--dimension", help="Only this dimension.")
@weeks_option
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
    weeks: str | None,
    store_path: str,
    as_json: bool,
) -> None:
    """Hold a judge's verdicts against what people settled, weighted by the sampling rates.

    On a file, or without --file on the store: the last four weeks, or --weeks.
    """
    by_dimension, chosen = calibration_inputs(file, values, positive, store_path, weeks, judge, dimension)
    reports = {
        dimension: calibration_report(
            data, positive=chosen[dimension], bootstrap=bootstrap, seed=seed, missing=cast(Missing, missing)
        )
        for dimension, data in by_dimension.items()
    }
    result = (
        _by_dimension(reports) if file is not None else {"dimensions": {d: r.to_json() for d, r in reports.items()}}
    )
    emit(result, as_json, lambda: _show_reports(reports))


def calibration_inputs(
    file: str | None,
    values: str | None,
    positive: str | None,
    store_path: str,
    weeks: str | None,
    judge: str | None,
    dimension: str | None,
) -> tuple[dict[str, CalibrationData], dict[str, str | None]]:
    """The pairs of truth and verdict by dimension, of a file or of the store, and each one's positive class."""
    if file is None:
        return _from_store(store_instead_of_file(store_path), weeks, judge, dimension, positive)
    found = _of_dimension(_from_file(file, split_values(values)), dimension)
    return found, _positives(found, positive)


def _of_dimension(found: dict[str, CalibrationData], dimension: str | None) -> dict[str, CalibrationData]:
    if dimension is not None and dimension not in found:
        raise InputError(f"--dimension: found '{dimension}', expected one of {', '.join(found) or 'none'}.")
    return found if dimension is None else {dimension: found[dimension]}


def _from_store(
    store: Store, weeks: str | None, judge: str | None, dimension: str | None, positive: str | None
) -> tuple[dict[str, CalibrationData], dict[str, str | None]]:
    """The pairs of one judge by dimension, and the positive class that the rubric or the option names."""
    chosen = weeks_between(store, weeks)
    known = judges(store, chosen)
    if judge is None and len(known) == 1:
        judge = known[0]
    if judge is None:
        raise InputError(
            f"--judge: found none, expected one of {', '.join(known) or 'none yet: import verdicts first'}."
        )
    pairs = paired_labels(store, chosen, judge)
    data = _of_dimension({name: pair.data for name, pair in pairs.items()}, dimension)
    if positive is not None:
        return data, _positives(data, positive)
    return data, {name: pairs[name].dimension.positive for name in data}


def _from_file(file: str | None, values: tuple[str, ...]) -> dict[str, CalibrationData]:
    rows, notes = read_calibration(_needed(file, "item,truth,verdict"), values=values)
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


@click.command("compare-judges")
@file_option("item,truth,verdict_a,verdict_b[,verdict_c...][,dimension]")
@values_option
@missing_option
@json_option
def compare_judges(file: str | None, values: str | None, missing: str, as_json: bool) -> None:
    """Test which of several judges is right more often on the same items (McNemar; Holm over all pairs)."""
    tables, notes = read_verdicts(_needed(file, "item,truth,verdict_a,verdict_b"), values=split_values(values))
    for text in notes:
        note(text)
    how = cast(Missing, missing)
    results = {dimension: _compared(table, how) for dimension, table in tables.items()}

    def show() -> None:
        for dimension, table in tables.items():
            pairs = compare_pairs(table.truth, table.verdicts, missing=how)
            accuracies = {j: judge_accuracy(table.truth, v, missing=how) for j, v in table.verdicts.items()}
            show_pairs(pairs, accuracies, title=dimension)

    emit(results[""] if list(results) == [""] else {"dimensions": results}, as_json, show)


def _compared(table: VerdictTable, missing: Missing) -> dict[str, Any]:
    pairs = compare_pairs(table.truth, table.verdicts, missing=missing)
    result: dict[str, Any] = {}
    if len(pairs) == 1:
        only = pairs[0].to_json()
        result = {key: only[key] for key in ("n", "b", "c", "no_verdict", "mcnemar")}
    result["judges"] = [
        {"judge": j, "accuracy": judge_accuracy(table.truth, v, missing=missing).to_json()}
        for j, v in table.verdicts.items()
    ]
    result["pairs"] = [pair.to_json() for pair in pairs]
    if table.unreadable:
        count = f"{counted(table.unreadable, 'verdict')} outside the declared values"
        result["warnings"] = [f"{count}: they count as no verdict."]
    else:
        result["warnings"] = []
    return result


@click.command("alt-test")
@file_option("item,rater,label[,dimension], the judge among the raters")
@click.option("--judge", metavar="NAME", required=True, help="Which of the raters is the judge.")
@click.option(
    "--epsilon",
    type=click.FloatRange(0, 1),
    default=0.2,
    show_default=True,
    help="What a person's effort is worth: .2 expert, .15 skilled, .1 crowd.",
)
@click.option("--scoring", type=click.Choice(["accuracy", "rmse"]), default="accuracy", show_default=True)
@click.option(
    "--q",
    type=click.FloatRange(0, 1, min_open=True, max_open=True),
    default=0.05,
    show_default=True,
    help="False discovery rate over the people.",
)
@values_option
@json_option
def alt_test(
    file: str | None, judge: str, epsilon: float, scoring: str, q: float, values: str | None, as_json: bool
) -> None:
    """Test whether a judge may stand in for one of the people (alternative annotator test)."""
    groups, notes = read_ratings(_needed(file, "item,rater,label"), values=split_values(values))
    for text in notes:
        note(text)
    wanted = canonical_text(judge)
    tests = {}
    for dimension, (labels, scale) in groups.items():
        if scoring == "rmse" and not all(_is_number(v) for v in scale.values):
            strange = next(v for v in scale.values if not _is_number(v))
            raise InputError(
                f"{file}: found the label '{strange}', expected numbers. Use --scoring accuracy for words."
            )
        if wanted not in {label.rater for label in labels}:
            names = ", ".join(sorted({label.rater for label in labels})[:12])
            where = f" in dimension '{dimension}'" if dimension else ""
            raise InputError(
                f"{file}: found no label of the judge '{judge}'{where}, expected it among the raters {names}. "
                "Check --judge, or add the judge's labels."
            )
        tests[dimension] = run_alt_test(
            ratings_of(labels, scale), wanted, epsilon=epsilon, scoring=cast(Scoring, scoring), q=q
        )

    def show() -> None:
        for dimension, test in tests.items():
            show_alt_test(test, title=dimension)

    emit(_by_dimension(tests), as_json, show)


def _by_dimension(results: Mapping[str, Any]) -> dict[str, Any]:
    shown = {dimension: result.to_json() for dimension, result in results.items()}
    return shown[""] if list(shown) == [""] else {"dimensions": shown}


def _needed(file: str | None, columns: str) -> str:
    if file is None:
        raise click.UsageError(f"give --file with a table of {columns} (or - for standard input).")
    return file


def _is_number(text: str) -> bool:
    try:
        float(text)
    except ValueError:
        return False
    return True
