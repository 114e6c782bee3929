"""A results file that a run without a store wrote: its answers can come into the store later."""

from __future__ import annotations

import codecs
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import orjson

from review.basics.errors import InputError
from review.experiments.targets.results.rows import ResultFormat, ResultRow
from review.experiments.values import ANSWER_FIELDS


def read(path: Path) -> Iterator[ResultRow]:
    """Yield each answer; those that were missing are left out."""
    for number, line in enumerate(path.read_bytes().removeprefix(codecs.BOM_UTF8).splitlines(), start=1):
        try:
            found = orjson.loads(line)
        except orjson.JSONDecodeError as error:
            raise InputError(f"{path}, line {number}: found no whole JSON object ({error}).") from None
        if not isinstance(found, dict) or (number > 1 and "id" not in found):
            raise InputError(f"{path}, line {number}: found {str(found)[:80]}, expected an object with an id.")
        if number > 1 and not found.get("cause"):
            fields = {name: found[name] for name in ANSWER_FIELDS if found.get(name) is not None}
            repeat = repeat_in(path, number, found)
            yield ResultRow(names=(str(found["id"]),), line=number, fields=fields, repeat=repeat)


def repeat_in(path: Path, number: int, row: Mapping[str, Any]) -> int | None:
    """Return which repeat a line is about, None where it does not say. Raises InputError for no whole number."""
    found = row.get("repeat")
    if found is not None and (isinstance(found, bool) or not isinstance(found, int) or found < 1):
        expected = "a whole number of at least 1"
        raise InputError.at(str(path), number, column="repeat", found=found, expected=expected)
    return found


RESULTS = ResultFormat(
    about="the results of a run without a store",
    fits=lambda path, head: b'"spotcheck_run"' in head.partition(b"\n")[0],
    read=read,
    suffix=".jsonl",
    sample='{"spotcheck_run": 1}\n{"id": "c-1", "repeat": 1, "answer": "42"}\n',
)
