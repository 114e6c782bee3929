"""``spotcheck import``: add production conversations to the log."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from pathlib import Path
from typing import Any

import click
from rich.progress import BarColumn, DownloadColumn, Progress, TimeRemainingColumn

from review.basics.errors import NothingToDo, UnknownError
from review.basics.log_paths import log_of
from review.basics.spellings import MISSING
from review.basics.words import counted
from review.commands.common import (
    acting_person,
    as_option,
    emit,
    err,
    json_option,
    note,
    opened,
    out,
    store_option,
)
from review.commands.import_exports import ratings_hints, refuse_other_exports
from review.log.log import weeks_in_log
from review.rubric.rubric import Dimension, Rubric, current_rubric
from review.settings.project import project_of
from review.sources.file_sets import file_sets
from review.sources.import_source import import_from_source
from review.sources.normalise import DEFAULT_SOURCE
from review.sources.options import AUTO, import_options
from review.sources.prepared import prepared
from review.sources.readers.catalogue import READERS, Detected
from review.sources.readers.mapping import parse_mapping, parse_values
from review.sources.readings import known_readings
from review.sources.tally import Tally
from review.sources.undoing import undo_import
from storage.records_log import Import
from storage.store import Store

SHOWN = 20
COUNTS = ("read", "added", "duplicate", "changed", "rejected", "undated")


@click.command("import")
@click.argument("files", metavar="[FILE]...", nargs=-1)
@click.option(
    "--format", "format", default="auto", show_default=True, help=f"auto (by the keys) or {', '.join(READERS)}."
)
@click.option(
    "--map",
    "maps",
    multiple=True,
    metavar="FIELD=PATH",
    help="Where a field is, such as question=input.text; remembered for the source.",
)
@click.option(
    "--value",
    "tables",
    multiple=True,
    metavar="FIELD:RAW=VALUE",
    help="Translate a value, such as feedback:good=up; remembered for the source.",
)
@click.option(
    "--date-format",
    default="",
    metavar="FORM",
    help="How dates are written: day-first, month-first, year-first, or a pattern such as %d.%m.%Y; remembered.",
)
@click.option("--encoding", default="", help="The encoding of the text, such as cp1252; default UTF-8; remembered.")
@click.option(
    "--source", default=DEFAULT_SOURCE, show_default=True, help="The name of the system these conversations come from."
)
@click.option(
    "--records",
    default=None,
    metavar="PATH",
    help="Where the records of a JSON document are, such as data.items; of a spreadsheet the name of the sheet.",
)
@click.option("--week", default=None, help="The week of records without a date (default: the current one).")
@click.option(
    "--undo",
    default=None,
    metavar="ID",
    help="Undo an import that nothing was drawn from: its conversations leave the log, and their ids become free.",
)
@as_option
@store_option
@json_option
def import_(
    files: tuple[str, ...],
    format: str,
    maps: tuple[str, ...],
    tables: tuple[str, ...],
    date_format: str,
    encoding: str,
    source: str,
    records: str | None,
    week: str | None,
    undo: str | None,
    acting: str | None,
    store_path: str,
    as_json: bool,
) -> None:
    """Mask the conversations in FILE... and add them to the log; importing a file twice adds nothing.

    FILE is a file, a folder, a pattern such as 'logs/*.jsonl' or a zip archive; files may be packed (.gz, .zst). Files
    of one trace format are read together.
    --map names the path of a field, --value translates a value; both are remembered for the source, and so are the form
    of its dates and its encoding. A file that no remembered mapping fits is refused with a proposal. Records that
    cannot be read are reported with their line, and the others are imported. Exit code 1 when records were rejected and
    none could be read, 2 when a file cannot be read at all.
    """
    store, project = opened(store_path), project_of(store_path)
    by = acting_person(store, acting).id
    if (undo is None) != bool(files):
        raise click.UsageError("give the files to import, or --undo with the id of an import.")
    if undo is not None:
        _undo(store, undo, by, as_json)
        return
    options = import_options(
        project,
        format=format,
        mapping=parse_mapping(maps),
        values=parse_values(tables),
        source=source,
        week=week,
        date_format=date_format,
        encoding=encoding,
        records=records,
    )
    readings = known_readings(store, project, options.source)
    sets = file_sets(
        files,
        format=format,
        mapping=options.mapping,
        records=records,
        known=lambda one: prepared(one, options, readings),
    )
    if format == AUTO and not options.mapping:
        refuse_other_exports(sets, options, readings)
    done: list[Import] = []
    reports: list[dict[str, Any]] = []
    with _bar() as bar:
        for together in sets:
            file = together.name
            watch, tally, formats = _progress(bar, file), Tally(), list[Detected]()
            told, found_out = _announce(file, formats), list[str]()
            record = import_from_source(
                store, project, together, options, by=by, progress=watch, on_detected=told, on_note=found_out.append,
                tally=tally,
            )  # fmt: skip
            done.append(record)
            notes = [*found_out, *tally.notes, *_verdict_notes(tally, _rubric(store))]
            for text in notes:
                note(f"{file}: {text}")
            for text in ratings_hints(together, record, tally):
                note(text)
            reports.append({"file": file, **_as_file(record, formats[0].reason, notes, tally)})
    sums = {name: sum(f[name] for f in reports) for name in COUNTS}
    imports = [dataclasses.asdict(r) for r in done]
    result = {"files": reports, **sums, "imports": imports, "weeks": weeks_in_log(log_of(store_path))}
    emit(result, as_json, lambda: _show(done, [f["rejects_file"] for f in reports]))
    if any(r.rejected for r in done) and not any(r.added or r.duplicate for r in done):
        raise NothingToDo(_nothing_added(done))


def _undo(store: Store, import_id: str, by: str, as_json: bool) -> None:
    undone = undo_import(store, import_id, by=by)

    def render() -> None:
        text = f"Undone: the {counted(undone.added, 'conversation')} of {undone.file} left the log."
        out.print(text, highlight=False, markup=False, soft_wrap=True)

    emit({"undone": dataclasses.asdict(undone), "weeks": weeks_in_log(log_of(store.path))}, as_json, render)


def _nothing_added(done: list[Import]) -> str:
    """Say how many records could not be read, and how many conversations the log already has with other content."""
    rejected, changed = sum(r.rejected for r in done), sum(r.changed for r in done)
    text = f"{counted(rejected, 'record')} could not be read; the lines above say why. Nothing was added."
    if changed:
        known = f"{counted(changed, 'conversation')} {'is' if changed == 1 else 'are'}"
        text = f"{known} already in the log with other content; the first version is kept. {text}"
    return text


def _bar() -> Progress:
    """Return a progress bar on standard error, shown only in a terminal."""
    columns: tuple[Any, ...] = ("{task.description}", BarColumn(), DownloadColumn(), TimeRemainingColumn())
    return Progress(*columns, console=err, transient=True, disable=not err.is_terminal)


def _progress(bar: Progress, file: str) -> Callable[[int, int], None]:
    task = bar.add_task(Path(file).name, total=None)

    def progress(done: int, total: int) -> None:
        bar.update(task, completed=done, total=total)

    return progress


def _announce(file: str, seen: list[Detected]) -> Callable[[Detected], None]:
    def announce(detected: Detected) -> None:
        seen.append(detected)
        note(f"{file}: format {detected.format}; {detected.reason}")

    return announce


def _as_file(record: Import, reason: str, notes: list[str], tally: Tally) -> dict[str, Any]:
    """Return what an import of one file did as JSON; ``rejects_file`` lists every rejected record."""
    return {
        "format": record.format,
        "reason": reason,
        **{name: getattr(record, name) for name in COUNTS},
        "notes": notes,
        "rejects_file": None if tally.rejects_file is None else str(tally.rejects_file),
    }


def _rubric(store: Store) -> Rubric | None:
    """Return the rubric, None in a store that has none yet."""
    try:
        return current_rubric(store)
    except UnknownError:
        return None


def _verdict_notes(tally: Tally, rubric: Rubric | None) -> list[str]:
    """Say which verdicts of a log cannot count: their dimension, or their value, is not in the rubric."""
    notes: list[str] = []
    if rubric is None:
        return notes
    for name, counts in tally.verdicts.items():
        if name not in rubric.names:
            notes.append(
                f"{counted(counts.total(), 'verdict')} in the dimension '{name}', which the rubric does not have; "
                f"expected one of {', '.join(rubric.names)}. They stay in the log and do not count."
            )
            continue
        odd = {v: n for v, n in counts.items() if v.casefold() not in MISSING and _outside(rubric[name], v)}
        if odd:
            shown = ", ".join(f"'{v}' ({n:,})" for v, n in sorted(odd.items(), key=lambda pair: -pair[1])[:8])
            notes.append(
                f"{counted(sum(odd.values()), 'verdict')} in the dimension '{name}' with a value that the rubric does "
                f"not have: {shown}; expected {', '.join(rubric[name].scale.values) or 'a number'}. They count as no "
                "verdict."
            )
    return notes


def _outside(dimension: Dimension, raw: object) -> bool:
    try:
        dimension.scale.canonical(raw)
    except ValueError:
        return True
    return False


def _show(done: list[Import], rejects: list[str | None]) -> None:
    for record, listed in zip(done, rejects, strict=True):
        out.print(
            f"{record.file} ({record.format}): read {record.read:,}, added {record.added:,}, "
            f"duplicate {record.duplicate:,}, changed {record.changed:,}, rejected {record.rejected:,}, "
            f"undated {record.undated:,}",
            highlight=False,
            markup=False,
            soft_wrap=True,
        )
        out.print(f"id {record.id}", highlight=False, style="dim")
        for text in _rejections(record):
            err.print(text, highlight=False, markup=False, soft_wrap=True)
        if listed is not None:
            err.print(f"All {record.rejected:,} rejected: {listed}", highlight=False, markup=False, soft_wrap=True)


def _rejections(record: Import) -> list[str]:
    """Return a sentence for each kind of rejection, with its first line and how often it comes."""
    kinds: dict[tuple[str, str, str, str], list[int]] = {}
    for row in record.rejections:
        kind = (row.get("file", record.file), row["column"], str(row["found"]), row["expected"])
        kinds.setdefault(kind, []).append(row["line"])
    lines = []
    for (file, column, found, expected), at in list(kinds.items())[:SHOWN]:
        place = f"{file}, line {at[0]}" + ("" if column == "line" else f", {column}")
        others = f" ({len(at) - 1:,} more like this)" if len(at) > 1 else ""
        lines.append(f"{place}: found {found}, expected {expected}{others}")
    told = sum(len(at) for at in list(kinds.values())[:SHOWN])
    if record.rejected > told:
        lines.append(f"... and {record.rejected - told:,} more.")
    return lines
