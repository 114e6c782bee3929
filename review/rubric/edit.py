"""Edit a rubric step by step, as a form does. Pure: each step takes a rubric and returns another.

A step changes what belongs to it too: conditions, the positive value and guidance follow a name that changes, and go
with what is removed. Each raises InputError for a rubric that :func:`~review.rubric.rubric.rubric_from` refuses, and
UnknownError for a dimension that is not there.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from review.basics.errors import InputError
from review.basics.labels import ScaleKind
from review.rubric.keys import default_keys
from review.rubric.presets import PRESETS
from review.rubric.rubric import Dimension, Rubric, rubric_document, rubric_from

FormRow = Mapping[str, Any]
NEW_VALUES = ("yes", "no")
"""The values with which a new dimension, or one whose scale needs values now, begins."""


def add_dimension(rubric: Rubric, name: str, *, scale: ScaleKind = "nominal") -> Rubric:
    """Return the rubric with a new dimension at its end."""
    document = rubric_document(rubric)
    values = [] if scale in ("interval", "ratio") else list(NEW_VALUES)
    document["dimensions"].append({"name": name.strip(), "scale": scale, "values": values})
    return _read(document, rubric)


def with_preset(rubric: Rubric, name: str) -> Rubric:
    """Return the rubric with the questions of a preset that it lacks at its end.

    Nobody has to answer them: the other items have nothing that they ask about.
    """
    document = rubric_document(rubric)
    rows = [row for row in PRESETS[name].document["dimensions"] if row["name"] not in rubric.names]
    document["dimensions"] += [{**row, "required": False} for row in rows]
    return _read(document, rubric)


def remove_dimension(rubric: Rubric, name: str) -> Rubric:
    """Return the rubric without a dimension; conditions on it go too."""
    _known(rubric, name)
    document = rubric_document(rubric)
    document["dimensions"] = [row for row in document["dimensions"] if row["name"] != name]
    for row in document["dimensions"]:
        row["shown_when"].pop(name, None)
    return _read(document, rubric)


def move_dimension(rubric: Rubric, name: str, by: int) -> Rubric:
    """Return the rubric with a dimension moved by some places, at most to an end."""
    place = rubric.names.index(_known(rubric, name).name)
    document = rubric_document(rubric)
    rows = document["dimensions"]
    row = rows.pop(place)
    rows.insert(min(max(place + by, 0), len(rows)), row)
    return _read(document, rubric)


def rename_dimension(rubric: Rubric, name: str, new: str) -> Rubric:
    """Return the rubric with another name for a dimension; conditions on it follow."""
    _known(rubric, name)
    document = rubric_document(rubric)
    for row in document["dimensions"]:
        if row["name"] == name:
            row["name"] = new.strip()
        if name in row["shown_when"]:
            row["shown_when"] = {new.strip() if k == name else k: v for k, v in row["shown_when"].items()}
    return _read(document, rubric)


def with_scale(rubric: Rubric, name: str, scale: ScaleKind) -> Rubric:
    """Return the rubric with another scale for a dimension. Values that cannot be on it are dropped.

    Conditions on a dimension of several values go, because none may depend on it.
    """
    dimension = _known(rubric, name)
    document = rubric_document(rubric)
    values = list(dimension.scale.values)
    if scale in ("interval", "ratio"):
        values = [v for v in values if _is_number(v)]
    elif len(values) < 2:
        values = list(NEW_VALUES)
    row = _row(document, name)
    row.update(scale=scale)
    _set_values(document, name, {v: v for v in values}, keys=[])
    if scale == "set":
        for other in document["dimensions"]:
            other["shown_when"].pop(name, None)
    return _read(document, rubric)


def _is_number(text: str) -> bool:
    try:
        return math.isfinite(float(text))
    except ValueError:
        return False


def with_settings(rubric: Rubric, name: str, **settings: Any) -> Rubric:
    """Return the rubric with other settings of a dimension: title, guidance, required or positive (None for none)."""
    _known(rubric, name)
    document = rubric_document(rubric)
    row = _row(document, name)
    row.update(settings)
    if row.get("positive") is None:
        row.pop("positive", None)
    return _read(document, rubric)


def with_condition(rubric: Rubric, name: str, other: str, values: Sequence[str]) -> Rubric:
    """Return the rubric that asks ``name`` only when ``other`` has one of ``values``; without values, always."""
    _known(rubric, name)
    document = rubric_document(rubric)
    conditions = _row(document, name)["shown_when"]
    conditions.pop(other, None)
    if values:
        conditions[other] = list(values)
    return _read(document, rubric)


def with_sentence(rubric: Rubric, name: str, value: str, sentence: str) -> Rubric:
    """Return the rubric with a sentence added to the guidance of a value, "" for the dimension; twice adds it once."""
    dimension = _known(rubric, name)
    if value and value not in dimension.scale.values:
        raise InputError(f"{name}: found {value!r}, expected one of {', '.join(dimension.scale.values)}.")
    said = dimension.value_guidance.get(value, "") if value else dimension.guidance
    text = " ".join(sentence.split())
    if text in said:
        return rubric
    document = rubric_document(rubric)
    row = _row(document, name)
    if value:
        row["value_guidance"][value] = f"{said} {text}".strip()
    else:
        row["guidance"] = f"{said} {text}".strip()
    return _read(document, rubric)


def with_example(rubric: Rubric, name: str, value: str, example: str) -> Rubric:
    """Return the rubric with an example added to the guidance of a value; twice the same adds nothing."""
    dimension = _known(rubric, name)
    if value not in dimension.scale.values:
        raise InputError(f"{name}: found {value!r}, expected one of {', '.join(dimension.scale.values)}.")
    said = dimension.value_guidance.get(value, "")
    text = f"For example: {' '.join(example.split())}"
    if text in said:
        return rubric
    document = rubric_document(rubric)
    _row(document, name)["value_guidance"][value] = f"{said} {text}".strip()
    return _read(document, rubric)


def move_value(rubric: Rubric, name: str, value: str, by: int) -> Rubric:
    """Return the rubric with a value moved by some places, at most to an end. Default keys stay with their places."""
    rows = value_rows(_known(rubric, name))
    place = next((k for k, row in enumerate(rows) if row["value"] == value), None)
    if place is None:
        raise InputError(f"{name}: found {value!r}, expected one of {', '.join(r['value'] for r in rows)}.")
    row = rows.pop(place)
    rows.insert(min(max(place + by, 0), len(rows)), row)
    return with_values(rubric, name, [{**row, "place": k} for k, row in enumerate(rows)])


def value_rows(dimension: Dimension) -> list[dict[str, Any]]:
    """Return the values as rows of place, value, guidance, key and ``was``, the value that the row began as."""
    return [
        {
            "place": place,
            "value": value,
            "guidance": dimension.value_guidance.get(value, ""),
            "key": key,
            "was": value,
        }
        for place, (value, key) in enumerate(zip(dimension.scale.values, dimension.keys, strict=True), start=1)
    ]


def with_values(rubric: Rubric, name: str, rows: Iterable[FormRow]) -> Rubric:
    """Return the rubric with the values of ``rows`` in one dimension, sorted by place. Rows without a place come last.

    Rows without a value are left out. A row whose ``was`` is another value renames it. Keys that were the default ones
    stay the default ones.
    """
    dimension = _known(rubric, name)
    ordered = sorted((row for row in rows if _text(row, "value")), key=_place)
    values = [_text(row, "value") for row in ordered]
    keys = [_text(row, "key") for row in ordered]
    before = dict(zip(dimension.scale.values, dimension.keys, strict=True))
    untouched = all(key in ("", before.get(_text(row, "was"))) for key, row in zip(keys, ordered, strict=True))
    if untouched and dimension.keys == default_keys(dimension.scale.values):
        keys = []
    document = rubric_document(rubric)
    renamed = {_text(row, "was") or value: value for row, value in zip(ordered, values, strict=True)}
    _set_values(document, name, renamed, keys=keys if any(keys) else [])
    row = _row(document, name)
    row["values"] = values
    row["value_guidance"] = {_text(one, "value"): _text(one, "guidance") for one in ordered if _text(one, "guidance")}
    return _read(document, rubric)


def _set_values(document: dict[str, Any], name: str, renamed: Mapping[str, str], *, keys: Sequence[str]) -> None:
    """Give a dimension the values of ``renamed`` (before -> after), and drop or rename whatever names them."""
    row = _row(document, name)
    row["values"], row["keys"] = list(renamed.values()), list(keys)
    row["value_guidance"] = {renamed[v]: text for v, text in row["value_guidance"].items() if v in renamed}
    if row.get("positive") is not None:
        row["positive"] = renamed.get(row["positive"])
    if row.get("positive") is None:
        row.pop("positive", None)
    for other in document["dimensions"]:
        allowed = other["shown_when"].get(name)
        if allowed is None:
            continue
        kept = [renamed[v] for v in allowed if v in renamed]
        if kept:
            other["shown_when"][name] = kept
        else:
            del other["shown_when"][name]


def _known(rubric: Rubric, name: str) -> Dimension:
    return rubric[name]


def _row(document: dict[str, Any], name: str) -> dict[str, Any]:
    found: dict[str, Any] = next(row for row in document["dimensions"] if row["name"] == name)
    return found


def _read(document: Mapping[str, Any], before: Rubric) -> Rubric:
    return rubric_from(document, version=before.version)


def _place(row: FormRow) -> float:
    place = row.get("place")
    known = isinstance(place, int | float) and not isinstance(place, bool) and math.isfinite(place)
    return float(place) if known and place is not None else math.inf


def _text(row: FormRow, column: str) -> str:
    cell = row.get(column)
    return "" if cell is None or (isinstance(cell, float) and math.isnan(cell)) else str(cell).strip()
