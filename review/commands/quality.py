"""``spotcheck quality``: how good production is, with its uncertainty."""

from __future__ import annotations

import click
from rich.table import Table as Grid

from review.basics.errors import InputError
from review.basics.labels import canonical_text, number_text
from review.basics.tables import Row, Table, read_table
from review.commands.common import (
    emit,
    file_option,
    json_option,
    note,
    out,
    store_instead_of_file,
    store_option,
    weeks_option,
)
from review.evidence.evidence import latest_used_rubric, weeks_between
from review.evidence.production import judges_of_frame, production_quality
from review.statistics.quality.report import QualityReport, quality_report
from review.statistics.quality.rogan_gladen import Calibration
from review.statistics.quality.strata import QualityRow, check_positive, stratify
from review.statistics.quality.words import plain_words, table
from storage.store import Store


@click.command()
@file_option("item,verdict,truth[,stratum,population] (empty truth: not labelled; empty verdict: none)")
@click.option("--positive", metavar="V", help="The value whose share is estimated, such as `correct`.")
@click.option("--separate", is_flag=True, help="The labelled rows are a calibration set from elsewhere (Rogan-Gladen).")
@click.option("--judge", metavar="NAME", help="On the store: sharpen with this judge's verdicts on all traffic.")
@click.option("--dimension", help="On the store: only this dimension.")
@weeks_option
@store_option
@json_option
def quality(
    file: str | None,
    positive: str | None,
    separate: bool,
    judge: str | None,
    dimension: str | None,
    weeks: str | None,
    store_path: str,
    as_json: bool,
) -> None:
    """Estimate the share of positive conversations from people's labels and a judge's verdicts.

    On a file, or without --file on the store: the latest week, or --weeks.
    """
    if file is None:
        _on_store(store_instead_of_file(store_path), weeks, judge, dimension, positive, as_json)
        return
    if positive is None:
        raise click.UsageError("Give --positive V, the value whose share is to be estimated.")
    report = from_file(file, positive, separate=separate)
    emit(report.to_json(), as_json, lambda: show(report))


Found = dict[str, tuple[str, str | None, QualityReport]]


def reports_on_store(
    store: Store, weeks: str | None, judge: str | None, dimension: str | None, positive: str | None
) -> tuple[tuple[str, ...], Found]:
    """The weeks, and by dimension the positive value, the judge used and the report.

    A judge known over all traffic is used where none is named. Raises InputError for a value, dimension or judge that
    is not there.
    """
    chosen = weeks_between(store, weeks) if weeks else weeks_between(store, None)[-1:]
    rubric = latest_used_rubric(store, chosen)
    named = (
        [rubric[dimension]] if dimension else [d for d in rubric.dimensions if d.positive or positive in d.scale.values]
    )
    wanted = [d for d in named if positive is None or positive in d.scale.values]
    if not wanted:
        raise InputError(f"--positive: found '{positive}', expected a value of the rubric's dimensions.")
    known = judges_of_frame(store, chosen)
    if judge is not None and judge not in known:
        raise InputError(f"--judge: found '{judge}', expected a judge of all traffic: {', '.join(known) or 'none'}.")
    used = judge or next(iter(known), None)
    found: Found = {}
    for d in wanted:
        value = positive or d.positive
        if value is None:
            raise InputError(f"--positive: found none, expected one of {', '.join(d.scale.values)}.")
        found[d.name] = (value, used, production_quality(store, chosen, d, positive=value, judge=used))
    return chosen, found


def _on_store(
    store: Store, weeks: str | None, judge: str | None, dimension: str | None, positive: str | None, as_json: bool
) -> None:
    chosen, reports = reports_on_store(store, weeks, judge, dimension, positive)
    result = {
        "weeks": list(chosen),
        "dimensions": {n: {"positive": v, "judge": j, **r.to_json()} for n, (v, j, r) in reports.items()},
    }

    def render() -> None:
        for name, (value, _, report) in reports.items():
            out.rule(f"{name}: {value}, {', '.join(chosen)}")
            show(report)

    emit(result, as_json, render)


def from_file(file: str, positive: str, *, separate: bool = False) -> QualityReport:
    """Read a table of conversations and report on it; raises InputError with file, line and remedy."""
    data = read_table(file, required=("item", "verdict", "truth"), optional=("stratum", "population"))
    for line in data.notes:
        note(line)
    value = _label(positive)
    rows = _rows(data)
    try:
        check_positive(rows, value)
        if any(r.verdict for r in rows) and all(r.verdict != value for r in rows):
            given = ", ".join(sorted({r.verdict for r in rows if r.verdict})[:12])
            note(f"{data.file}: no verdict is '{value}'; the verdicts are {given}")
        return _separate(rows, value) if separate else quality_report(stratify(rows, value))
    except InputError as error:
        raise InputError(f"{data.file}: {error}") from None


def show(report: QualityReport) -> None:
    """Print the report for a person."""
    grid = Grid("estimate", "value [95 % interval]", "width", "how")
    for line in table(report):
        grid.add_row(*line)
    out.print(grid)
    for sentence in plain_words(report):
        out.print(sentence, markup=False, highlight=False)


def _separate(rows: list[QualityRow], positive: str) -> QualityReport:
    """Labelled rows calibrate, unlabelled rows are the traffic."""
    traffic = [QualityRow(r.verdict, None) for r in rows if r.truth is None]
    if not traffic:
        raise InputError("with --separate the unlabelled rows are the traffic; every row has a label. Add the traffic.")
    pairs = [
        (r.truth == positive, r.verdict == positive) for r in rows if r.truth is not None and r.verdict is not None
    ]
    calibration = Calibration(
        positives=sum(y for y, _ in pairs),
        hits=sum(y and f for y, f in pairs),
        negatives=sum(not y for y, _ in pairs),
        rejections=sum(not y and not f for y, f in pairs),
    )
    return quality_report(stratify(traffic, positive), calibration=calibration)


def _rows(data: Table) -> list[QualityRow]:
    """The rows as values; an item stands once, and a stratum has one population."""
    seen: dict[str, int] = {}
    populations: dict[str, tuple[int, int]] = {}
    found = []
    for row in data.rows:
        item = row.required("item")
        if item in seen:
            raise row.error(
                "item", item, f"each item once (it stands on line {seen[item]} too)",
                "Keep one row per conversation, with its settled label.",
            )  # fmt: skip
        seen[item] = row.line
        stratum = row.required("stratum") if data.has("stratum") else ""
        size = _population(row)
        if size is not None and populations.setdefault(stratum, (size, row.line))[0] != size:
            before, line = populations[stratum]
            raise row.error("population", size, f"{before}, as on line {line}", "Give one population per stratum.")
        found.append(QualityRow(_cell(row, "verdict"), _cell(row, "truth"), stratum))
    if populations:
        bare = next((r.stratum for r in found if r.stratum not in populations), None)
        if bare is not None:
            raise InputError(f"{data.file}: stratum '{bare}' has no population, others have; give its N_h.")
    return [r._replace(population=populations[r.stratum][0]) if populations else r for r in found]


def _population(row: Row) -> int | None:
    number = row.number("population")
    if number is None:
        return None
    if number < 1 or number != int(number):
        raise row.error("population", row.text("population"), "a whole number of at least 1 (N_h)")
    return int(number)


def _cell(row: Row, column: str) -> str | None:
    return _label(row.text(column)) or None


def _label(text: str) -> str:
    """The canonical text of a label: 1.0 is 1, as a column with gaps is often written."""
    text = canonical_text(text)
    try:
        number = float(text)
    except ValueError:
        return text
    return number_text(number) if abs(number) < float("inf") else text
