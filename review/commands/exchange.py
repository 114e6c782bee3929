"""``spotcheck labels`` and ``spotcheck verdicts``: what people and judges said, in and out."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict
from pathlib import Path

import click

from review.basics.errors import InputError
from review.basics.tables import Table
from review.basics.words import counted, meant
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
from review.exchange.tool_tables import AUTO
from review.exchange.tools.catalogue import LABEL_READERS, VERDICT_READERS
from review.exchange.values import UnknownValues
from review.exchange.verdicts import ImportedVerdicts, export_verdicts, import_verdicts, read_verdicts

LABEL_COLUMNS = ("item", "rater", "label", "dimension", "at", "comment", "seconds")
VERDICT_COLUMNS = ("item", "judge", "version", "label", "dimension", "score", "rationale", "raw", "error")
_dimension = click.option(
    "--dimension", "dimensions", multiple=True, metavar="[NAME=]D",
    help="The dimension, for files without that column; for exports of tools, what a question or metric fills.",
)  # fmt: skip
_force = click.option("--force", is_flag=True, help="Replace what is there.")
_target = click.argument("file", type=click.Path(path_type=Path, dir_okay=False))


@click.group()
def labels() -> None:
    """Labels of people: item,rater,dimension,label[,at,comment]."""


_map = click.option(
    "--map", "maps", multiple=True, metavar="COLUMN=NAME", help="The name of a column in FILE, such as label=answer."
)
_value = click.option(
    "--value", "tables", multiple=True, metavar="D:RAW=VALUE",
    help="Translate a value, such as politeness:Polite=friendly.",
)  # fmt: skip


@labels.command("import")
@click.argument("file")
@_map
@_value
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
    help="Whether raters whom the store does not know become annotators; otherwise nothing is imported.",
)
@_dimension
@as_option
@store_option
@json_option
def labels_import(
    file: str,
    maps: tuple[str, ...],
    tables: tuple[str, ...],
    wide: bool,
    new_people: bool,
    format: str,
    rater: str,
    week: str | None,
    dimensions: tuple[str, ...],
    acting: str | None,
    store_path: str,
    as_json: bool,
) -> None:
    """Take all labels of FILE (CSV, JSON, JSONL or Parquet; - is standard input) or none.

    Columns: item, rater, label and optionally dimension, at, comment, seconds; or item and a column for each rater; or
    the export of an annotation tool, whose questions become dimensions of the same name, or those of --dimension.
    """
    names, (dimension, questions) = column_names(maps, LABEL_COLUMNS), dimension_names(dimensions)
    store, table = opened(store_path), read_labels(file, names=names, wide=wide, format=format, rater=rater)
    by = acting_person(store, acting).id
    with _unknown_told(table, as_json):
        done = import_labels(
            store, table, by=by, week=week, dimension=dimension, questions=questions, translate=tables,
            new_people=new_people,
        )  # fmt: skip
    notes = (*table.notes, *done.notes)
    for text in notes:
        note(text)
    counts = {"read": done.rows, "rejected": 0, "unknown_values": {}, "notes": list(notes)}
    emit({**asdict(done), **counts}, as_json, lambda: _labels_done(done))


def column_names(options: tuple[str, ...], known: tuple[str, ...]) -> dict[str, str]:
    """Read ``label=answer`` options: a column of ours and its name in the file."""
    names: dict[str, str] = {}
    for option in options:
        ours, equals, theirs = (part.strip() for part in option.partition("="))
        if not equals or not theirs:
            raise InputError(f"--map: found '{option}', expected COLUMN=NAME with a column of {', '.join(known)}.")
        if ours not in known:
            near = meant(ours, known)
            raise InputError(f"--map: there is no column '{ours}'{near}; expected one of {', '.join(known)}.")
        names[ours] = theirs
    return names


def dimension_names(options: tuple[str, ...]) -> tuple[str | None, dict[str, str]]:
    """Read ``correctness`` and ``verdict=correctness`` options: the one dimension, and what names of a tool fill."""
    plain = [option for option in options if "=" not in option]
    if len(plain) > 1:
        raise InputError(f"--dimension: found {', '.join(plain)}, expected one dimension, or NAME=DIMENSION for each.")
    named = {}
    for option in options:
        name, equals, target = (part.strip() for part in option.rpartition("="))
        if equals:
            named[name] = target
    return (plain[0] if plain else None), named


def _thresholds(options: tuple[str, ...]) -> dict[str, float]:
    found = {}
    for option in options:
        name, equals, limit = (part.strip() for part in option.rpartition("="))
        try:
            found[name] = float(limit)
        except ValueError:
            equals = ""
        if not equals or not name or found.get(name) != found.get(name):
            raise InputError(f"--threshold: found '{option}', expected NAME=SCORE such as faithfulness=0.7.")
    return found


@contextmanager
def _unknown_told(table: Table, as_json: bool) -> Iterator[None]:
    """Print the counts as JSON too when values that the rubric does not have stop an import."""
    try:
        yield
    except UnknownValues as error:
        if as_json:
            rows = len(table.rows)
            counts = {"read": rows, "added": 0, "duplicate": 0, "rejected": rows}
            result = {"format": table.format, **counts, "values": error.values, "unknown_values": error.unknown}
            emit({**result, "notes": list(table.notes)}, True, lambda: None)
        raise


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
        note(f"added {counted(len(done.new_raters), 'person', 'people')} as annotators: {shown}")


@labels.command("export")
@_target
@_force
@click.option("--wide", is_flag=True, help="One row for each item and dimension, with a column for each rater.")
@as_option
@store_option
@json_option
def labels_export(file: Path, force: bool, wide: bool, acting: str | None, store_path: str, as_json: bool) -> None:
    """Write every label that counts to FILE (.csv, .jsonl or .parquet).

    Columns: item, rater, dimension, label, at, comment, seconds, rubric_version (under which it was given; compute on
    one version at a time) and late (given after the item was handed on).
    """
    store = opened(store_path)
    rows = export_labels(store, file, by=acting_person(store, acting).id, force=force, wide=wide)
    note_long_cells(file)
    emit(
        {"file": str(file), "rows": rows},
        as_json,
        lambda: out.print(f"{file}: {rows} {'rows' if wide else 'labels'}", highlight=False, soft_wrap=True),
    )


@click.group()
def verdicts() -> None:
    """Verdicts of judges: item,judge[,version],dimension,label[,score,rationale]."""


@verdicts.command("import")
@click.argument("file")
@_map
@_value
@click.option("--missing-as-no-verdict", is_flag=True, help="Take values that the rubric does not have as no verdict.")
@click.option("--replace", is_flag=True, help="Replace verdicts that differ; the old ones are kept, and it is audited.")
@click.option(
    "--format",
    "format",
    default=AUTO,
    show_default=True,
    help=f"auto (by the keys), table, or an export: {', '.join(VERDICT_READERS)}.",
)
@click.option("--judge", default="", metavar="NAME", help="Whose verdicts those of an export are that name no judge.")
@click.option(
    "--threshold",
    "thresholds",
    multiple=True,
    metavar="NAME=SCORE",
    help="The least score of a metric that is a pass; lower ones are a fail.",
)
@_dimension
@as_option
@store_option
@json_option
def verdicts_import(
    file: str,
    maps: tuple[str, ...],
    tables: tuple[str, ...],
    missing_as_no_verdict: bool,
    replace: bool,
    format: str,
    judge: str,
    thresholds: tuple[str, ...],
    dimensions: tuple[str, ...],
    acting: str | None,
    store_path: str,
    as_json: bool,
) -> None:
    """Take all verdicts of FILE (CSV, JSON, JSONL or Parquet; - is standard input) or none.

    Or the export of an evaluation tool, whose metrics become dimensions of the same name, or those of --dimension; its
    verdicts are pass and fail. Values that the rubric does not have stop the import; translate them with --value.
    """
    names, (dimension, metrics) = column_names(maps, VERDICT_COLUMNS), dimension_names(dimensions)
    limits = _thresholds(thresholds)
    store = opened(store_path)
    table = read_verdicts(file, names=names, format=format, judge=judge, thresholds=limits)
    by = acting_person(store, acting).id
    with _unknown_told(table, as_json):
        done = import_verdicts(
            store,
            table,
            by=by,
            dimension=dimension,
            metrics=metrics,
            translate=tables,
            unknown_as_missing=missing_as_no_verdict,
            replace=replace,
        )
    notes = (*table.notes, *done.notes)
    for text in notes:
        note(text)
    counts = {"read": done.rows, "duplicate": done.unchanged, "rejected": done.unknown_items, "notes": list(notes)}
    emit({**asdict(done), **counts}, as_json, lambda: _verdicts_done(done))


def _verdicts_done(done: ImportedVerdicts) -> None:
    out.print(f"{done.added} verdicts from {done.rows} rows by {', '.join(done.judges) or 'nobody'}", highlight=False)
    for reason, n in done.no_verdict.items():
        out.print(f"  {n} of them are no verdict: {reason}", highlight=False)
    parts = (
        (done.unchanged, "were there already"),
        (done.replaced, "replace the verdict that was there"),
        (
            done.changed,
            "say something else than the verdict that is there, which stays; give them a new version, or replace it "
            "with --replace",
        ),
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
