"""The export of a tool as a table of ratings: one row for each rating, under the names of our columns."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from review.basics.errors import InputError
from review.basics.rating_tables import LABEL
from review.basics.tables import Row, Table
from review.basics.words import counted
from review.exchange.tools.tool import Rating, Tool, inner
from review.sources.readers.mapping import picked

AUTO, TABLE = "auto", "table"
PEEK = 20
INSIDE = ("data", "metadata", "meta", "fields")
"""Objects of a record in which a path of the item is looked for too."""


@dataclass(frozen=True, kw_only=True)
class Ratings(Table):
    """The ratings of an export. ``found`` counts also those that are left out, as the notes say."""

    found: int = 0


def found_in(table: Table) -> int:
    """Return how many rows, or ratings of an export, a file holds."""
    return table.found if isinstance(table, Ratings) else len(table.rows)


def tool_of(table: Table, tools: Mapping[str, Tool], format: str) -> str | None:
    """Return the name of the tool whose export the table is; None for a plain table.

    Raises InputError for an unknown name, or when several tools fit.
    """
    if format not in (AUTO, TABLE, *tools):
        raise InputError(f"format: found '{format}', expected one of {', '.join((AUTO, TABLE, *tools))}.")
    if format != AUTO:
        return None if format == TABLE else format
    if table.has("item") and any(table.has(c) for c in (*LABEL, "verdict")):
        return None
    first, others = table.rows[:PEEK], table.rows[PEEK:]
    # Ratings may stand among the records of something else, such as scores among the observations of a trace.
    found = _fitting(first, tools) or _fitting(others, tools)
    if len(found) > 1:
        raise InputError(
            f"{table.file}: the records fit several exports: {', '.join(found)}. Choose one.",
            command_hint="Choose one with `--format`.",
        )
    return found[0] if found else None


def _fitting(rows: Sequence[Row], tools: Mapping[str, Tool]) -> list[str]:
    return [name for name, tool in tools.items() if any(tool.recognise(row.cells) for row in rows)]


def as_ratings(table: Table, name: str, tool: Tool, *, by: str, author: str, paths: Mapping[str, str]) -> Table:
    """Return the ratings of an export as a table with the columns item, ``by`` (rater or judge), dimension, label.

    ``author`` names the ratings that have none; without it they are left out, and a note says how many. ``paths``
    are dotted paths to the item and to the ``by`` of a record. Raises InputError for another path, and when no record
    is one of this export.
    """
    strange_paths = [name for name in paths if name not in ("item", by)]
    if strange_paths:
        raise InputError(
            f"{table.file}: read as {name}, which says itself where '{strange_paths[0]}' is; name the item or the {by}."
        )
    rows: list[Row] = []
    anonymous: Counter[str] = Counter()
    left: Counter[str] = Counter()
    strange = nameless = 0
    for row in table.rows:
        if not tool.recognise(row.cells):
            strange += 1
            continue
        left.update(tool.left_out(row.cells))
        chosen = {name: _at(row, path) for name, path in paths.items()}
        for found in tool.ratings(row.cells, table.file):
            rating = replace(found, item=chosen.get("item", found.item))
            if by in chosen:
                rating = replace(rating, by=chosen[by], author_known=True)
            if not rating.item:
                nameless += 1
            elif (rating.by and rating.author_known) or author:
                rows.append(_row(row, rating, by, author))
            else:
                anonymous[rating.name] += 1
    if strange == len(table.rows):
        raise InputError(f"{table.file}: no record is one of {name}; expected {tool.sign}.")
    notes = [f"{table.file}: read as {name} ({tool.about}): {tool.sign}"]
    notes += [f"{table.file}: {tool.caution}"] if tool.caution else []
    notes += [f"{table.file}: {counted(strange, 'record')} of another kind left out"] if strange else []
    notes += [f"{table.file}: {counted(nameless, 'rating')} left out, which name no item"] if nameless else []
    notes += [f"{table.file}: left out: {n:,} × {cause}" for cause, n in left.items()]
    if anonymous:
        shown = ", ".join(f"'{one}' ({n:,})" for one, n in anonymous.most_common(8))
        total = counted(anonymous.total(), "rating")
        notes.append(f"{table.file}: {total} left out, which name no {by}: {shown}. Name the {by} to take them.")
    columns = dict.fromkeys(column for row in rows for column in row.cells)
    everything = len(rows) + anonymous.total() + nameless + left.total()
    said = (*table.notes, *notes)
    return Ratings(file=table.file, columns=tuple(columns), rows=tuple(rows), notes=said, format=name, found=everything)


def _at(row: Row, path: str) -> str:
    places: list[Mapping[str, Any]] = [row.cells, *(inner(row.cells, name) for name in INSIDE)]
    found = next(
        (value for place in places if (value := picked(place, {"it": path}).get("it")) not in (None, "")), None
    )
    if not isinstance(found, str | int | float) or isinstance(found, bool):
        raise row.error(path, "" if found is None else found, "a text or a number", "Correct the path.")
    return str(found)


def _row(row: Row, rating: Rating, by: str, author: str) -> Row:
    cells: dict[str, Any] = {
        "item": rating.item,
        by: rating.by if rating.by and rating.author_known else author,
        "dimension": rating.name,
        "label": rating.label,
        "at": rating.at,
        "comment": rating.comment,
        "seconds": rating.seconds,
    }
    if by == "judge":
        more = {"version": rating.version, "score": rating.score, "rationale": rating.comment, "error": rating.error}
        cells = {**cells, **more, "comment": None, "also": rating.also}
    return Row(row.file, row.line, cells)


def with_dimensions(
    table: Table, known: Sequence[str], given: Mapping[str, str], *, default: str | None = None
) -> tuple[Table, tuple[str, ...]]:
    """Return the rows of an export under the dimensions that they fill, and what to say of the others.

    ``given`` says which (the tool's name -> a dimension, or ``comment``); then other names are left out. Without it a
    name counts that is a dimension, in any case; a file with one name alone fills ``default``. What is left out is
    counted in a note. Raises InputError when nothing is left.
    """
    found = Counter(row.text("dimension") for row in table.rows)
    absent = [name for name in given if name not in found]
    if absent:
        raise _no_dimension(table, found, known, f"there is no '{absent[0]}'")
    wrong = [target for target in given.values() if target not in (*known, "comment")]
    if wrong:
        raise _no_dimension(table, found, known, f"there is no dimension '{wrong[0]}'")
    targets = {name: _target(name, known, given) for name in found}
    if default and len(found) == 1 and not given:
        targets = dict.fromkeys(found, default)
    rows = tuple(_commented(table, targets))
    if not rows:
        raise _no_dimension(table, found, known, "none of these is a dimension")
    left = [f"'{name}' ({n:,})" for name, n in found.items() if targets[name] is None]
    why = "no dimension was given for them" if given else "the rubric has no such dimension"
    note = f"{table.file}: left out, because {why}: {', '.join(left)}"
    return replace(table, rows=rows), (note,) if left else ()


def _target(name: str, known: Sequence[str], given: Mapping[str, str]) -> str | None:
    if given:
        return given.get(name)
    alike = [one for one in known if one.casefold() == name.casefold()]
    return name if name in known else alike[0] if len(alike) == 1 else None


def _commented(table: Table, targets: Mapping[str, str | None]) -> Iterator[Row]:
    """Yield the rows of dimensions; texts that are comments go to the other rows of their rater and item."""
    said: dict[tuple[str, str], list[str]] = {}
    for row in table.rows:
        if targets[row.text("dimension")] == "comment":
            said.setdefault(_author(row), []).append(row.text("label"))
    for row in table.rows:
        target = targets[row.text("dimension")]
        if target not in (None, "comment"):
            texts = [row.text("comment"), *said.get(_author(row), ())]
            comment = "\n".join(text for text in texts if text)
            yield replace(row, cells={**row.cells, "dimension": target, "comment": comment})


def _author(row: Row) -> tuple[str, str]:
    return row.text("item"), row.text("rater") or row.text("judge")


def _no_dimension(table: Table, found: Mapping[str, int], known: Sequence[str], what: str) -> InputError:
    names = ", ".join(f"'{name}' ({n:,})" for name, n in list(found.items())[:12]) or "no rating"
    return InputError(
        f"{table.file}: {what}; found {names}, expected dimensions of the rubric: {', '.join(known)}. "
        "Say which dimension each fills.",
        command_hint="Use `--dimension NAME=DIMENSION` for each (such as --dimension verdict=correctness).",
    )


def with_thresholds(table: Table, thresholds: Mapping[str, float]) -> Table:
    """Return the table with ``pass`` or ``fail`` as the label of each score whose name has a threshold."""
    if not thresholds:
        return table
    absent = [name for name in thresholds if name not in {row.text("dimension") for row in table.rows}]
    if absent:
        raise InputError(f"{table.file}: there is no score '{absent[0]}'.")
    return replace(table, rows=tuple(_judged(row, thresholds) for row in table.rows))


def _judged(row: Row, thresholds: Mapping[str, float]) -> Row:
    limit, score = thresholds.get(row.text("dimension")), row.number("score")
    if limit is None or score is None:
        return row
    return replace(row, cells={**row.cells, "label": "pass" if score >= limit else "fail"})
