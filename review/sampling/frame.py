"""The frame of a week: which conversations there are to draw from, counted before anything is drawn."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any, NamedTuple

from sqlglot import exp

from review.basics.clock import now
from review.basics.errors import InputError
from review.basics.weeks import Window
from review.sampling import frame_sql
from review.sampling.engines import sql
from review.sampling.engines.engine import Engine
from review.sampling.strata import DEFAULT_GROUPS, Group, fields_of, names_of
from review.sampling.verdict_counts import Counts, tally

EXAMPLES = 5
FIXED_FIELDS = ("id", "created_at", "week", "imported_at", "verdicts")
# DuckDB writes 1.0 where ClickHouse writes 1, and times differ by their fraction: no key may hang on that.
UNSTABLE_ID = re.compile(r"FLOAT|DOUBLE|REAL|TIME|DATE|BLOB|BYTEA")
Values = Mapping[str, Mapping[str, str]]


@dataclass(frozen=True, kw_only=True)
class Frame:
    """What a draw chooses from, with everything that was left out of it.

    ``rows`` stand in the window (``start`` <= created < ``end``, ISO 8601 in UTC; None = no bound), ``null_ids`` of
    them without an id. ``duplicate_ids`` ids stand more than once, with ``duplicate_rows`` rows too many; the first by
    date counts. Hence ``distinct = rows - null_ids - duplicate_rows``, the sum of ``populations`` (stratum -> N_h).
    ``undated`` rows of the source have no readable date and no week and are left out; ``undated_included`` belong here
    by their week. ``late`` rows came after the sealing and are left out. ``verdicts`` counts stratum -> judge ->
    dimension -> value over the distinct conversations; a missing verdict is in no count.
    """

    source: str
    week: str | None
    start: str | None
    end: str | None
    rows: int
    distinct: int
    null_ids: int
    duplicate_ids: int
    undated: int
    populations: Mapping[str, int]
    duplicate_rows: int = 0
    duplicate_examples: tuple[str, ...] = ()
    undated_included: int = 0
    late: int = 0
    verdicts: Counts = field(default_factory=dict)
    unreadable_verdicts: int = 0
    read_at: str = ""

    def to_json(self) -> dict[str, Any]:
        """Plain data, as the ledger keeps it."""
        return {**self.__dict__, "duplicate_examples": list(self.duplicate_examples)}


@dataclass(frozen=True)
class OpenFrame:
    """The rows of a frame as a draw selects from them: which columns they have, and whether ids stand twice."""

    engine: Engine
    rows: exp.Expr
    dated: bool
    verdicts: bool
    once: bool = False

    def members(self) -> exp.Select:
        """The conversations of the frame, each id once."""
        return frame_sql.members(self.rows, once=self.once, dated=self.dated, verdicts=self.verdicts)


class ColumnPath(NamedTuple):
    """Where a field stands: a column and the path inside it."""

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
) -> tuple[Frame, OpenFrame]:
    """Count the frame of a window (None: the whole source) and return it with what a draw needs.

    ``mapping`` names the column of a field where it differs, dotted into nested values; ``values`` translates texts
    (field -> raw -> value). Rows without a readable date count where their ``week`` says so. ``sealed_at`` leaves out
    rows whose ``imported_at`` is later. Raises InputError for a missing column and an id that has no stable text.
    """
    opened = open_frame(
        engine, window=window, week=week, mapping=mapping or {}, values=values or {}, groups=groups, sealed_at=sealed_at
    )
    (distinct, rows, null_ids, twice), *_ = engine.query(frame_sql.counts(opened.rows))
    opened = replace(opened, once=twice > 0)
    examples = engine.query(frame_sql.duplicates(opened.rows, limit=EXAMPLES)) if twice else []
    parts = {
        int(part): (int(n), int(undated))
        for part, n, undated in engine.query(frame_sql.parts(opened.rows, dated=opened.dated))
    }
    populations, verdicts, unreadable = tally(
        engine.query(frame_sql.populations(opened.members(), verdicts=opened.verdicts)),
        names_of(groups),
        has_verdicts=opened.verdicts,
    )
    frame = Frame(
        source=engine.source,
        week=week,
        start=window.start.isoformat() if window else None,
        end=window.end.isoformat() if window else None,
        rows=int(rows),
        distinct=int(distinct),
        null_ids=int(null_ids),
        duplicate_ids=int(twice),
        duplicate_rows=int(rows) - int(null_ids) - int(distinct),
        duplicate_examples=tuple(str(id_) for (id_,) in examples),
        undated=parts.get(frame_sql.UNDATED, (0, 0))[0],
        undated_included=parts.get(frame_sql.MEMBER, (0, 0))[1] if window else 0,
        late=parts.get(frame_sql.LATE, (0, 0))[0],
        populations=populations,
        verdicts=verdicts,
        unreadable_verdicts=unreadable,
        read_at=now(),
    )
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
) -> OpenFrame:
    """Find the columns, state the condition of belonging, and let the engine keep the rows if it does."""
    places = find_fields(engine, mapping, groups)
    _check_id(engine, places["id"])
    if window is not None and "created_at" not in places and not (week and "week" in places):
        raise InputError(
            f"{engine.source}: there is no column 'created_at' to tell the week by; found {_shown(engine)}. "
            "Name it with --map created_at=COLUMN."
        )
    conditions = {
        name: (_text(engine, name, places[name], values.get(name, {})), engine.number(*places[name]))
        for name in fields_of(groups)
        if name in places
    }
    empty = exp.Literal.string("")
    fields = frame_sql.Fields(
        id=exp.func("NULLIF", sql.as_text(engine.text(*places["id"])), empty),
        stratum=frame_sql.stratum_number(groups, conditions),
        made=engine.instant(*places["created_at"]) if "created_at" in places else None,
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
    relation = engine.relation([place.column for place in places.values()])
    rows = engine.keep(frame_sql.frame_rows(relation, fields, membership))
    return OpenFrame(engine, rows, dated=fields.made is not None, verdicts=fields.verdicts is not None)


def find_fields(engine: Engine, mapping: Mapping[str, str], groups: Sequence[Group]) -> dict[str, ColumnPath]:
    """Where the fields that sampling reads stand; those that the source does not have are left out.

    Raises InputError where a mapped column, or the id, is not there.
    """
    columns = engine.columns()
    places = {}
    for name in dict.fromkeys((*FIXED_FIELDS, *fields_of(groups))):
        place = _place(mapping.get(name, name), columns)
        known = place.column in columns
        if known or (engine.open_schema and name != "id"):
            places[name] = place
        elif name in mapping or name == "id":
            raise InputError(
                f"{engine.source}: found no column {mapping.get(name, name)!r} for the field '{name}'; "
                f"found {_shown(engine)}. Name it with --map {name}=COLUMN."
            )
    return places


def fitting(engine: Engine, mapping: Mapping[str, str]) -> dict[str, str]:
    """Of a mapping remembered from elsewhere, the fields whose columns this source has."""
    columns = engine.columns()
    return {name: column for name, column in mapping.items() if _place(column, columns).column in columns}


def _place(name: str, columns: Mapping[str, str]) -> ColumnPath:
    if name in columns or "." not in name:
        return ColumnPath(name)
    parts = name.split(".")
    # The longest head that is a column: names of columns may hold dots themselves.
    for cut in range(len(parts) - 1, 0, -1):
        head = ".".join(parts[:cut])
        if head in columns:
            return ColumnPath(head, tuple(parts[cut:]))
    return ColumnPath(parts[0], tuple(parts[1:]))


def _text(engine: Engine, name: str, place: ColumnPath, values: Mapping[str, str]) -> exp.Expr:
    text = engine.text(*place)
    if name == "feedback":
        # Feedback may be an object {thumb, copied, edited}; its thumb is what counts.
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
            "which have the same text in every engine. Cast it to text at the source."
        )


def _shown(engine: Engine) -> str:
    names = list(engine.columns())
    return ", ".join(names[:30]) + (", ..." if len(names) > 30 else "")
