"""What an import of one file will do: its first records looked at, its mapping found, its dates decided.

Nothing is written here. A page shows the result before it imports; the command imports at once, or says what it needs.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from review.basics.date_forms import ISO, ORDERS, DateColumn, order_of
from review.basics.errors import InputError
from review.sources.file_sets import Files, FileSet, file_set
from review.sources.files import peeked
from review.sources.fit import AUTO, named_paths, reading_for
from review.sources.options import ImportOptions
from review.sources.readers.catalogue import PLAIN
from review.sources.readers.fields import Record
from review.sources.readers.mapping import picked
from review.sources.readings import Reading

DATE = "created_at"


@dataclass(frozen=True, kw_only=True)
class Prepared:
    """``options`` are complete. ``news`` is what to remember of the source, None when all of it was known.

    ``notes`` say in sentences what was found out on the way.
    """

    options: ImportOptions
    news: Reading | None = None
    notes: tuple[str, ...] = ()


class AmbiguousDates(InputError):
    """Dates that several forms read, or that no single form reads; somebody must say which."""

    def __init__(self, file: str, path: str, column: DateColumn) -> None:
        fits = [form for form in column.fits if form != ISO]
        remedy = "Say which it is." if fits else "Say which form the dates have; other rows are then rejected."
        text = f"{file}: the dates in '{path}': {column.why} {remedy}"
        super().__init__(text, command_hint=f"Use `--date-format FORM` with {' or '.join(fits or ORDERS)}.")
        self.column = column
        self.path = path


def prepared(file: Files, asked: ImportOptions, known: Sequence[Reading] = ()) -> Prepared:
    """Complete what is asked with what is known of the source and what the file itself decides.

    Raises InputError when the file cannot be read or a path finds nothing, NotMapped when it needs a mapping, and
    AmbiguousDates.
    """
    files = file_set(file)
    encoding = asked.encoding or _known_encoding(files, known)
    files = files.encoded(encoding)
    layout, records = first_records(files, asked)
    said = Reading(mapping=asked.mapping, values=asked.values, date_format=asked.date_format, encoding=asked.encoding)
    reading = reading_for(records, layout, said, known, file=files.files[0].name, format=asked.format)
    notes = [f"{sentence}." for sentence in named_paths(records, reading.mapping)]
    if reading.where and reading.mapping:
        notes.append(f"Read with the mapping {reading.where}.")
    form, why = asked.date_format, ""
    if form:
        refuse_disproved(files, records, asked, reading.mapping)
    else:
        in_use = dataclasses.replace(reading, encoding=encoding)
        form, why = date_form(files, records, asked, in_use)
    news = dataclasses.replace(reading, date_format=form or reading.date_format)
    options = dataclasses.replace(
        asked, mapping=reading.mapping, values=reading.values, date_format=news.date_format, encoding=encoding
    )
    is_new = said.says_something or news.date_format != reading.date_format
    return Prepared(options=options, news=news if is_new else None, notes=(*notes, *([why] if why else [])))


def first_records(files: FileSet, asked: ImportOptions) -> tuple[str, list[Record]]:
    """Return the layout of some files and the first records. Raises InputError when they cannot be read at all."""
    found = peeked(files.files[0], format=asked.format, mapping=asked.mapping, records=asked.records)
    return found.layout, found.first


def _known_encoding(files: FileSet, known: Sequence[Reading]) -> str:
    """Return the encoding that is known of the source, unless all of the files are UTF-8."""
    declared = next((reading.encoding for reading in known if reading.encoding), "")
    if declared and all(file.is_utf8() for file in files.files):
        return ""
    return declared


def date_form(files: FileSet, records: Sequence[Record], asked: ImportOptions, reading: Reading) -> tuple[str, str]:
    """Return the form of the dates of some files and why, both "" when they need none. Raises AmbiguousDates."""
    place = _place(records, asked, reading.mapping)
    if not place:
        return "", ""
    column = DateColumn()
    for value in _cells(records, place):
        column.see(value)
    if not column.needs_form:
        return "", ""
    column = whole_column(files.encoded(reading.encoding), place, asked)
    form = reading.date_format
    if form and (form in column.fits or form not in ORDERS):
        return form, f"Dates are read {form}, as {reading.where}."
    if column.decided:
        return column.decided, f"Dates are read {column.decided}. {column.why}"
    raise AmbiguousDates(files.files[0].name, place, column)


def refuse_disproved(
    files: FileSet, records: Sequence[Record], asked: ImportOptions, mapping: Mapping[str, str]
) -> None:
    """Raise InputError when a date shows that the declared form is wrong, and another form reads all of them.

    Otherwise the dates that both forms read would come in with day and month swapped.
    """
    place, order = _place(records, asked, mapping), order_of(asked.date_format)
    if not place or not order:
        return
    column = whole_column(files, place, asked)
    if order in column.disproved and column.needs_form and column.fits:
        right = " or ".join(column.fits)
        raise InputError(
            f"{files.files[0].name}: the dates in '{place}': found '{column.disproved[order]}', which is no date in "
            f"the form {asked.date_format}, and {right} reads all {column.seen:,} values. Declare {right}.",
            command_hint=f"Use `--date-format {column.fits[0]}`, or leave the option out.",
        )


def _place(records: Sequence[Record], asked: ImportOptions, mapping: Mapping[str, str]) -> str:
    """Return where the dates of a plain log are, "" for a format that says itself what its dates are."""
    place = mapping.get(DATE) or (DATE if any(DATE in record for record in records) else "")
    return "" if DATE not in mapping and asked.format not in (AUTO, *PLAIN.values()) else place


def whole_column(files: FileSet, place: str, asked: ImportOptions) -> DateColumn:
    """Look at the dates of all records of some files."""
    column = DateColumn()
    for file in files.files:
        raws = peeked(file, format=asked.format, mapping=asked.mapping, records=asked.records).raws
        for value in _cells((raw.record for raw in raws if raw.record is not None), place):
            column.see(value)
    return column


def _cells(records: Any, place: str) -> Iterator[Any]:
    for record in records:
        yield picked(record, {DATE: place}).get(DATE)
