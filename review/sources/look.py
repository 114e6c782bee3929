"""The first look at a file that somebody drops: format, fields, a mapping to correct, and what has to be said first.

Nothing here raises because something is missing: what a file needs is part of the answer.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from review.basics.date_forms import DateColumn
from review.basics.input_file import InputFile
from review.basics.raw_otlp import is_otlp
from review.sources.file_sets import file_set
from review.sources.fit import AUTO, NotMapped, reading_for
from review.sources.options import ImportOptions
from review.sources.paths import places
from review.sources.prepared import AmbiguousDates, date_form, first_records
from review.sources.proposing import Proposed, proposed
from review.sources.readers.catalogue import PLAIN, detect
from review.sources.readers.fields import Record
from review.sources.readings import Reading

ENCODINGS = {
    "cp1252": "Western European (Windows)",
    "cp1250": "Central European (Windows)",
    "cp1251": "Cyrillic (Windows)",
    "koi8-r": "Cyrillic (KOI8-R)",
    "gb18030": "Chinese (GB 18030)",
    "shift_jis": "Japanese (Shift JIS)",
    "mac-roman": "Western European (old Mac)",
}
"""Encodings that a person can choose from -> their name in words."""
BINARY = (b"PAR1", b"PK\x03\x04")
MOST = 1_000
"""Letters of a line that is not UTF-8: more than a page shows, so that it can mask the line before it cuts it."""


@dataclass(frozen=True, kw_only=True)
class Look:
    """``reading`` is how the file would be read: as its source is known, or as its names and values suggest.

    ``format`` is None where nobody has confirmed the mapping.
    ``places`` are the values of the first records by path. ``encodings`` shows a line that is not UTF-8 under each
    encoding that can read it. ``dates`` is the column that several forms read, or no single one; else None. ``guessed``
    says that the mapping is a proposal, which nobody has confirmed.
    """

    reading: Reading = field(default_factory=Reading)
    format: str | None = None
    plain: bool = True
    records: tuple[Record, ...] = ()
    places: Mapping[str, list[Any]] = field(default_factory=dict)
    proposal: tuple[Proposed, ...] = ()
    encodings: Mapping[str, str] = field(default_factory=dict)
    dates: DateColumn | None = None
    guessed: bool = False
    notes: tuple[str, ...] = ()


def look_at(path: Path, asked: ImportOptions, known: Sequence[Reading]) -> Look:
    """Look at the first records of a file. Raises InputError only for a file that cannot be read at all."""
    encoding = asked.encoding or next((reading.encoding for reading in known if reading.encoding), "")
    if is_text(path) and not InputFile(str(path), path=path).is_utf8():
        if not encoding:
            return Look(encodings=readable_as(path))
    else:
        encoding = asked.encoding
    files = file_set(path).encoded(encoding)
    layout, records = first_records(files, asked)
    said = Reading(mapping=asked.mapping, values=asked.values, date_format=asked.date_format, encoding=encoding)
    rows, notes, guessed = tuple(proposed(records)), list[str](), False
    try:
        reading = reading_for(records, layout, said, known, file=path.name, format=asked.format)
        if reading.where and reading.mapping:
            notes.append(f"Read with the mapping {reading.where}.")
    except NotMapped:
        guessed = True
        reading = Reading(mapping={row.field: row.path for row in rows}, values=asked.values, encoding=encoding)
    dates = None
    form = asked.date_format or reading.date_format
    if not asked.date_format:
        try:
            form, why = date_form(files, records, asked, reading)
            notes += [why] if why else []
        except AmbiguousDates as error:
            form, dates = "", error.column
    reading = Reading(
        mapping=reading.mapping, values=reading.values, date_format=form, encoding=encoding, where=reading.where
    )
    format = asked.format
    if format == AUTO and not guessed:
        format = detect(records, layout, file=path.name, mapping=reading.mapping).format
    return Look(
        reading=reading,
        format=None if guessed or format == AUTO else format,
        plain=guessed or format in PLAIN.values(),
        records=tuple(records),
        places=places(records),
        proposal=rows,
        dates=dates,
        guessed=guessed,
        notes=tuple(notes),
    )


def is_text(path: Path) -> bool:
    """Whether a file holds text, which has an encoding: no Parquet, spreadsheet or protobuf."""
    given = InputFile(str(path), path=path)
    head = given.head()
    return not head.startswith(BINARY) and not is_otlp(given, head)


def readable_as(path: Path) -> dict[str, str]:
    """Return the first line that is not UTF-8, as each encoding that can read the whole file shows it."""
    found = {}
    for encoding in ENCODINGS:
        line, first = b"", None
        file, lines = InputFile(str(path), path=path).open()
        try:
            with file:
                while line := lines.readline(1 << 20):
                    text = line.decode(encoding)
                    if first is None and not _is_utf8(line):
                        first = text.strip()[:MOST]
        except UnicodeDecodeError:
            continue
        found[encoding] = first or ""
    return found


def _is_utf8(line: bytes) -> bool:
    try:
        line.decode("utf-8")
    except UnicodeDecodeError:
        return False
    return True
