"""The result of a rendered statement, read from a file: each id is verified, and nothing may be missing."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any

import orjson

from review.basics.errors import InputError
from review.basics.input_file import InputFile
from review.basics.raw import layout_of, read_raw
from review.basics.words import counted
from review.sampling.key import digest
from review.sampling.rendered.statement import ASKED, COLUMNS, DRAWN, END, FRAME, GROUP, RECORD, TWICE

KINDS = (ASKED, FRAME, GROUP, TWICE, DRAWN, RECORD, END)
NEEDED = (ASKED, FRAME, END)
ONCE: Mapping[str, tuple[str, ...]] = {
    ASKED: (),
    END: (),
    FRAME: ("part", "stratum"),
    GROUP: ("stratum", "verdicts"),
    DRAWN: ("id",),
}
"""Kinds of rows with the columns by which each of them stands there once: others would count twice."""


@dataclass(kw_only=True)
class Result:
    """What a file says: which draw it is, the lines of counts, the drawn ids with their stratum, and their rows.

    ``after_the_week`` says that the statement ran when the week was over.
    """

    name: str
    fingerprint: str = ""
    asked: Mapping[str, Any] = field(default_factory=dict)
    after_the_week: bool = False
    frame: list[tuple[Any, ...]] = field(default_factory=list)
    groups: list[tuple[Any, ...]] = field(default_factory=list)
    twice: list[str] = field(default_factory=list)
    drawn: dict[str, int] = field(default_factory=dict)
    records: dict[str, list[dict[str, Any]]] = field(default_factory=dict)


def read_result(name: str, given: InputFile) -> Result:
    """Read and verify a result. Raises InputError for the first line that is wrong, and for what is missing."""
    found, seen, total = Result(name=name), set[tuple[str, ...]](), 0
    lines = list(_lines(name, given))
    for number, cells in lines:
        kind = cells["row_kind"]
        place = (kind, *(str(cells[column]) for column in ONCE.get(kind, ())))
        if kind in ONCE and place in seen:
            raise InputError.at(
                name, number, column="row_kind", found=kind, expected="this row once: it appears earlier in the file",
                remedy="Use one result, and export it again if its pages overlap.",
            )  # fmt: skip
        seen.add(place)
        if cells["row_kind"] == ASKED:
            found.fingerprint, found.asked = str(cells["id"]), _json(name, number, cells["record"])
            found.after_the_week = _number(name, number, cells, "part") == 1
        elif cells["row_kind"] == END:
            total = _number(name, number, cells, "ids")
    kinds = {place[0] for place in seen}
    missing = [kind for kind in NEEDED if kind not in kinds]
    if missing:
        raise InputError(
            f"{name}: found no row of the kind '{missing[0]}', so the result is not whole. Export every row of the "
            "statement's result; many tools cut an export off after some thousand rows."
        )
    for number, cells in lines:
        _take(found, number, cells)
    _whole(found, total)
    return found


def _lines(name: str, given: InputFile) -> Iterator[tuple[int, dict[str, Any]]]:
    """The rows with every column, NULL as None; headers may be in capitals."""
    for raw in read_raw(given, layout_of(given)):
        if raw.record is None:
            raise InputError(f"{name}, line {raw.line}: {raw.error}.")
        cells = {key.strip().lower(): None if cell == "" else cell for key, cell in raw.record.items()}
        if cells.get("row_kind") not in KINDS:
            raise InputError.at(
                name, raw.line, column="row_kind", found=cells.get("row_kind"),
                expected=f"one of {', '.join(KINDS)}: the file must be the result of a rendered statement",
            )  # fmt: skip
        yield raw.line, {column: cells.get(column) for column in COLUMNS}


def _take(found: Result, number: int, cells: dict[str, Any]) -> None:
    kind, name = cells["row_kind"], found.name
    if kind == FRAME:
        places = ("part", "stratum", "ids", "all_rows", "undated_rows", "twice")
        found.frame.append(tuple(_number(name, number, cells, place) for place in places))
    elif kind == GROUP:
        verdicts, n = cells["verdicts"], _number(name, number, cells, "ids")
        verdicts = verdicts if verdicts is None or isinstance(verdicts, str) else orjson.dumps(verdicts).decode()
        found.groups.append((_number(name, number, cells, "stratum"), verdicts, n))
    elif kind == TWICE:
        found.twice.append(str(cells["id"]))
    elif kind == DRAWN:
        id_ = str(cells["id"])
        key = digest(str(found.asked.get("seed", "")), id_)
        if cells["record"] != key:
            raise InputError.at(
                name, number, column="record", found=cells["record"],
                expected=f"{key}, the md5 of the seed and the id {id_!r}: the file was changed, or the warehouse "
                "writes the id in another way",
            )  # fmt: skip
        found.drawn[id_] = _number(name, number, cells, "stratum")
    elif kind == RECORD:
        row = _json(name, number, cells["record"])
        found.records.setdefault(str(cells["id"]), []).append(_plain(row, found.asked))


def _whole(found: Result, total: int) -> None:
    if len(found.drawn) != total:
        raise InputError(
            f"{found.name}: found {counted(len(found.drawn), 'drawn id')}, expected {total:,}, as its last row says. "
            "Export every row of the result."
        )
    lost = [id_ for id_ in found.drawn if id_ not in found.records]
    if lost:
        raise InputError(
            f"{found.name}: {counted(len(lost), 'drawn conversation')} have no row of the kind '{RECORD}': "
            f"{', '.join(lost[:5])}{', ...' if len(lost) > 5 else ''}. Export every row of the result."
        )
    strange = [id_ for id_ in found.records if id_ not in found.drawn]
    if strange:
        raise InputError(f"{found.name}: the conversation {strange[0]!r} was not drawn. Use the result unchanged.")


def _plain(row: dict[str, Any], asked: Mapping[str, Any]) -> dict[str, Any]:
    """Return a row without NULL, and with its names as they were declared.

    Snowflake writes plain names in capitals, and others know a column in whatever letters it is declared.
    """
    declared = dict.fromkeys(asked.get("columns") or ())
    lower = {name.lower(): name for name in declared}
    capitals = asked.get("dialect") == "snowflake" or all(name == name.upper() for name in row)

    def named(name: str) -> str:
        if name in declared:
            return name
        plain = name.lower() if capitals and name == name.upper() else name
        return lower.get(name.lower(), plain)

    return {named(name): cell for name, cell in row.items() if cell is not None}


def _json(name: str, line: int, text: Any) -> dict[str, Any]:
    try:
        found = text if isinstance(text, dict) else orjson.loads(text or "")
    except (orjson.JSONDecodeError, TypeError):
        found = None
    if not isinstance(found, dict):
        raise InputError.at(name, line, column="record", found=text, expected="a JSON object")
    return found


def _number(name: str, line: int, cells: Mapping[str, Any], column: str) -> int:
    with suppress(TypeError, ValueError):
        number = float(cells[column])
        if number.is_integer():
            return int(number)
    raise InputError.at(name, line, column=column, found=cells[column], expected="a whole number")
