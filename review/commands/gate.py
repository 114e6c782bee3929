"""``spotcheck gate``: whether the candidate can replace the baseline."""

from __future__ import annotations

import json
import re
from collections import Counter

import click
from rich.markup import escape
from rich.table import Table as Grid

from review.basics.errors import InputError
from review.basics.spellings import is_missing
from review.basics.tables import Row, Table, read_table
from review.basics.words import counted
from review.commands.common import emit, file_option, json_option, note, out
from review.statistics.gate.cases import MissingCase, PairedResult
from review.statistics.gate.report import GateReport, gate_report
from review.statistics.gate.words import heading, markdown, plain_words

EXIT = {"pass": 0, "fail": 1, "inconclusive": 3}
YES, NO = ("1", "true", "yes", "x", "1.0"), ("0", "false", "no", "0.0")


@click.command()
@file_option(
    "case,baseline,candidate[,scenario][,kind][,tags][,must_pass] (results 0/1 or from 0 to 1; repeats are rows)"
)
@click.option("--margin", type=float, default=0.02, show_default=True, help="The tolerated drop; 0.02 is two points.")
@click.option("--alpha", type=float, default=0.05, show_default=True, help="The significance level of the test.")
@click.option(
    "--strict",
    is_flag=True,
    help="Fail on any drop over the margin, proven or not. Pass otherwise, unless a slice is suspect.",
)
@click.option("--seed", type=int, default=0, show_default=True, help="Random seed of the permutation test.")
@click.option("--markdown", "as_markdown", is_flag=True, help="Print Markdown for a pull request.")
@json_option
@click.pass_context
def gate(
    ctx: click.Context,
    file: str | None,
    margin: float,
    alpha: float,
    strict: bool,
    seed: int,
    as_markdown: bool,
    as_json: bool,
) -> None:
    """Compare two versions on the same cases: exit code 0 pass, 1 fail, 3 not enough evidence.

    A scenario, kind or tag that may have collapsed makes the result 3, even if the total passes. So do cases without a result
    (empty, NA, null and the like) that could hide a drop.
    """
    if file is None:
        raise click.UsageError("give --file with a table of case,baseline,candidate.")
    if as_json and as_markdown:
        raise click.UsageError("give --json or --markdown, not both.")
    cases, missing = read_cases(file)
    report = gate_report(cases, margin=margin, alpha=alpha, strict=strict, seed=seed, missing=missing)
    emit(report.to_json(), as_json, lambda: click.echo(markdown(report), nl=False) if as_markdown else show(report))
    ctx.exit(EXIT[report.decision])


def read_cases(file: str) -> tuple[list[PairedResult], list[MissingCase]]:
    """Read paired results, and the cases of which no row has both results; says how many results are missing.

    Raises InputError with file, line, column and remedy.
    """
    data = read_table(
        file, required=("case", "baseline", "candidate"), optional=("scenario", "kind", "tags", "must_pass")
    )
    pairs = [(_result(row, "baseline"), _result(row, "candidate")) for row in data.rows]
    rows = [_paired(row, *pair) for row, pair in zip(data.rows, pairs, strict=True)]
    for line in [*data.notes, *_missing_words(data)]:
        note(line)
    _check_same(data, rows)
    whole = [row for row, pair in zip(rows, pairs, strict=True) if None not in pair]
    known = {row.case for row in whole}
    missing = {row.case: MissingCase(row.case, row.must_pass) for row in rows if row.case not in known}
    if not whole:
        raise InputError(f"{data.file}: no row has the results of both versions; expected at least one.")
    return whole, list(missing.values())


def _missing_words(data: Table) -> list[str]:
    """Return the sentence about results that are missing, by how the file writes them."""
    texts = [row.text(column) for row in data.rows for column in ("baseline", "candidate")]
    found = Counter(text for text in texts if is_missing(text))
    if not found:
        return []
    shown = ", ".join(f"{repr(text) if text else 'empty'} ({n:,})" for text, n in found.most_common(6))
    are = "is" if found.total() == 1 else "are"
    return [f"{data.file}: {counted(found.total(), 'result')} {are} missing: {shown}. Their rows are left out."]


def show(report: GateReport) -> None:
    """Print the report for people."""
    e = report.evidence
    out.print(heading(report), style="bold", highlight=False)
    out.print(
        f"{e.n} cases, drop {report.drop}, {e.broke} broke, {e.fixed} fixed, p = {e.p:.3g}",
        highlight=False,
        markup=False,
    )
    for sentence in plain_words(report):
        out.print(sentence, markup=False, highlight=False)
    if report.slices:
        grid = Grid("slice", "cases", "baseline", "candidate", "broke", "fixed", "p (Holm)", "")
        for s in report.slices:
            counts = (
                str(s.evidence.n),
                f"{s.baseline:.1%}",
                f"{s.candidate:.1%}",
                str(s.evidence.broke),
                str(s.evidence.fixed),
            )
            grid.add_row(escape(f"{s.kind} {s.name}"), *counts, f"{s.adjusted_p:.3g}", s.status)
        out.print(grid)
    for c in report.flipped:
        mark = " (must pass)" if c.must_pass else ""
        out.print(f"{c.change}: {c.name}{mark} {c.baseline:.2f} -> {c.candidate:.2f}", markup=False, highlight=False)


def _paired(row: Row, baseline: float | None, candidate: float | None) -> PairedResult:
    """Return the row; a missing result is 0 until its row is left out."""
    return PairedResult(
        case=row.required("case"),
        baseline=baseline or 0.0,
        candidate=candidate or 0.0,
        scenario=row.text("scenario"),
        kind=row.text("kind"),
        tags=_tags(row),
        must_pass=_flag(row, "must_pass"),
    )


def _result(row: Row, column: str) -> float | None:
    text = row.text(column)
    if is_missing(text):
        return None
    if text.lower() in ("true", "false"):
        return float(text.lower() == "true")
    number = row.number(column)
    if number is None or not 0 <= number <= 1:
        remedy = "Divide percentages by 100." if number is not None and 1 < number <= 100 else ""
        raise row.error(column, text, "a result from 0 to 1", remedy)
    return number


def _flag(row: Row, column: str) -> bool:
    text = row.text(column).lower()
    if is_missing(text):
        return False
    if text not in YES + NO:
        raise row.error(column, text, "1 or 0 (true or false, yes or no)")
    return text in YES


def _tags(row: Row) -> tuple[str, ...]:
    """Return tags from a list, a JSON list, or text separated by comma, semicolon or bar; sorted, each once."""
    cell = row.cells.get("tags")
    text = row.text("tags")
    if isinstance(cell, list | tuple):
        parts = [str(part) for part in cell]
    elif text.startswith("["):
        try:
            parts = [str(part) for part in json.loads(text)]
        except ValueError:
            raise row.error("tags", text, "a JSON list or tags separated by commas") from None
    else:
        parts = re.split(r"[,;|]", text)
    return tuple(sorted({part.strip() for part in parts} - {""}))


def _check_same(data: Table, rows: list[PairedResult]) -> None:
    """Raise InputError, naming the line, when the repeats of a case differ in scenario, kind, tags or must_pass."""
    first: dict[str, tuple[PairedResult, int]] = {}
    for row, paired in zip(data.rows, rows, strict=True):
        before, line = first.setdefault(paired.case, (paired, row.line))
        for column in ("scenario", "kind", "tags", "must_pass"):
            if getattr(paired, column) != getattr(before, column):
                raise row.error(
                    column, row.text(column), f"the value of line {line}, the same case '{paired.case}'",
                    "Give all repeats of a case the same scenario, kind, tags and must_pass.",
                )  # fmt: skip
