"""What ``spotcheck import`` says of labels and verdicts: in files that hold nothing else, and beside conversations."""

from __future__ import annotations

import shlex
from collections.abc import Sequence

from review.basics.errors import InputError
from review.exchange.exports import export_of, rated_too
from review.sources.file_sets import FileSet
from review.sources.fit import fits
from review.sources.options import ImportOptions
from review.sources.prepared import first_records
from review.sources.readers.catalogue import detect
from review.sources.readings import Reading
from review.sources.tally import Tally
from storage.records_log import Import


def refuse_other_exports(sets: Sequence[FileSet], options: ImportOptions, known: Sequence[Reading]) -> None:
    """Raise InputError for a file of labels or verdicts that no remembered mapping reads as conversations."""
    for files in sets:
        if len(files.files) > 1:
            continue
        try:
            layout, records = first_records(files, options)
        except InputError:
            continue  # the import itself says what is wrong with the file
        if any(fits(records, one.mapping) for one in known if one.mapping):
            continue
        try:
            format = detect(records, layout, file=files.name, mapping={}).format
        except InputError:
            format = None
        found = export_of(records, format)
        if found is not None:
            raise InputError(
                f"{files.name}: found {found.about}, expected conversations. Nothing was imported. Import the file as "
                f"{found.kind}, or name the fields that hold the conversation.",
                command_hint=f"Use `spotcheck {found.kind} import {shlex.quote(files.name)}`, or "
                "`--map question=FIELD` for the conversations in it.",
            )


def ratings_hints(files: FileSet, done: Import, tally: Tally) -> list[str]:
    """Return which command takes the labels or verdicts of files whose conversations were imported."""
    kind = "labels" if tally.human_scores else rated_too(done.format)
    alone = files.files[0] if len(files.files) == 1 and files.files[0].member is None else None
    if kind and alone is not None:
        return [f"`spotcheck {kind} import {shlex.quote(alone.name)}` takes the {kind} in it."]
    return [f"`spotcheck labels import --scores-of {done.id}` takes the labels in them."] if tally.human_scores else []
