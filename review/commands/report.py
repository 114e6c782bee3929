"""``spotcheck report``: the week on one page, on the terminal, as JSON and as an HTML file."""

from __future__ import annotations

from pathlib import Path

import click
from rich.markup import escape

from review.basics.whole_files import check_target, replacing
from review.basics.words import spoken
from review.commands.common import emit, json_option, note, opened, out, store_option
from review.commands.grid import Grid
from review.evidence.chosen_weeks import weeks_between
from review.report import words
from review.report.beside import calibration_line, known_lines, pair_lines
from review.report.decided import golden_head, golden_lines
from review.report.gather import week_report
from review.report.markdown import answer_lines, report_markdown
from review.report.model import WeekReport
from review.report.page import report_html
from review.report.versions import version_lines
from review.serving.last_night import failed_steps


@click.command("report")
@click.option("--week", metavar="W", help="The week. Default: the latest.")
@click.option("--html", "file", metavar="FILE", type=click.Path(path_type=Path), help="Write the page to this file.")
@click.option("--force", is_flag=True, help="Replace the file if it exists.")
@click.option("--markdown", is_flag=True, help="Print the four answers and the decisions as Markdown, for a chat.")
@store_option
@json_option
def report(week: str | None, file: Path | None, force: bool, markdown: bool, store_path: str, as_json: bool) -> None:
    """Report a week on one page: how good production is, if people agree, which judges to use, and what is next.

    With --html the page is written to FILE. The file is self-contained: you can send it and print it.
    """
    if markdown and as_json:
        raise click.UsageError("--markdown and --json: found both, expected one of them.")
    store = opened(store_path)
    if file is not None:
        check_target(file, force=force)
    found = week_report(store, weeks_between(store, week)[-1], failed=failed_steps(store))
    if file is not None:
        with replacing(file) as temporary:
            temporary.write_text(report_html(found), encoding="utf-8")
        note(f"Wrote {file}.")
    if markdown:
        click.echo(report_markdown(found), nl=False)
        return
    emit(found.to_json(), as_json, lambda: show(found))


def show(report: WeekReport) -> None:
    """Print the report on a terminal."""
    state = "closed" if report.closing else f"late: {words.late(report)}" if report.late else "open"
    out.rule(f"Week {report.week.name} · {escape(state)}")
    for answer in report.answers:
        out.print(f"\n[bold]{answer.question}[/]")
        for line in answer_lines(answer):
            out.print(line, markup=False, highlight=False)
    out.print()
    for line in (words.response(report), *([report.left_out] if report.left_out else []), *words.alone(report)):
        out.print(line, markup=False, highlight=False)
    out.print()
    out.print(_reasons(report) if report.reasons else "No reason is settled yet.")
    out.print(_progress(report))
    beside = report.beside
    lines = [*(pair_lines(beside.pairs) if beside.pairs else []), *known_lines(beside.known)]
    lines += [line for line in [calibration_line(beside.calibrated)] if line]
    lines += version_lines(report.beside.versions)
    lines += [f"{'done' if c.done else 'open'}: {c.name}, {c.todo}" for c in report.checklist]
    lines += [
        f"Disagreements: {words.settlement(report)}",
        f"Decisions {report.since.begin}: {' '.join(d.text for d in report.since.decisions) or 'none.'}",
        f"Golden dataset: {golden_head(report.since.golden)} {words.golden(report)}",
        *golden_lines(report.since.golden),
        f"Changes of mind: {words.changes_of_mind(report.anchoring)}",
        f"Audit: entry {report.head}, {report.head_hash}"
        + ("" if report.broken_at is None else f", BROKEN at entry {report.broken_at}"),
    ]
    for line in lines:
        out.print(line, markup=False, highlight=False)


def _reasons(report: WeekReport) -> Grid:
    table = Grid("reason", "items", "for example", box=None, pad_edge=False)
    for r in report.reasons:
        words_of = r.quote.words or r.quote.question if r.quote else ""
        table.add_row(escape(spoken(r.value)), f"{r.items} of {r.of}", escape(words_of))
    return table


def _progress(report: WeekReport) -> Grid:
    table = Grid("reviewer", "dealt", "done", "skipped", "left", box=None, pad_edge=False)
    for p in report.people:
        table.add_row(escape(p.name), str(p.dealt), str(p.done), str(p.skipped), str(p.left))
    return table
