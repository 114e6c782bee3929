"""Edit the values of one dimension as a table, the most common change of a rubric. Pure."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from typing import Any

from review.rubric.keys import default_keys
from review.rubric.rubric import Dimension, Rubric, rubric_document, rubric_from

FormRow = Mapping[str, Any]


def value_rows(dimension: Dimension) -> list[dict[str, Any]]:
    """Return the values as rows of place, value and guidance, with a key unless the keys are the default ones."""
    own_keys = dimension.keys != default_keys(dimension.scale.values)
    return [
        {"place": place, "value": value, "guidance": dimension.value_guidance.get(value, "")}
        | ({"key": key} if own_keys else {})
        for place, (value, key) in enumerate(zip(dimension.scale.values, dimension.keys, strict=True), start=1)
    ]


def with_values(rubric: Rubric, name: str, rows: Iterable[FormRow]) -> Rubric:
    """Return the rubric with the values of ``rows`` in one dimension, sorted by place. Rows without a place come last.

    Rows without a value are left out. Raises InputError for what ``rubric_from`` refuses, UnknownError for an unknown
    dimension.
    """
    dimension = rubric[name]
    given = [row for row in rows if _text(row, "value")]
    ordered = sorted(given, key=_place)
    values = [_text(row, "value") for row in ordered]
    keys = [_text(row, "key") for row in ordered]
    changed = {
        "values": values,
        "keys": keys if any(keys) else [],
        "value_guidance": {_text(row, "value"): _text(row, "guidance") for row in ordered if _text(row, "guidance")},
    }
    document = rubric_document(rubric)
    for row in document["dimensions"]:
        if row["name"] == dimension.name:
            row.update(changed)
    return rubric_from(document)


def _place(row: FormRow) -> float:
    place = row.get("place")
    known = isinstance(place, int | float) and not isinstance(place, bool) and math.isfinite(place)
    return float(place) if known and place is not None else math.inf


def _text(row: FormRow, column: str) -> str:
    cell = row.get(column)
    return "" if cell is None or (isinstance(cell, float) and math.isnan(cell)) else str(cell).strip()
