"""``spotcheck quality``: the quality of production with its interval, on a file or on the store."""

from __future__ import annotations

from dataclasses import dataclass

import click

from review.basics.errors import InputError
from review.basics.labels import canonical_text, spelled
from review.basics.spellings import Spellings
from review.basics.tables import Row, Table, read_table
from review.commands.common import emit, note, out, split_values
from review.commands.grid import Grid
from review.commands.inputs import Source, positive_option, source_options, values_option
from review.evidence.chosen_weeks import weeks_between
from review.evidence.evidence import latest_used_rubric
from review.evidence.production import Wanted, production_reports
from review.evidence.production_data import production_data
from review.evidence.weekly_change import WeeklyChange, changes_json, weekly_changes
from review.report.quality_words import change_lines
from review.rubric.rubric import Dimension, Rubric
from review.statistics.quality.report import QualityReport, corrected_report, quality_report
from review.statistics.quality.rogan_gladen import Calibration
from review.statistics.quality.strata import QualityRow, check_positive, stratify
from review.statistics.quality.words import plain_words, table


@click.command()
@source_options(
    "item,verdict,truth[,stratum,population] (empty truth: not labelled; empty verdict: none)",
    default_weeks="the latest week",
)
@positive_option
@values_option
@click.option("--separate", is_flag=True, help="The labelled rows are a calibration set from elsewhere (Rogan-Gladen).")
@click.option("--judge", metavar="NAME", help="On the store: use this judge's verdicts on all traffic.")
def quality(
    source: Source, positive: str | None, values: str | None, separate: bool, judge: str | None, as_json: bool
) -> None:
    """Estimate the share of positive conversations from people's labels and a judge's verdicts.

    With --file on a table, else on the store.
    """
    if source.file is None:
        _on_store(source, judge, positive, as_json)
        return
    if positive is None:
        raise click.UsageError("with --file, give --positive VALUE, the value whose share is estimated.")
    report, notes = from_file(source.file, positive, separate=separate, values=split_values(values))
    result = {**report.to_json(), **({"notes": list(notes)} if notes else {})}
    emit(result, as_json, lambda: show(report, positive))


@dataclass(frozen=True)
class DimensionQuality:
    """The quality report of one dimension, with its positive value and the judge that it uses.

    ``change`` is the change against the weeks before, None in the first week and for several weeks together.
    """

    positive: str
    judge: str | None
    report: QualityReport
    change: WeeklyChange | None = None


def reports_on_store(
    source: Source, *, judge: str | None = None, positive: str | None = None
) -> tuple[tuple[str, ...], dict[str, DimensionQuality]]:
    """Return the weeks (by default the latest one) and the quality by dimension.

    Without ``judge``, the first judge known over all traffic is used. Raises InputError for a value, dimension or judge
    that does not exist.
    """
    store = source.store()
    weeks = weeks_between(store, source.weeks) if source.weeks else weeks_between(store, None)[-1:]
    chosen = _dimensions(latest_used_rubric(store, weeks), source.dimension, positive)
    data = production_data(store, weeks)
    if judge is not None and judge not in data.judges:
        known = ", ".join(data.judges) or "none"
        raise InputError(f"--judge: found '{judge}', expected a judge with verdicts on all traffic: {known}.")
    used = judge or next(iter(data.judges), None)
    wanted = [Wanted(d, value, used) for d, value in chosen]
    reports = production_reports(store, weeks, wanted, data=data)
    changes = weekly_changes(store, weeks[0], reports, wanted) if len(weeks) == 1 else [None] * len(reports)
    return weeks, {
        w.dimension.name: DimensionQuality(w.positive, used, report, change)
        for w, report, change in zip(wanted, reports, changes, strict=True)
    }


def _dimensions(rubric: Rubric, dimension: str | None, positive: str | None) -> list[tuple[Dimension, str]]:
    """Return the dimensions to estimate with their positive values."""
    named = [rubric[dimension]] if dimension else [d for d in rubric.dimensions if d.positive or positive is not None]
    wanted = [d for d in named if positive is None or positive in d.scale.values]
    if not wanted:
        raise InputError(f"--positive: found '{positive}', expected a value of the rubric's dimensions.")
    found = []
    for d in wanted:
        value = positive or d.positive
        if value is None:
            raise InputError(f"Name the positive value with --positive: one of {', '.join(d.scale.values)}.")
        found.append((d, value))
    return found


def _on_store(source: Source, judge: str | None, positive: str | None, as_json: bool) -> None:
    weeks, found = reports_on_store(source, judge=judge, positive=positive)
    result = {
        "weeks": list(weeks),
        "dimensions": {
            name: {
                "positive": one.positive,
                "judge": one.judge,
                **changes_json(one.change),
                **one.report.to_json(),
            }
            for name, one in found.items()
        },
    }

    def render() -> None:
        for name, one in found.items():
            out.rule(f"{name}: {one.positive}, {', '.join(weeks)}")
            show(one.report, one.positive)
            for sentence in change_lines(one.change, one.positive) if one.change else ():
                out.print(sentence, markup=False, highlight=False)

    emit(result, as_json, render)


def from_file(
    file: str, positive: str, *, separate: bool = False, values: tuple[str, ...] = ()
) -> tuple[QualityReport, tuple[str, ...]]:
    """Read a table of conversations, and return its report and the sentences about the file, which are printed too.

    ``values`` are all values of the scale. Raises InputError with file, line and remedy.
    """
    data = read_table(file, required=("item", "verdict", "truth"), optional=("stratum", "population"))
    spellings = Spellings(tuple(map(canonical_text, values)), (canonical_text(positive),))
    value = spelled(canonical_text(positive), spellings.declared) or canonical_text(positive)
    rows = _rows(data, spellings)
    notes = [*data.notes, *spellings.sentences(data.file, "cell")]
    try:
        check_positive(rows, value)
        if any(r.verdict for r in rows) and all(r.verdict != value for r in rows):
            given = ", ".join(sorted({r.verdict for r in rows if r.verdict})[:12])
            notes.append(f"{data.file}: no verdict is '{value}'; the verdicts are {given}.")
        for line in notes:
            note(line)
        return (_separate(rows, value) if separate else quality_report(stratify(rows, value))), tuple(notes)
    except InputError as error:
        raise InputError(f"{data.file}: {error}") from None


def show(report: QualityReport, positive: str) -> None:
    """Print the report for people. ``positive`` is the value whose share is estimated."""
    grid = Grid("estimate", "value [95% interval]", "width", "method")
    for line in table(report):
        grid.add_row(*line)
    out.print(grid)
    for sentence in plain_words(report, positive):
        out.print(sentence, markup=False, highlight=False)


def _separate(rows: list[QualityRow], positive: str) -> QualityReport:
    """Use the labelled rows for calibration and the unlabelled rows as the traffic."""
    traffic = [QualityRow(r.verdict, None) for r in rows if r.truth is None]
    if not traffic:
        raise InputError(
            "every row has a label, but with --separate the unlabelled rows are the traffic. Add the traffic."
        )
    pairs = [
        (r.truth == positive, r.verdict == positive) for r in rows if r.truth is not None and r.verdict is not None
    ]
    calibration = Calibration(
        positives=sum(y for y, _ in pairs),
        hits=sum(y and f for y, f in pairs),
        negatives=sum(not y for y, _ in pairs),
        rejections=sum(not y and not f for y, f in pairs),
    )
    return corrected_report(stratify(traffic, positive), calibration)


def _rows(data: Table, spellings: Spellings) -> list[QualityRow]:
    """Return the rows as values. Raises InputError for a repeated item or a stratum with two populations."""
    seen: dict[str, int] = {}
    populations: dict[str, tuple[int, int]] = {}
    found = []
    for row in data.rows:
        item = row.required("item")
        if item in seen:
            raise row.error(
                "item", item, f"each item once (it is also on line {seen[item]})",
                "Keep one row per conversation, with its settled label.",
            )  # fmt: skip
        seen[item] = row.line
        stratum = row.required("stratum") if data.has("stratum") else ""
        size = _population(row)
        if size is not None and populations.setdefault(stratum, (size, row.line))[0] != size:
            before, line = populations[stratum]
            raise row.error("population", size, f"{before}, as on line {line}", "Give one population per stratum.")
        found.append(QualityRow(spellings.of(row.cells.get("verdict")), spellings.of(row.cells.get("truth")), stratum))
    if populations:
        bare = next((r.stratum for r in found if r.stratum not in populations), None)
        if bare is not None:
            raise InputError(f"{data.file}: stratum '{bare}' has no population, but others have one. Give its N_h.")
    return [r._replace(population=populations[r.stratum][0]) if populations else r for r in found]


def _population(row: Row) -> int | None:
    number = row.number("population")
    if number is None:
        return None
    if number < 1 or number != int(number):
        raise row.error("population", row.text("population"), "a whole number of at least 1 (N_h)")
    return int(number)
