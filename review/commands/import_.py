"""``spotcheck import``: add production conversations to the log."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from typing import Any

import click
from rich.progress import Progress

from review.basics.errors import NoRecords, NothingToDo, ReviewError
from review.basics.log_paths import log_of
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
from review.commands.import_render import (
    COUNTS,
    announcing,
    as_empty,
    as_file,
    as_refused,
    nothing_added,
    progress_bar,
    progress_of,
    rubric_or_none,
    show,
    verdict_notes,
)
from review.log.log import weeks_in_log
from review.people.people import require
from review.settings.project import Project, project_of
from review.sources.file_sets import FileSet, file_sets, why_refused
from review.sources.import_into import came_in
from review.sources.import_source import import_from_source
from review.sources.normalise import DEFAULT_SOURCE
from review.sources.options import AUTO, ImportOptions, import_options
from review.sources.prepared import prepared
from review.sources.readers.catalogue import READERS, Detected
from review.sources.readers.mapping import parse_mapping, parse_values
from review.sources.readings import known_readings
from review.sources.source_names import mixed_source
from review.sources.tally import Tally
from review.sources.undoing import undo_import
from storage.records_log import Import
from storage.store import Store

_Done = tuple[Import, dict[str, Any]]
"""The record of an import, and what it did as JSON."""
_Failed = tuple[str, list[str], ReviewError]
"""The name of files that belong together, their own names, and why they did not come in."""


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
    cannot be read are reported with their line, and the others are imported. A file that is refused adds nothing, and
    the other files are imported. Exit code 1 when records were rejected and none could be read, 2 when a file was
    refused.
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
    require(store, by, "lead")
    sets, refused = file_sets(
        files,
        format=format,
        mapping=options.mapping,
        records=records,
        known=lambda one: prepared(one, options, readings),
    )
    done: list[_Done] = []
    failed: list[_Failed] = [(one.name, [one.name], one.error) for one in refused]
    with progress_bar() as bar:
        for together in sets:
            try:
                if format == AUTO and not options.mapping:
                    refuse_other_exports((together,), options, readings)
                done.append(_import_set(store, project, together, options, by=by, bar=bar))
            except (ReviewError, OSError) as error:
                failed.append((together.name, together.names, why_refused(error, together)))
    empty = [one for one in failed if isinstance(one[2], NoRecords)]
    failed = [one for one in failed if one not in empty]
    if not done and not empty and len(failed) == 1:
        raise failed[0][2]
    _tell(store_path, done, empty, failed, as_json=as_json)


def _tell(
    store_path: str, done: list[_Done], empty: Sequence[_Failed], failed: Sequence[_Failed], *, as_json: bool
) -> None:
    """Print what became of every file. Raises SystemExit when one was refused, NothingToDo when nothing came in."""
    reports = [
        *(report for _, report in done),
        *(as_empty(*one) for one in empty),
        *(as_refused(*one) for one in failed),
    ]
    result = {
        "files": reports,
        **{name: sum(f[name] for f in reports) for name in COUNTS},
        "imports": [dataclasses.asdict(record) for record, _ in done],
        "weeks": weeks_in_log(log_of(store_path)),
    }
    emit(result, as_json, lambda: show(done))
    for name, _, reason in empty:
        note(f"{name}: read 0. {reason}")
    for name, _, refusal in failed:
        err.print(f"{name}: not imported. {refusal.with_hint}", highlight=False, markup=False, soft_wrap=True)
    if failed:
        raise SystemExit(max(refusal.exit_code for _, _, refusal in failed))
    made = [record for record, _ in done]
    if any(one.rejected for one in made) and not any(came_in(one) for one in made):
        raise NothingToDo(nothing_added(made))


def _import_set(
    store: Store, project: Project, together: FileSet, options: ImportOptions, *, by: str, bar: Progress
) -> tuple[Import, dict[str, Any]]:
    """Import files that belong together; return the record, and what the import did as JSON."""
    file = together.name
    watch, tally, formats = progress_of(bar, file), Tally(), list[Detected]()
    told, found_out = announcing(file, formats), list[str]()
    record = import_from_source(
        store, project, together, options, by=by, progress=watch, on_detected=told, on_note=found_out.append,
        tally=tally,
    )  # fmt: skip
    if together.name != ", ".join(together.names):
        note(f"read together: {', '.join(together.names)}")
    mixed = mixed_source(store, record)
    notes = [*found_out, *tally.notes, *verdict_notes(tally, rubric_or_none(store)), *([mixed] if mixed else [])]
    for text in notes:
        note(f"{file}: {text}")
    for text in ratings_hints(together, record, tally):
        note(text)
    return record, as_file(record, formats[0].reason, notes, tally, together)


def _undo(store: Store, import_id: str, by: str, as_json: bool) -> None:
    undone = undo_import(store, import_id, by=by)

    def render() -> None:
        left = counted(undone.added, "conversation")
        text = f"Undone: the {left} of {undone.file} left the log." if undone.added else f"Undone: {undone.file}."
        out.print(text, highlight=False, markup=False, soft_wrap=True)

    emit({"undone": dataclasses.asdict(undone), "weeks": weeks_in_log(log_of(store.path))}, as_json, render)
