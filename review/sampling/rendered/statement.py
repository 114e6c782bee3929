"""One statement that counts a frame, draws from it and brings the drawn rows, for somebody else to run.

Its result has one shape, whatever the table: the columns of ``COLUMNS``, and rows of the kinds below. The rows say by
themselves whether the result is whole, and which draw they belong to.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sqlglot import ErrorLevel, exp

from review.sampling import frame_sql
from review.sampling.allocate import DrawnStratum, Wishes
from review.sampling.engines.engine import Engine
from review.sampling.engines.sql import as_text, column, named
from review.sampling.frame import EXAMPLES, OpenFrame
from review.sampling.key import threshold
from review.sampling.key_sql import full_key
from review.sampling.rendered.warehouse import WRITTEN_AS, record
from review.sampling.strata import Cap, Group, names_of

ASKED, FRAME, GROUP, TWICE, DRAWN, RECORD, END = "asked", "frame", "group", "twice", "drawn", "record", "end"
"""Kinds of rows: which draw it is; counts of the frame; of its groups; ids that occur twice; drawn ids with their keys;
the drawn rows as JSON; and how many ids were drawn."""
NUMBERS = ("part", "stratum", "ids", "all_rows", "undated_rows", "twice")
TEXTS = ("row_kind", "verdicts", "id", "record")
COLUMNS = (*TEXTS, *NUMBERS)


@dataclass(frozen=True)
class Limits:
    """What of a group is drawn: those below the key's threshold (None: all), and at least the ``count`` smallest."""

    below: str | None
    count: int | None = None


def limits_of(wishes: Wishes, groups: Sequence[Group], drawn: Sequence[DrawnStratum] = ()) -> list[Limits]:
    """Return the limits of each group and the rest: enough for every allocation that the populations may give.

    What was ``drawn`` before stays drawn, whatever is asked for now.
    """
    found, before = [], {one.name: one for one in drawn}
    own = {g.name: g for g in groups}
    for name in names_of(groups):
        group = own.get(name)
        cap: Cap | None = wishes.caps.get(name, group.cap if group else None)
        rate = max(wishes.rate, group.share if group else 0.0)
        old = before.get(name)
        if cap == "all" or (old is not None and old.probability >= 1):
            found.append(Limits(None))
        else:
            found.append(Limits(threshold(rate), max(cap or 0, old.sampled if old else 0) or None))
    return found


def statement(
    engine: Engine,
    opened: OpenFrame,
    *,
    dialect: str,
    seed: str,
    limits: Sequence[Limits],
    asked: tuple[str, str],
    over: exp.Expr,
) -> str:
    """Return the SQL. ``asked`` are the fingerprint of the draw and its words, which come back with the result.

    So does whether it ran when the week was ``over``: before, the frame was not whole.
    """
    rows = exp.to_table("frame_rows")
    members = frame_sql.members(rows, once=True, dated=opened.dated, verdicts=opened.verdicts)
    parts = {
        "frame_rows": _inner(opened.rows),
        "members": members,
        "ranked": _ranked(seed, limits),
        "chosen": exp.select(column("id"), column("stratum"), column("sampling_key"))
        .from_("ranked")
        .where(_chosen(limits)),
    }
    whole = _union(
        [
            _line(ASKED, id=exp.Literal.string(asked[0]), record=exp.Literal.string(asked[1]), part=_ran_after(over)),
            _frame_lines(rows, opened),
            _group_lines(opened),
            _line(TWICE, id=column("id")).from_(
                frame_sql.duplicates(rows, limit=EXAMPLES).subquery("several", copy=False)
            ),
            _line(DRAWN, id=column("id"), stratum=column("stratum"), record=column("sampling_key")).from_("chosen"),
            _record_lines(engine, opened, dialect),
            _line(END, ids=exp.Count(this=exp.Star())).from_("chosen"),
        ]
    )
    for name, query in parts.items():
        whole = whole.with_(name, as_=query, copy=False)
    written = whole.sql(dialect=WRITTEN_AS[dialect], pretty=True, unsupported_level=ErrorLevel.RAISE)
    return written + ("\nSETTINGS prefer_column_name_to_alias = 1" if dialect == "clickhouse" else "")


def _inner(rows: exp.Expr) -> exp.Query:
    inner = rows.this if isinstance(rows, exp.Subquery) else exp.select("*").from_(rows)
    return inner.copy()


def _ranked(seed: str, limits: Sequence[Limits]) -> exp.Select:
    keyed = exp.select(column("id"), column("stratum"), named(full_key(seed, column("id")), "sampling_key"))
    inner = keyed.from_("members").subquery("keyed", copy=False)
    shown: list[exp.Expr] = [column("id"), column("stratum"), column("sampling_key")]
    if any(one.count for one in limits):
        order = [exp.Ordered(this=column("sampling_key")), exp.Ordered(this=column("id"))]
        rank = exp.Window(this=exp.RowNumber(), partition_by=[column("stratum")], order=exp.Order(expressions=order))
        shown.append(named(rank, "place"))
    return exp.select(*shown).from_(inner)


def _chosen(limits: Sequence[Limits]) -> exp.Expr:
    tests: list[exp.Expr] = []
    for number, one in enumerate(limits):
        group: exp.Expr = exp.EQ(this=column("stratum"), expression=exp.Literal.number(number))
        if one.below is None:
            tests.append(group)
            continue
        # A shorter text that a longer one begins with sorts before it.
        test: exp.Expr = exp.LT(this=column("sampling_key"), expression=exp.Literal.string(one.below))
        if one.count:
            within = exp.LTE(this=column("place"), expression=exp.Literal.number(one.count))
            test = exp.or_(test, within)
        tests.append(exp.and_(group, test))
    return exp.or_(*tests)


def _line(kind: str, **cells: exp.Expr) -> exp.Select:
    """Return a select of all columns in their order, NULL where nothing is given."""
    cells = {"row_kind": exp.Literal.string(kind), **cells}
    shown = []
    for name in COLUMNS:
        kind_of = "text" if name in TEXTS else "bigint"
        shown.append(named(exp.cast(cells.get(name, exp.null()), kind_of), name))
    return exp.select(*shown)


def _ran_after(over: exp.Expr) -> exp.Expr:
    """Return 1 where the statement runs after a moment, else 0."""
    after = exp.GTE(this=exp.CurrentTimestamp(), expression=over.copy())
    return exp.Case().when(after, exp.Literal.number(1)).else_(exp.Literal.number(0))


def _frame_lines(rows: exp.Expr, opened: OpenFrame) -> exp.Select:
    counted = frame_sql.summary(rows, dated=opened.dated, verdicts=False).subquery("counted", copy=False)
    cells = {name: column(name) for name in ("part", "ids", "all_rows", "undated_rows", "twice")}
    return _line(FRAME, stratum=column("group_number"), **cells).from_(counted)


def _group_lines(opened: OpenFrame) -> exp.Select:
    counted = frame_sql.populations(exp.to_table("members"), verdicts=opened.verdicts)
    given: Mapping[str, exp.Expr] = {"verdicts": column("verdicts")} if opened.verdicts else {}
    inner = counted.subquery("counted", copy=False)
    return _line(GROUP, stratum=column("stratum"), ids=column("n"), **given).from_(inner)


def _record_lines(engine: Engine, opened: OpenFrame, dialect: str) -> exp.Select:
    source = exp.alias_(engine.relation(()).copy(), "source_row", table=True)
    chosen = exp.select(column("id")).from_("chosen")
    id_ = opened.id
    lines = _line(RECORD, id=as_text(id_.copy()), record=record(dialect)).from_(source)
    if opened.within is not None:
        lines = lines.where(opened.within.copy())
    return lines.where(exp.In(this=as_text(id_.copy()), query=chosen.subquery(copy=False)))


def _union(selects: Sequence[exp.Select]) -> exp.Query:
    whole: exp.Query = selects[0]
    for one in selects[1:]:
        whole = exp.union(whole, one, distinct=False, copy=False)
    return whole
