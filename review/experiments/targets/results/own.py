"""A results file that a run without a store wrote: its answers can come into the store later."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import orjson

from review.basics.errors import InputError
from review.experiments.targets.results.rows import ResultFormat, ResultRow
from review.experiments.values import ANSWER_FIELDS


def read(path: Path) -> Iterator[ResultRow]:
    """Yield each answer; those that were missing are left out."""
    for number, line in enumerate(path.read_bytes().splitlines(), start=1):
        try:
            found = orjson.loads(line)
        except orjson.JSONDecodeError as error:
            raise InputError(f"{path}, line {number}: found no whole JSON object ({error}).") from None
        if number > 1 and not found.get("cause"):
            fields = {name: found[name] for name in ANSWER_FIELDS if found.get(name) is not None}
            yield ResultRow(names=(str(found["id"]),), line=number, fields=fields, repeat=found.get("repeat"))


RESULTS = ResultFormat(
    about="the results of a run without a store",
    fits=lambda path, head: b'"spotcheck_run"' in head.partition(b"\n")[0],
    read=read,
    suffix=".jsonl",
    sample='{"spotcheck_run": 1}\n{"id": "c-1", "repeat": 1, "answer": "42"}\n',
)
