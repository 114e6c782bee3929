"""Ids of a CSV log that are written ``1`` and ``1.0``: one id, because ``1.0`` came from a column with gaps."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from review.basics.input_file import InputFile
from review.basics.raw_csv import read_csv
from review.basics.record import Raw
from review.basics.tables import whole_of

_BLOCK, _OVERLAP = 1 << 20, 64
_SOMETHING = re.compile(rb"[0-9]\.0+[\"']?[ ]*[,;\t|\r\n]")
_AT_THE_START = re.compile(rb"(?:\A|\n)[\"']?[+-]?[0-9]+\.0+[\"']?[ ]*[,;\t|]")


def both_forms(given: InputFile, column: str, *, first: bool) -> dict[str, str]:
    """Return the ids in a column of a CSV file that occur in both forms, ``1.0`` -> ``1``.

    The bytes are searched first, so that a file without such ids is not read once more. ``first`` says that the column
    is the first one.
    """
    if not _may_have_some(given, _AT_THE_START if first else _SOMETHING):
        return {}
    found = {text: bare for text in _ids(given, column) if (bare := whole_of(text)) is not None}
    if not found:
        return {}
    wanted = set(found.values())
    plain = {text for text in _ids(given, column) if text in wanted}
    return {text: bare for text, bare in found.items() if bare in plain}


def with_whole_ids(raws: Iterator[Raw], column: str, whole: Mapping[str, str]) -> Iterator[Raw]:
    """Yield the records with ``1`` for each id ``1.0`` of ``whole``."""
    for raw in raws:
        if raw.record is not None and (text := _text(raw.record.get(column))) in whole:
            raw = raw._replace(record={**raw.record, column: whole[text]})
        yield raw


def _ids(given: InputFile, column: str) -> Iterator[str]:
    for raw in read_csv(given):
        if raw.record is not None:
            yield _text(raw.record.get(column))


def _text(value: object) -> str:
    return value.strip() if isinstance(value, str) else ""


def _may_have_some(given: InputFile, pattern: re.Pattern[bytes]) -> bool:
    file, content = given.open()
    with file:
        tail = b""
        while block := content.read(_BLOCK):
            if pattern.search(tail + block):
                return True
            tail = block[-_OVERLAP:]
    return False
