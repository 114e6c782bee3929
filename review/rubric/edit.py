"""Editing the values of one dimension as a table, the commonest change of a rubric. Pure."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from typing import Any

from review.rubric.rubric import Dimension, Rubric, default_keys, rubric_document, rubric_from

Row = Mapping[str, Any]


def value_rows(dimension: Dimension) -> list[dict[str, Any]]:
    """The values as rows of place, value and guidance, and key where the keys are not the default ones."""
    own_keys = dimension.keys != default_keys(dimension.scale.values)
    return [
        {"place": place, "value": value, "guidance": dimension.value_guidance.get(value, "")}
        | ({"key": key} if own_keys else {})
        for place, (value, key) in enumerate(zip(dimension.scale.values, dimension.keys, strict=True), start=1)
    ]


def with_values(rubric: Rubric, name: str, rows: Iterable[Row]) -> Rubric:
    """The rubric with other values in one dimension: those of ``rows`` that name one, by place, the rest at the end.

    Raises InputError for what :func:`review.rubric.rubric_from` refuses, UnknownError for an unknown dimension.
    """
    found = rubric[name]
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
        if row["name"] == found.name:
            row.update(changed)
    return rubric_from(document)


def _place(row: Row) -> float:
    place = row.get("place")
    known = isinstance(place, int | float) and not isinstance(place, bool) and math.isfinite(place)
    return float(place) if known and place is not None else math.inf


def _text(row: Row, column: str) -> str:
    found = row.get(column)
    return "" if found is None or (isinstance(found, float) and math.isnan(found)) else str(found).strip()
