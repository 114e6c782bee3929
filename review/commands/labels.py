"""``spotcheck labels``: what people said, in and out."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path

import click

from review.basics.errors import NothingToDo, UnknownError
from review.basics.words import counted
from review.commands.common import (
    acting_person,
    as_option,
    emit,
    json_option,
    note,
    note_long_cells,
    opened,
    out,
    store_option,
)
from review.commands.exchange import (
    column_names,
    dimension_names,
    dimension_option,
    encoding_option,
    force_option,
    map_option,
    records_option,
    say_parts,
    target_argument,
    unknown_told,
    value_option,
)
from review.exchange.label_export import export_labels, marks_left_out
from review.exchange.labels import ImportedLabels, import_labels, read_labels
from review.exchange.logged_scores import logged_scores, scores_as_labels
from review.exchange.tool_tables import AUTO
from review.exchange.tools.catalogue import LABEL_READERS
from review.exchange.undoing_labels import undo_labels
from review.settings.sources import checked_encoding
from storage.records_log import Import
from storage.store import Store

LABEL_COLUMNS = ("item", "rater", "label", "dimension", "at", "comment", "seconds")


@click.group()
def labels() -> None:
    """Labels of people: item,rater,dimension,label[,at,comment]."""


@labels.command("import")
@click.argument("files", metavar="[FILE]...", nargs=-1)
@map_option
@value_option
@click.option("--wide", is_flag=True, help="FILE has a column per rater. Recognised when it has no rater or label.")
@click.option(
    "--format",
    "format",
    default=AUTO,
    show_default=True,
    help=f"auto (by the keys), table, or an export: {', '.join(LABEL_READERS)}.",
)
@click.option("--rater", default="", metavar="NAME", help="Whose labels those of an export are that name nobody.")
@click.option("--week", metavar="W", help="Where unknown items go; default: the current ISO week.")
@click.option(
    "--new-people/--no-new-people",
    default=True,
    show_default=True,
    help="Whether raters whom the store does not know are added, without a role; otherwise nothing is imported.",
)
@click.option(
    "--scores-of", default=None, metavar="ID", help="Take the human scores that an import of conversations brought."
)
@click.option("--undo", default=None, metavar="ID", help="Undo an import of which nothing was settled or closed since.")
@click.option(
    "--date-format", default="", metavar="FORM",
    help="How times are written: day-first, month-first, year-first, or a pattern such as %d.%m.%Y.",
)  # fmt: skip
@records_option
@encoding_option
@dimension_option
@as_option
@store_option
@json_option
def labels_import(
    files: tuple[str, ...],
    maps: tuple[str, ...],
    tables: tuple[str, ...],
    wide: bool,
    new_people: bool,
    scores_of: str | None,
    undo: str | None,
    format: str,
    rater: str,
    week: str | None,
    date_format: str,
    records: str | None,
    encoding: str,
    dimensions: tuple[str, ...],
    acting: str | None,
    store_path: str,
    as_json: bool,
) -> None:
    """Take all labels of FILE... or none.

    FILE is CSV, JSON, JSONL, Parquet or a spreadsheet, also packed (.gz, .zst), a folder, a pattern or a zip archive; -
    is standard input. Several files are taken together.

    Columns: item, rater, label and optionally dimension, at, comment, seconds; or item and a column for each rater; or
    the export of an annotation tool, whose questions become dimensions of the same name, or those of --dimension.
    """
    if [undo, scores_of, files or None].count(None) != 2:
        raise click.UsageError("give the files to import, --scores-of or --undo with the id of an import.")
    if undo is not None:
        _undo(opened(store_path), undo, acting, as_json)
        return
    names, (dimension, questions) = column_names(maps, LABEL_COLUMNS), dimension_names(dimensions)
    store = opened(store_path)
    if files:
        table = read_labels(
            files, names=names, wide=wide, format=format, rater=rater, records=records,
            encoding=checked_encoding("encoding", encoding),
        )  # fmt: skip
    else:
        table = scores_as_labels(store, _import_of(store, str(scores_of)), rater=rater)
    by = acting_person(store, acting).id
    with unknown_told(table, as_json):
        done = import_labels(
            store, table, by=by, week=week, dimension=dimension, questions=questions, translate=tables,
            new_people=new_people, date_format=date_format,
        )  # fmt: skip
    notes = (*table.notes, *done.notes)
    for text in notes:
        note(text)
    counts = {"read": done.rows, "rejected": 0, "unknown_values": {}, "notes": list(notes)}
    emit({**asdict(done), **counts}, as_json, lambda: _labels_done(done))


def _labels_done(done: ImportedLabels) -> None:
    out.print(f"{counted(done.annotations, 'annotation')} from {counted(done.rows, 'row')}", highlight=False)
    if done.id:
        out.print(f"id {done.id}", highlight=False, style="dim")
    parts = (
        (done.changed, "changed what the rater had said before", "changed what the rater had said before"),
        (done.unchanged, "was there already", "were there already"),
        (
            done.older,
            "is older than what the rater said since, and was left out",
            "are older than what the rater said since, and were left out",
        ),
        (
            done.kept,
            "was left out, because its item was settled or discussed",
            "were left out, because their items were settled or discussed",
        ),
        (done.empty, "cell holds no rating", "cells hold no rating"),
        (
            done.new_items,
            "item is new: hand-picked, without a probability",
            "items are new: hand-picked, without a probability",
        ),
    )
    say_parts(parts)
    if done.new_raters:
        shown = ", ".join(done.new_raters[:12]) + (", ..." if len(done.new_raters) > 12 else "")
        note(
            f"new {'person' if len(done.new_raters) == 1 else 'people'}, known from outside alone: {shown}. They get "
            "items once they have a role: `spotcheck people add NAME`"
        )


def _import_of(store: Store, import_id: str) -> Import:
    record = store.get(Import, import_id)
    if record is None:
        raise UnknownError(f"there is no import '{import_id[:80]}' in this store.")
    if not logged_scores(store, import_id):
        raise NothingToDo(f"{record.file} brought no human scores that are in the log.")
    return record


def _undo(store: Store, import_id: str, acting: str | None, as_json: bool) -> None:
    undone = undo_labels(store, import_id, by=acting_person(store, acting).id)

    def render() -> None:
        text = f"Undone: the {counted(undone.annotations, 'annotation')} of {undone.file} no longer count."
        out.print(text, highlight=False, markup=False, soft_wrap=True)

    emit({"undone": asdict(undone)}, as_json, render)


@labels.command("export")
@target_argument
@force_option
@click.option("--wide", is_flag=True, help="One row for each item and dimension, with a column for each rater.")
@as_option
@store_option
@json_option
def labels_export(file: Path, force: bool, wide: bool, acting: str | None, store_path: str, as_json: bool) -> None:
    """Write every label that counts to FILE (.csv, .jsonl or .parquet).

    Columns: item, rater, dimension, label, at, comment, seconds, rubric_version (under which it was given; compute on
    one version at a time) and late (given after the item was handed on). A .jsonl file holds the marks in answers, too.
    """
    store = opened(store_path)
    rows = export_labels(store, file, by=acting_person(store, acting).id, force=force, wide=wide)
    note_long_cells(file)
    if left_out := marks_left_out(store, file, wide=wide):
        note(f"{file}: {left_out}")
    emit(
        {"file": str(file), "rows": rows},
        as_json,
        lambda: out.print(f"{file}: {rows} {'rows' if wide else 'labels'}", highlight=False, soft_wrap=True),
    )
