"""``spotcheck labels`` and ``spotcheck verdicts``: what people and judges said, in and out."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path

import click

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
from review.exchange.label_export import export_labels
from review.exchange.labels import ImportedLabels, import_labels, read_labels
from review.exchange.verdicts import ImportedVerdicts, export_verdicts, import_verdicts, read_verdicts

_dimension = click.option("--dimension", metavar="D", help="The dimension, for files without that column.")
_force = click.option("--force", is_flag=True, help="Replace what is there.")
_target = click.argument("file", type=click.Path(path_type=Path, dir_okay=False))


@click.group()
def labels() -> None:
    """Labels of people: item,rater,dimension,label[,at,comment]."""


@labels.command("import")
@click.argument("file")
@click.option("--week", metavar="W", help="Where unknown items go; default: the current ISO week.")
@_dimension
@as_option
@store_option
@json_option
def labels_import(
    file: str, week: str | None, dimension: str | None, acting: str | None, store_path: str, as_json: bool
) -> None:
    """Take all labels of FILE (CSV, JSONL, Parquet; - is standard input) or none."""
    store, table = opened(store_path), read_labels(file)
    for text in table.notes:
        note(text)
    done = import_labels(store, table, by=acting_person(store, acting).id, week=week, dimension=dimension)
    emit(asdict(done), as_json, lambda: _labels_done(done))


def _labels_done(done: ImportedLabels) -> None:
    out.print(f"{done.annotations} annotations from {done.rows} rows", highlight=False)
    parts = (
        (done.changed, "changed what the rater had said before"),
        (done.unchanged, "were there already"),
        (done.older, "are older than what the rater said since, and were left out"),
        (done.empty, "cells were empty: missing ratings"),
        (done.new_items, "items are new: hand-picked, without a probability"),
    )
    for n, text in parts:
        if n:
            out.print(f"  {n} {text}", highlight=False)
    if done.new_raters:
        shown = ", ".join(done.new_raters[:12]) + (", ..." if len(done.new_raters) > 12 else "")
        note(f"added {len(done.new_raters)} people as annotators: {shown}")


@labels.command("export")
@_target
@_force
@as_option
@store_option
@json_option
def labels_export(file: Path, force: bool, acting: str | None, store_path: str, as_json: bool) -> None:
    """Write every label that counts to FILE (.csv, .jsonl or .parquet).

    Columns: item, rater, dimension, label, at, comment, rubric_version (under which it was given; compute on one
    version at a time) and late (given after the item was handed on).
    """
    store = opened(store_path)
    rows = export_labels(store, file, by=acting_person(store, acting).id, force=force)
    note_long_cells(file)
    emit(
        {"file": str(file), "rows": rows},
        as_json,
        lambda: out.print(f"{file}: {rows} labels", highlight=False, soft_wrap=True),
    )


@click.group()
def verdicts() -> None:
    """Verdicts of judges: item,judge[,version],dimension,label[,score,rationale]."""


@verdicts.command("import")
@click.argument("file")
@_dimension
@as_option
@store_option
@json_option
def verdicts_import(file: str, dimension: str | None, acting: str | None, store_path: str, as_json: bool) -> None:
    """Take all verdicts of FILE (CSV, JSONL, Parquet; - is standard input) or none."""
    store, table = opened(store_path), read_verdicts(file)
    for text in table.notes:
        note(text)
    done = import_verdicts(store, table, by=acting_person(store, acting).id, dimension=dimension)
    emit(asdict(done), as_json, lambda: _verdicts_done(done))


def _verdicts_done(done: ImportedVerdicts) -> None:
    out.print(f"{done.added} verdicts from {done.rows} rows by {', '.join(done.judges) or 'nobody'}", highlight=False)
    for reason, n in done.no_verdict.items():
        out.print(f"  {n} of them are no verdict: {reason}", highlight=False)
    parts = (
        (done.unchanged, "were there already"),
        (done.changed, "say something else than the verdict that is there, which stays; give them a new version"),
        (done.unknown_items, "are about items that the store does not know, and were ignored"),
    )
    for n, text in parts:
        if n:
            out.print(f"  {n} {text}", highlight=False)


@verdicts.command("export")
@_target
@_force
@as_option
@store_option
@json_option
def verdicts_export(file: Path, force: bool, acting: str | None, store_path: str, as_json: bool) -> None:
    """Write every verdict to FILE (.csv, .jsonl or .parquet)."""
    store = opened(store_path)
    rows = export_verdicts(store, file, by=acting_person(store, acting).id, force=force)
    note_long_cells(file)
    emit(
        {"file": str(file), "rows": rows},
        as_json,
        lambda: out.print(f"{file}: {rows} verdicts", highlight=False, soft_wrap=True),
    )
