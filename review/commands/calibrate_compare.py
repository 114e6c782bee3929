"""``compare-judges``: which of several judges is right more often, on a file or on the store."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, cast

import click

from review.basics.errors import NothingToDo
from review.basics.words import counted
from review.commands.calibrate import access_json
from review.commands.calibrate_input import VerdictTable, read_verdicts
from review.commands.calibrate_render import show_comparison, show_pairs
from review.commands.common import acting_person, as_option, emit, note, split_values
from review.commands.inputs import Source, missing_option, source_options, split_option, values_option
from review.current.verdicts import Reference, reference
from review.current.verdicts import judges as judges_of_weeks
from review.evidence.chosen_weeks import weeks_between
from review.evidence.test_set_access import Half, tunable
from review.judges.workbench.comparing import Comparison, compared
from review.judges.workbench.workbench import written_looks
from review.people.people import require
from review.settings.project import project_of
from review.statistics.calibration.compare import compare_judges as compare_pairs
from review.statistics.calibration.compare import judge_accuracy
from review.statistics.calibration.report import CalibrationReport
from review.statistics.calibration.shares import Missing


@click.command("compare-judges")
@source_options("item,truth,verdict_a,verdict_b[,verdict_c...][,dimension]")
@click.option(
    "--judge", "judges", metavar="NAME[@VERSION]", multiple=True, help="On the store: a judge; repeat it. Default: all."
)
@split_option
@values_option
@missing_option
@as_option
def compare_judges(
    source: Source,
    judges: tuple[str, ...],
    split: str | None,
    values: str | None,
    missing: str,
    acting: str | None,
    as_json: bool,
) -> None:
    """Test which of several judges is right more often on the same items (McNemar; Holm over all pairs).

    With --file on a table, else on the store: the judges and versions named by --judge, or all of these weeks, with
    their cost and latency.
    """
    how = cast(Missing, missing)
    if source.file is None:
        _on_store(source, judges, split=cast(Half | None, split), missing=how, acting=acting, as_json=as_json)
        return
    if judges or split or source.dimension:
        raise click.UsageError("--judge, --split and --dimension need the store; leave them out with --file.")
    tables, sentences = read_verdicts(source.file, values=split_values(values))
    for text in sentences.notes:
        note(text)
    results = {name: _compared(table, how) for name, table in tables.items()}

    def show() -> None:
        for name, table in tables.items():
            pairs = compare_pairs(table.truth, table.verdicts, missing=how)
            accuracies = {j: judge_accuracy(table.truth, v, missing=how) for j, v in table.verdicts.items()}
            show_pairs(pairs, accuracies, title=name)

    result = results[""] if list(results) == [""] else {"dimensions": results}
    emit({**result, **({"notes": list(sentences.notes)} if sentences.notes else {})}, as_json, show)


def _on_store(
    source: Source, judges: tuple[str, ...], *, split: Half | None, missing: Missing, acting: str | None, as_json: bool
) -> None:
    store = source.store()
    weeks = weeks_between(store, source.weeks)
    refs = list(dict.fromkeys(reference(store, weeks, j) for j in judges or judges_of_weeks(store, weeks)))
    recorded = [ref for ref in refs if split in ("test", "all") and tunable(store, ref)]
    by = require(store, acting_person(store, acting).id, "adjudicator").id if recorded else ""
    found = source.only(compared(store, weeks, [str(r) for r in refs], split=split, missing=missing))
    if not found:
        raise NothingToDo(
            f"there is nothing to compare: no dimension has verdicts of two of {', '.join(map(str, refs))}."
        )
    looks = written_looks(store, weeks, {ref: _reports_of(found, ref) for ref in recorded}, by=by)
    result: dict[str, Any] = {"weeks": list(weeks), "dimensions": {name: c.to_json() for name, c in found.items()}}
    if looks:
        result["looks"] = [access_json(look) for look in looks]
    emit(result, as_json, lambda: _show(found, project_of(store.path).judges.currency))
    for look in looks:
        note(f"{look.record.judge}: this is {look.sentence}.")


def _reports_of(found: Mapping[str, Comparison], ref: Reference) -> dict[str, CalibrationReport]:
    return {name: side.report for name, c in found.items() for side in c.sides if side.judge == ref}


def _show(found: Mapping[str, Comparison], currency: str) -> None:
    for name, one in found.items():
        show_comparison(one, title=name, currency=currency)


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
