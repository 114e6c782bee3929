"""The frame of a week: the conversations to draw from, counted before anything is drawn."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import NamedTuple

from sqlglot import exp

from review.basics.errors import InputError
from review.basics.weeks import Window
from review.sampling import frame_sql
from review.sampling.engines import sql
from review.sampling.engines.engine import Engine, Span
from review.sampling.frame_counts import Frame, counted_frame, counted_in
from review.sampling.needs import is_imported_log
from review.sampling.strata import DEFAULT_GROUPS, SQL, Group, fields_of

EXAMPLES = 5
FIXED_FIELDS = ("id", "created_at", "week", "imported_at", "verdicts")
# DuckDB writes 1.0 and ClickHouse 1, and their times differ in the fraction: a key must not depend on that.
UNSTABLE_ID = re.compile(r"FLOAT|DOUBLE|REAL|TIME|DATE|BLOB|BYTEA")
Values = Mapping[str, Mapping[str, str]]


@dataclass(frozen=True, kw_only=True)
class OpenFrame:
    """The rows of a frame to select from: whether they have dates and verdicts, and whether an id occurs twice.

    ``id`` is the id of a row of the source, ``within`` the condition that it can be in the frame, None for every row.
    """

    engine: Engine
    rows: exp.Expr
    id: exp.Expr
    within: exp.Expr | None
    dated: bool
    verdicts: bool
    once: bool = False

    def members(self) -> exp.Select:
        """Return the query of the frame's conversations, each id once."""
        return frame_sql.members(self.rows, once=self.once, dated=self.dated, verdicts=self.verdicts)


class ColumnPath(NamedTuple):
    """Where a field is: a column and the path inside it."""

    column: str
    path: tuple[str, ...] = ()


def read_frame(
    engine: Engine,
    *,
    window: Window | None,
    week: str | None = None,
    mapping: Mapping[str, str] | None = None,
    values: Values | None = None,
    groups: Sequence[Group] = DEFAULT_GROUPS,
    sealed_at: datetime | None = None,
    date_format: str = "",
) -> tuple[Frame, OpenFrame]:
    """Count the frame of a window (None: the whole source) and return it with its open rows.

    ``mapping`` names the column of a field that has another name, dotted into nested values; ``values`` translates
    texts (field -> raw -> value), ``date_format`` is how ``created_at`` is written. A row without a readable date is in
    the frame if its ``week`` says so. ``sealed_at`` leaves out rows whose ``imported_at`` is later. Raises InputError
    for a missing column and for an id without a stable text.
    """
    opened = open_frame(
        engine,
        window=window,
        week=week,
        mapping=mapping or {},
        values=values or {},
        groups=groups,
        sealed_at=sealed_at,
        date_format=date_format,
    )
    counted = counted_in(engine.query(frame_sql.summary(opened.rows, dated=opened.dated, verdicts=opened.verdicts)))
    opened = replace(opened, once=counted.twice > 0)
    examples, populous = [], counted.populous
    if opened.once:
        examples = engine.query(frame_sql.duplicates(opened.rows, limit=EXAMPLES))
        members = opened.members().subquery("members")
        populous = engine.query(frame_sql.populations(members, verdicts=opened.verdicts))
    frame = counted_frame(
        engine.source, counted, populous, week=week, window=window, groups=groups, has_verdicts=opened.verdicts,
        examples=[str(id_) for (id_,) in examples],
    )  # fmt: skip
    return frame, opened


def open_frame(
    engine: Engine,
    *,
    window: Window | None,
    week: str | None,
    mapping: Mapping[str, str],
    values: Values,
    groups: Sequence[Group],
    sealed_at: datetime | None,
    date_format: str = "",
) -> OpenFrame:
    """Find the columns, build the condition of membership, and let the engine keep the rows if it can."""
    places = find_fields(engine, mapping, groups)
    _check_id(engine, places["id"])
    if window is not None and "created_at" not in places and not (week and "week" in places):
        raise InputError(
            f"{engine.source}: found no column 'created_at', which is needed to find the week; found {_shown(engine)}.",
            command_hint="Name it with `--map created_at=COLUMN`.",
        )
    conditions = {
        name: (text_of(engine, name, places[name], values.get(name, {})), engine.number(*places[name]))
        for name in fields_of(groups)
        if name in places
    }
    empty = exp.Literal.string("")
    fields = frame_sql.Fields(
        id=exp.func("NULLIF", sql.as_text(engine.text(*places["id"])), empty),
        stratum=frame_sql.stratum_number(groups, conditions),
        made=engine.instant(*places["created_at"], zone=window.zone if window else "UTC", form=date_format)
        if "created_at" in places
        else None,
        week=engine.text(*places["week"]) if "week" in places else None,
        imported=engine.instant(*places["imported_at"]) if "imported_at" in places else None,
        verdicts=engine.text(*places["verdicts"]) if "verdicts" in places else None,
    )
    membership = frame_sql.Membership(
        start=engine.moment(window.start) if window else None,
        end=engine.moment(window.end) if window else None,
        week=week if window else None,
        sealed=engine.moment(sealed_at) if sealed_at else None,
    )
    span = Span(places["created_at"].column, window.start, window.end) if window and fields.made is not None else None
    relation = engine.relation([place.column for place in places.values()], span)
    rows = engine.keep(frame_sql.frame_rows(relation, fields, membership))
    return OpenFrame(
        engine=engine, rows=rows, id=fields.id, within=frame_sql.in_window(fields.made, membership),
        dated=fields.made is not None, verdicts=fields.verdicts is not None,
    )  # fmt: skip


def find_fields(engine: Engine, mapping: Mapping[str, str], groups: Sequence[Group]) -> dict[str, ColumnPath]:
    """Return where the fields that sampling reads are; fields that the source lacks are left out.

    Raises InputError for a missing id and for a mapped column that does not exist.
    """
    columns = engine.columns()
    places = {}
    for name in dict.fromkeys((*FIXED_FIELDS, *fields_of(groups))):
        place = _place(mapping.get(name, name), columns)
        if name == SQL and place == (SQL, ()) and SQL not in columns and is_imported_log(engine):
            place = ColumnPath("content", (SQL,))
        known = place.column in columns
        if known or (engine.open_schema and name != "id"):
            places[name] = place
        elif name in mapping or name == "id":
            raise InputError(
                f"{engine.source}: found no column {mapping.get(name, name)!r} for the field '{name}'; "
                f"found {_shown(engine)}.",
                command_hint=f"Name it with `--map {name}=COLUMN`.",
            )
    return places


def find_columns(engine: Engine, mapping: Mapping[str, str], names: Sequence[str]) -> dict[str, ColumnPath]:
    """Return where ``created_at`` and these fields are, without those that the source lacks.

    Raises InputError for a mapped column that does not exist.
    """
    columns, places = engine.columns(), {}
    for name in ("created_at", *names):
        place = _place(mapping.get(name, name), columns)
        if place.column in columns:
            places[name] = place
        elif name in mapping:
            raise InputError(
                f"{engine.source}: found no column {mapping[name]!r} for '{name}'; found {_shown(engine)}."
            )
    return places


def fitting(engine: Engine, mapping: Mapping[str, str]) -> dict[str, str]:
    """Return the part of a project's mapping whose columns this source has."""
    columns = engine.columns()
    return {name: column for name, column in mapping.items() if _place(column, columns).column in columns}


def _place(name: str, columns: Mapping[str, str]) -> ColumnPath:
    if name in columns or "." not in name:
        return ColumnPath(name)
    parts = name.split(".")
    # Take the longest head that is a column, because column names may contain dots.
    for cut in range(len(parts) - 1, 0, -1):
        head = ".".join(parts[:cut])
        if head in columns:
            return ColumnPath(head, tuple(parts[cut:]))
    return ColumnPath(parts[0], tuple(parts[1:]))


def text_of(engine: Engine, name: str, place: ColumnPath, values: Mapping[str, str]) -> exp.Expr:
    """Return a field as text, translated by ``values`` (raw -> value)."""
    text = engine.text(*place)
    if name == "feedback":
        # Feedback may be an object {thumb, copied, edited}; only its thumb decides the group.
        is_object = exp.Like(this=text.copy(), expression=exp.Literal.string("{%"))
        text = exp.Case().when(is_object, engine.text(place.column, (*place.path, "thumb"))).else_(text)
    if values:
        translated = exp.Case()
        for raw, value in values.items():
            same = exp.EQ(this=text.copy(), expression=exp.Literal.string(raw))
            translated = translated.when(same, exp.Literal.string(value))
        text = translated.else_(text.copy())
    return text


def _check_id(engine: Engine, place: ColumnPath) -> None:
    kind = engine.columns().get(place.column, "")
    if not place.path and UNSTABLE_ID.search(kind.upper()):
        raise InputError(
            f"{engine.source}, column '{place.column}': found an id of type {kind}, expected text, integers or UUIDs, "
            "which have the same text in every engine. Cast the id to text at the source."
        )


def _shown(engine: Engine) -> str:
    names = list(engine.columns())
    return ", ".join(names[:30]) + (", ..." if len(names) > 30 else "")
