"""Write and read a rubric as TOML, the form in which people edit it: the ``[rubric]`` table of spotcheck.toml."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping, Sequence
from typing import Any

import tomlkit
from tomlkit.items import Array, InlineTable, Item, Table

from review.basics.errors import InputError
from review.rubric.keys import default_keys
from review.rubric.rubric import Dimension, Rubric, rubric_from

WIDTH = 100
LONGEST = 200_000
_HEADER = re.compile(r"\s*\[\[\s*(rubric\s*\.\s*)?dimensions\s*\]\]\s*(#.*)?")
_WHERE = re.compile(r"\(at line (\d+), column (\d+)\)$")


def rubric_toml(rubric: Rubric) -> str:
    """Return the rubric as text, without defaults. :func:`rubric_from_toml` reads it back to the same rubric."""
    document, table, rows = tomlkit.document(), tomlkit.table(), tomlkit.aot()
    table.add("reveal", rubric.reveal)
    if rubric.discussion_names:
        table.add("discussion_names", True)
    for dimension in rubric.dimensions:
        rows.append(_dimension(dimension))
    table.add("dimensions", rows)
    document.add("rubric", table)
    lines = [line.rstrip() for line in tomlkit.dumps(document).split("\n")]
    # One empty line before each table shows the dimensions at a glance.
    spaced = [part for line in lines if line for part in (["", line] if line.startswith("[[") else [line])]
    return "\n".join(spaced) + "\n"


def _dimension(dimension: Dimension) -> Table:
    values = dimension.scale.values
    row = tomlkit.table()
    row.add("name", _text(dimension.name))
    row.add("title", _text(dimension.title))
    row.add("scale", dimension.scale.kind)
    if values:
        row.add("values", _list(values))
    if dimension.keys != default_keys(values):
        row.add("keys", _list(dimension.keys))
    if dimension.positive is not None:
        row.add("positive", _text(dimension.positive))
    if not dimension.required:
        row.add("required", False)
    if dimension.guidance:
        row.add("guidance", _text(dimension.guidance))
    if dimension.shown_when:
        row.add("shown_when", _conditions(dimension.shown_when))
    if dimension.value_guidance:
        row.add("value_guidance", _table(dimension.value_guidance))
    return row


def _text(text: str) -> Item:
    """Return a text on one line: line breaks become escapes, because errors are located by line."""
    return tomlkit.string(text)


def _list(values: Sequence[str]) -> Array:
    row = tomlkit.array()
    row.extend(_text(v) for v in values)
    return row.multiline(len(row.as_string()) > WIDTH)


def _conditions(conditions: Mapping[str, Sequence[str]]) -> InlineTable:
    row = tomlkit.inline_table()
    for other, allowed in conditions.items():
        row.add(tomlkit.key(other), _list(allowed))
    return row


def _table(texts: Mapping[str, str]) -> Table:
    row = tomlkit.table()
    for name, text in texts.items():
        row.add(tomlkit.key(name), _text(text))
    return row


def rubric_from_toml(text: str) -> Rubric:
    """Read a rubric from a ``[rubric]`` table with ``[[rubric.dimensions]]``; the prefix ``rubric`` may be left out.

    Raises InputError that names the line, the dimension and its setting.
    """
    document = _rubric_table(_parsed(text))
    try:
        return rubric_from(document)
    except InputError as error:
        line = _line_of_the_first_fault(text, document)
        raise InputError(f"line {line}: {error}" if line else str(error)) from None


def _parsed(text: str) -> dict[str, Any]:
    if len(text) > LONGEST:
        raise InputError(f"rubric: found {len(text):,} characters, expected at most {LONGEST:,}.")
    try:
        return tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        found = _WHERE.search(str(error))
        what = _WHERE.sub("", str(error)).strip()
        where = f"line {found[1]}, column {found[2]}" if found else f"line {text.count(chr(10)) + 1}"
        raise InputError(f"{where}: the text is not valid TOML ({what}).") from None


def _rubric_table(data: Mapping[str, Any]) -> Mapping[str, Any]:
    if not data:
        raise InputError("The rubric has no dimension. Give at least one [[rubric.dimensions]] table.")
    table = data.get("rubric", data) if set(data) == {"rubric"} else data
    if not isinstance(table, Mapping):
        raise InputError(f"rubric: found {table!r}, expected a table [rubric].")
    unknown = sorted(set(table) - {"reveal", "discussion_names", "dimensions"})
    if unknown:
        known = "reveal, discussion_names and [[rubric.dimensions]]"
        raise InputError(f"rubric: found {unknown[0]!r}, expected only {known}.")
    return table


def _line_of_the_first_fault(text: str, document: Mapping[str, Any]) -> int | None:
    """Return the line where the first wrong dimension starts, or None when the fault is in no dimension."""
    rows = document.get("dimensions")
    lines = [k for k, line in enumerate(text.split("\n"), start=1) if _HEADER.fullmatch(line)]
    if not isinstance(rows, list) or len(lines) != len(rows):
        return None
    for k, line in enumerate(lines, start=1):
        try:
            rubric_from({"dimensions": rows[:k]})
        except InputError:
            return line
    return None
