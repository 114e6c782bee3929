"""``spotcheck check``: run the checks over a file or the log. Nothing is drawn or stored."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import click
from rich.text import Text

from review.basics.errors import NothingToDo
from review.basics.log_paths import log_of
from review.checks.catalogue import CHEAP, CHECKS, title_of
from review.checks.protocol import Finding
from review.checks.running import Ready, ready
from review.checks.settings import names_of
from review.checks.summary import Summary, summed_up
from review.commands.common import emit, json_option, note, out, split_values, store_option
from review.commands.grid import Grid
from review.log.log import every_conversation, weeks_in_log
from review.log.rows import Entry
from review.settings.project import Project, project_of
from review.sources.checking import checked
from review.sources.importing import masked_file
from review.sources.options import import_options
from review.sources.prepared import prepared
from review.sources.readers.mapping import parse_mapping
from review.sources.readings import known_readings
from review.sources.tally import Tally
from storage.opening import open_store

SHOWN = 5


@click.command()
@click.option("--file", "file", metavar="FILE", help="Check a log file as `import` reads it; nothing of it is kept.")
@click.option("--week", "--weeks", "weeks", metavar="W", help="Check these weeks of the log; default the last.")
@click.option("--checks", "names", metavar="A,B", help=f"Which checks, of {', '.join(CHECKS)}; default the project's.")
@click.option("--map", "maps", multiple=True, metavar="FIELD=PATH", help="With --file: question=input.text.")
@store_option
@json_option
def check(
    file: str | None, weeks: str | None, names: str | None, maps: tuple[str, ...], store_path: str, as_json: bool
) -> None:
    """Run the checks over a file or the imported log, and show what each flags.

    Texts are masked first, as on import. `similarity` compares each answer with the column expected_answer.
    """
    project = project_of(store_path)
    wanted = names_of("--checks", list(split_values(names))) if names else project.checks.run or CHEAP
    to_run = ready(project.checks, wanted)
    entries = _of_file(file, project, maps, store_path) if file else _of_log(store_path, split_values(weeks))
    summaries = summed_up(_findings(entries, to_run))
    if not summaries:
        raise NothingToDo("there is no conversation to check. Name another --file or --week.")
    result = {"checks": {name: summary.to_json() for name, summary in summaries.items()}}
    emit(result, as_json, lambda: _show(summaries))


def _findings(entries: Iterator[Entry], to_run: tuple[Ready, ...]) -> Iterator[tuple[str, dict[str, Finding]]]:
    for entry in checked(entries, to_run):
        yield entry.conversation.id, dict(entry.findings)


def _of_file(file: str, project: Project, maps: tuple[str, ...], store_path: str) -> Iterator[Entry]:
    tally = Tally()
    store = open_store(store_path, create=False) if Path(store_path).exists() else None
    asked = import_options(project, mapping=parse_mapping(maps))
    options = prepared(file, asked, known_readings(store, project, asked.source)).options
    # Nothing is kept, so there is no original to write and no id that has to match another run.
    options = replace(options, privacy=replace(project.privacy, originals="none"))
    detected, entries = masked_file(file, options, key=b"", tally=tally)
    note(f"{file}: format {detected.format}; {detected.reason}")
    yield from entries
    if tally.rejected:
        first = tally.rejections[0]
        note(
            f"{tally.rejected:,} of {tally.read:,} records could not be read and are left out. The first is in line "
            f"{first['line']}: found {first['found']}, expected {first['expected']}."
        )


def _of_log(store_path: str, weeks: tuple[str, ...]) -> Iterator[Entry]:
    log = log_of(store_path)
    logged = list(weeks_in_log(log))
    chosen = list(weeks) or logged[-1:]
    if not logged:
        raise NothingToDo(
            "the log has no conversations of any week. Add some with `spotcheck import FILE`, or check a --file alone."
        )
    missing = [week for week in chosen if week not in logged]
    if missing:
        raise NothingToDo(f"the log has no conversations of {missing[0]}. It has {', '.join(logged[-8:])}.")
    note(f"weeks {', '.join(chosen)}")
    for conversation in every_conversation(log, weeks=chosen):
        yield Entry(conversation)


def _show(summaries: dict[str, Summary]) -> None:
    table = Grid("check", "conversations", "flagged", "cannot tell", "values", box=None, pad_edge=False)
    for number in (1, 2, 3):
        table.columns[number].justify = "right"
    for name, summary in summaries.items():
        data = summary.to_json()
        values = [f"{value} {n:,}" for value, n in list(data.get("values", {}).items())[:SHOWN]]
        values += [f"{quantile} {value:g}" for quantile, value in data.get("quantiles", {}).items()]
        table.add_row(
            Text(title_of(name)),
            f"{summary.n:,}",
            f"{len(summary.flagged):,}",
            f"{summary.undecided:,}",
            Text(", ".join(values)),
        )
    out.print(table)
    for name, summary in summaries.items():
        if summary.notes:
            how = ", ".join(f"{note} {n:,}" for note, n in summary.notes.most_common())
            out.print(f"{title_of(name)}: {how}", highlight=False, markup=False, soft_wrap=True)
        if summary.flagged:
            more = f" and {len(summary.flagged) - SHOWN:,} more" if len(summary.flagged) > SHOWN else ""
            line = f"{title_of(name)}: {', '.join(summary.flagged[:SHOWN])}{more}"
            out.print(line, highlight=False, markup=False, soft_wrap=True)
