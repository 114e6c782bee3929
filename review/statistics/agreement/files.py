"""Read a table of people's labels into Ratings: item, rater, label, and optionally dimension, occasion, cluster."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import NamedTuple

from review.basics.errors import InputError
from review.basics.labels import (
    Label,
    Ratings,
    Scale,
    ScaleKind,
    Value,
    canonical_text,
    number_text,
    ratings_of,
    set_members,
)
from review.basics.rating_tables import read_rating_table
from review.basics.spellings import Spellings
from review.basics.tables import Row, Table
from review.statistics.agreement.weights import are_numbers


@dataclass(frozen=True)
class RatingsFile:
    """The ratings of each dimension in a file.

    ``named`` tells whether the file (or a set scale) names dimensions. ``said`` are the sentences about the labels of
    each dimension (missing ones, joined spellings); they are among the ``notes`` too. ``remarks``
    say that a scale was not declared.
    """

    dimensions: dict[str, Ratings]
    named: bool
    notes: tuple[str, ...] = ()
    said: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    remarks: tuple[str, ...] = ()


class _Cell(NamedTuple):
    row: Row
    item: str
    rater: str
    raw: object


def read_ratings(
    path: str | Path,
    *,
    kind: ScaleKind,
    values: Sequence[str] = (),
    dimension: str | None = None,
    cluster: str | None = None,
    repeated: bool = False,
    wide: bool = False,
) -> RatingsFile:
    """Read a table of ratings, a row for each or a column for each rater (``wide``); a bad row is an error.

    ``values`` declares the scale's values in order. Without them the values in the file are used, which an ordinal
    scale allows for numbers only. ``dimension`` keeps one dimension. ``cluster`` names the column with the user or
    thread that items share. ``repeated`` allows a rater several ratings of an item; a column ``occasion`` then tells
    them apart. An empty label, and one such as NA, is a missing rating.
    On a set scale ``|`` separates labels (a lone ``|`` is the empty
    set) and each value becomes a yes/no dimension. Raises InputError with file, line, what was found, what was expected
    and what to do.
    """
    declared = _declared(kind, tuple(values))
    optional = ["dimension", "occasion" if repeated else "", cluster or ""]
    table = read_rating_table(path, optional=[c for c in optional if c], wide=wide)
    named = table.has("dimension")
    if cluster is not None and not table.has(cluster):
        raise InputError(
            f"{table.file}, line 1: column '{cluster}' is missing. Found {', '.join(table.columns)}. "
            "Give --cluster one of these."
        )
    rows = _by_dimension(table, named, dimension)
    clusters = _clusters(table.rows, cluster) if cluster else None
    notes, remarks, out = list(table.notes), list[str](), dict[str, Ratings]()
    said: dict[str, tuple[str, ...]] = {}
    for name, mine in rows.items():
        spellings = Spellings(declared.values)
        cells = [_cell(row, spellings, kind) for row in mine]
        if not repeated or table.has("occasion"):
            _refuse_repeats(cells, with_occasion=repeated)
        scale, remark = (declared, "") if declared.values else _observed(cells, kind)
        about = spellings.sentences(f"{table.file}, {name}" if named else table.file, "rating")
        notes += about
        remarks += [f"{table.file}: {remark}"] if remark else []
        labels = [Label(c.item, c.rater, name, v) for c in cells if (v := _canonical(c, scale)) is not None]
        if kind == "set":
            members = set_members(labels, scale)
            made = {(f"{name}: {v}" if named else v): ratings_of(*m, clusters=clusters) for v, m in members.items()}
        else:
            made = {name: ratings_of(labels, scale, clusters=clusters)}
        out |= made
        said |= dict.fromkeys(made, tuple(about))
    return RatingsFile(out, named or kind == "set", tuple(dict.fromkeys(notes)), said, tuple(dict.fromkeys(remarks)))


def _cell(row: Row, spellings: Spellings, kind: ScaleKind) -> _Cell:
    """Return a rating with its label in one form; a set keeps its cell unless it says that it is missing."""
    raw = row.cells.get("label")
    if kind == "set":
        raw = spellings.of_set(raw)
    else:
        raw = spellings.of(raw)
    return _Cell(row, row.required("item"), row.required("rater"), raw)


def _declared(kind: ScaleKind, values: tuple[str, ...]) -> Scale:
    values = tuple(canonical_text(v) for v in values)
    if kind in ("interval", "ratio") and values:
        wrong = next((v for v in values if not are_numbers([v]) or (kind == "ratio" and float(v) < 0)), None)
        if wrong is not None:
            wanted = "numbers that are not negative" if kind == "ratio" else "numbers"
            raise InputError(f"--values: found {wrong!r}, expected {wanted} for {_scale_name(kind)}.")
        values = tuple(sorted(values, key=float))
    return Scale(kind, values)


def _scale_name(kind: str) -> str:
    return f"{'an' if kind[0] in 'aeiou' else 'a'} {kind} scale"


def _by_dimension(table: Table, named: bool, dimension: str | None) -> dict[str, list[Row]]:
    if not named:
        if dimension is not None:
            raise InputError(
                f"{table.file}, line 1: column 'dimension' is missing. Found {', '.join(table.columns)}. "
                "Add the column or leave out --dimension."
            )
        return {"label": list(table.rows)}
    rows: dict[str, list[Row]] = {}
    for row in table.rows:
        rows.setdefault(row.required("dimension"), []).append(row)
    if dimension is None:
        return rows
    if dimension not in rows:
        raise InputError(f"{table.file}: there is no dimension '{dimension}'. Expected one of {', '.join(rows)}.")
    return {dimension: rows[dimension]}


def _clusters(rows: Iterable[Row], column: str) -> dict[str, str]:
    found: dict[str, str] = {}
    for row in rows:
        item, name = row.required("item"), row.text(column)
        if name and found.setdefault(item, name) != name:
            raise row.error(
                column, name, f"'{found[item]}', the cluster of item '{item}' in an earlier row",
                "Give each item one cluster.",
            )  # fmt: skip
    return found


def _refuse_repeats(cells: Iterable[_Cell], *, with_occasion: bool) -> None:
    seen: dict[tuple[str, str, str], int] = {}
    for cell in cells:
        if not canonical_text("" if cell.raw is None or cell.raw != cell.raw else cell.raw):
            continue
        occasion = cell.row.text("occasion") if with_occasion else ""
        first = seen.setdefault((cell.item, cell.rater, occasion), cell.row.line)
        if first != cell.row.line:
            again = f"a second label by rater '{cell.rater}' on item '{cell.item}'"
            again += f" at occasion '{occasion}'" if with_occasion else ""
            expected = f"one label each (the first is on line {first})"
            raise cell.row.error("label", again, expected, "Keep the label that counts and remove the other row.")


def _observed(cells: Sequence[_Cell], kind: ScaleKind) -> tuple[Scale, str]:
    """Return a scale of the values that occur, for a file without declared values, and a note about it."""
    if kind == "set":
        raise InputError("a set scale needs its values. Give --values a,b,c.")
    texts = {canonical_text(c.raw): c for c in reversed(cells) if c.raw is not None and c.raw == c.raw}
    texts.pop("", None)
    if kind == "nominal":
        found = sorted(texts, key=_natural)
    else:
        for text, cell in reversed(texts.items()):
            if not are_numbers([text]):
                raise _not_a_number(cell, text, kind)
        if kind in ("interval", "ratio"):
            return Scale(kind), "" if not texts else _remark(len({float(t) for t in texts}))
        found = [number_text(v) for v in sorted({float(t) for t in texts})]
    return Scale(kind, tuple(found)), _remark(len(found))


def _remark(count: int) -> str:
    return (
        f"the scale's values were not declared, so the {count} that occur are taken as the whole scale; if it has "
        "more, give --values"
    )


def _not_a_number(cell: _Cell, text: str, kind: ScaleKind) -> InputError:
    if kind == "ordinal":
        return cell.row.error(
            "label", text, "a number, or values whose order is declared",
            "Declare the order, lowest first: --values low,medium,high.",
        )  # fmt: skip
    return cell.row.error(
        "label", text, "a number", f"{_scale_name(kind).capitalize()} needs numbers; for words use --scale ordinal."
    )


def _natural(text: str) -> tuple[float, str]:
    return (float(text) if are_numbers([text]) else math.inf, text)


def _canonical(cell: _Cell, scale: Scale) -> Value | None:
    blank = cell.raw is None or (isinstance(cell.raw, str) and not cell.raw.strip())
    if blank:
        return None
    try:
        return scale.canonical(cell.raw)
    except ValueError as error:
        remedy = "Correct the label or add the value to --values." if scale.values else "Correct the label."
        raise cell.row.error("label", canonical_text(cell.raw), str(error), remedy) from None
