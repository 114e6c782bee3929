"""``compare-judges``: which of several judges is right more often, on a file or on the store."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, cast

import click

from review.basics.errors import NothingToDo
from review.basics.words import counted
from review.commands.calibrate import looked_json, of_dimension, split_option
from review.commands.calibrate_input import VerdictTable, missing_option, read_verdicts, values_option
from review.commands.calibrate_render import show_comparison, show_pairs
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
from review.current.verdicts import Reference, reference
from review.current.verdicts import judges as judges_of_weeks
from review.evidence.evidence import weeks_between
from review.evidence.test_set_access import Half, tunable
from review.judges.workbench.comparing import Comparison, compared
from review.judges.workbench.workbench import written_looks
from review.people.people import require
from review.statistics.calibration.compare import compare_judges as compare_pairs
from review.statistics.calibration.compare import judge_accuracy
from review.statistics.calibration.report import CalibrationReport
from review.statistics.calibration.shares import Missing
from storage.store import Store


@click.command("compare-judges")
@file_option("item,truth,verdict_a,verdict_b[,verdict_c...][,dimension]")
@click.option(
    "--judge", "judges", metavar="NAME[@VERSION]", multiple=True, help="On the store: which judges; default all."
)
@click.option("--dimension", help="On the store: only this dimension.")
@split_option
@values_option
@missing_option
@weeks_option
@as_option
@store_option
@json_option
def compare_judges(
    file: str | None,
    judges: tuple[str, ...],
    dimension: str | None,
    split: str | None,
    values: str | None,
    missing: str,
    weeks: str | None,
    acting: str | None,
    store_path: str,
    as_json: bool,
) -> None:
    """Test which of several judges is right more often on the same items (McNemar; Holm over all pairs).

    On a file, or without --file on the store: the judges and versions that --judge names, or all of these weeks, with
    what they cost and how long they took.
    """
    how = cast(Missing, missing)
    if file is None:
        store = store_instead_of_file(store_path)
        _on_store(store, judges, weeks, dimension, cast(Half | None, split), how, acting, as_json)
        return
    if judges or split or dimension:
        raise click.UsageError(
            "--judge, --split and --dimension are for judges of the store; give them without --file."
        )
    tables, notes = read_verdicts(file, values=split_values(values))
    for text in notes:
        note(text)
    results = {dimension: _compared(table, how) for dimension, table in tables.items()}

    def show() -> None:
        for name, table in tables.items():
            pairs = compare_pairs(table.truth, table.verdicts, missing=how)
            accuracies = {j: judge_accuracy(table.truth, v, missing=how) for j, v in table.verdicts.items()}
            show_pairs(pairs, accuracies, title=name)

    emit(results[""] if list(results) == [""] else {"dimensions": results}, as_json, show)


def _on_store(
    store: Store,
    judges: tuple[str, ...],
    weeks: str | None,
    dimension: str | None,
    split: Half | None,
    missing: Missing,
    acting: str | None,
    as_json: bool,
) -> None:
    chosen = weeks_between(store, weeks)
    refs = list(dict.fromkeys(reference(store, chosen, j) for j in judges or judges_of_weeks(store, chosen)))
    looking = [ref for ref in refs if split in ("test", "all") and tunable(store, ref)]
    by = require(store, acting_person(store, acting).id, "adjudicator").id if looking else ""
    found = of_dimension(compared(store, chosen, [str(r) for r in refs], split=split, missing=missing), dimension)
    if not found:
        raise NothingToDo(f"no dimension has verdicts of two of {', '.join(map(str, refs))}: nothing to compare.")
    seen = written_looks(store, chosen, {ref: _reports_of(found, ref) for ref in looking}, by=by)
    result: dict[str, Any] = {"weeks": list(chosen), "dimensions": {name: c.to_json() for name, c in found.items()}}
    emit(result | ({"looks": [looked_json(one) for one in seen]} if seen else {}), as_json, lambda: _show(found))
    for one in seen:
        note(f"{one.look.judge}: this is {one.sentence}.")


def _reports_of(found: Mapping[str, Comparison], ref: Reference) -> dict[str, CalibrationReport]:
    return {name: side.report for name, c in found.items() for side in c.sides if side.judge == ref}


def _show(found: Mapping[str, Comparison]) -> None:
    for name, one in found.items():
        show_comparison(one, title=name)


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
