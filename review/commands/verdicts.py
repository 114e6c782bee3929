"""``spotcheck verdicts``: what judges said, in and out."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path

import click

from review.basics.errors import InputError
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
from review.commands.numbers import read_number
from review.exchange.tool_tables import AUTO
from review.exchange.tools.catalogue import VERDICT_READERS
from review.exchange.verdict_export import export_verdicts
from review.exchange.verdicts import ImportedVerdicts, import_verdicts, read_verdicts
from review.settings.sources import checked_encoding

VERDICT_COLUMNS = ("item", "judge", "version", "label", "dimension", "score", "rationale", "raw", "error")


@click.group()
def verdicts() -> None:
    """Verdicts of judges: item,judge[,version],dimension,label[,score,rationale]."""


@verdicts.command("import")
@click.argument("files", metavar="FILE...", nargs=-1, required=True)
@map_option
@value_option
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
@records_option
@encoding_option
@dimension_option
@as_option
@store_option
@json_option
def verdicts_import(
    files: tuple[str, ...],
    maps: tuple[str, ...],
    tables: tuple[str, ...],
    missing_as_no_verdict: bool,
    replace: bool,
    format: str,
    judge: str,
    thresholds: tuple[str, ...],
    records: str | None,
    encoding: str,
    dimensions: tuple[str, ...],
    acting: str | None,
    store_path: str,
    as_json: bool,
) -> None:
    """Take all verdicts of FILE... or none.

    FILE is CSV, JSON, JSONL, Parquet or a spreadsheet, also packed (.gz, .zst), a folder, a pattern or a zip archive; -
    is standard input. Several files are taken together.
    It may be the export of an evaluation tool, whose metrics become dimensions of the same name, or those of
    --dimension; its verdicts are pass and fail. Values that the rubric does not have stop the import; translate them
    with --value.
    """
    names, (dimension, metrics) = column_names(maps, VERDICT_COLUMNS), dimension_names(dimensions)
    limits = _thresholds(thresholds)
    store = opened(store_path)
    table = read_verdicts(
        files, names=names, format=format, judge=judge, thresholds=limits, records=records,
        encoding=checked_encoding("encoding", encoding),
    )  # fmt: skip
    by = acting_person(store, acting).id
    with unknown_told(table, as_json):
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
    verdicts, rows = counted(done.added, "verdict"), counted(done.rows, "row")
    out.print(f"{verdicts} from {rows} by {', '.join(done.judges) or 'nobody'}", highlight=False)
    for reason, n in done.no_verdict.items():
        out.print(f"  {n} of them {'is' if n == 1 else 'are'} no verdict: {reason}", highlight=False)
    parts = (
        (done.unchanged, "was there already", "were there already"),
        (done.replaced, "replaces the verdict that was there", "replace the verdict that was there"),
        (
            done.changed,
            "says something else than the verdict that is there, which stays; give it a new version, or replace it "
            "with --replace",
            "say something else than the verdict that is there, which stays; give them a new version, or replace it "
            "with --replace",
        ),
        (
            done.unknown_items,
            "is about an item that the store does not know, and was ignored. Import and draw its conversation first "
            "(`spotcheck import`, `spotcheck sample`), then import the verdicts again",
            "are about items that the store does not know, and were ignored. Import and draw their conversations first "
            "(`spotcheck import`, `spotcheck sample`), then import the verdicts again",
        ),
    )
    say_parts(parts)


@verdicts.command("export")
@target_argument
@force_option
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


def _thresholds(options: tuple[str, ...]) -> dict[str, float]:
    found = {}
    for option in options:
        name, equals, limit = (part.strip() for part in option.rpartition("="))
        score = read_number(limit)
        if not equals or not name or score is None:
            raise InputError(f"--threshold: found '{option}', expected NAME=SCORE such as faithfulness=0.7.")
        found[name] = score
    return found
