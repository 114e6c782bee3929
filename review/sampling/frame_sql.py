"""The queries of a draw as expressions: the rows of a window with their strata, their counts, and the chosen ids.

No alias is a keyword in any dialect, and every name is quoted.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sqlglot import exp

from review.sampling.engines.sql import all_of, column, is_null, named
from review.sampling.key_sql import predicate
from review.sampling.strata import Condition, Group

# Where a row of the window belongs: the frame; no date and no week; no date and another week; imported too late.
MEMBER, UNDATED, ELSEWHERE, LATE = 1, 2, 3, 4
NAMELESS = -1
"""Stands for the stratum of rows without an id."""


@dataclass(frozen=True, kw_only=True)
class Fields:
    """The columns of a source as expressions; None = no such column.

    ``id`` is text (NULL when empty), ``made`` and ``imported`` are instants that compare with the engine's ``moment``,
    ``week`` and ``verdicts`` text, ``stratum`` a number from 0.
    """

    id: exp.Expr
    stratum: exp.Expr
    made: exp.Expr | None = None
    week: exp.Expr | None = None
    imported: exp.Expr | None = None
    verdicts: exp.Expr | None = None


@dataclass(frozen=True)
class Membership:
    """Which rows are in the frame: the bounds as expressions of the engine, None = no bound."""

    start: exp.Expr | None = None
    end: exp.Expr | None = None
    week: str | None = None
    sealed: exp.Expr | None = None


def stratum_number(groups: Sequence[Group], fields: Mapping[str, tuple[exp.Expr, exp.Expr]]) -> exp.Expr:
    """Return the number of the first group that fits, ``len(groups)`` for the rest, as an expression.

    ``fields`` maps a field to its (text, number) expressions; a condition on an absent field never holds. A comparison
    with NULL is not true, so CASE skips it.
    """
    case = exp.Case()
    for position, group in enumerate(groups):
        alternatives = [
            exp.and_(*(_condition(c, *fields[c.field]) for c in conditions if c.field in fields))
            for conditions in group.alternatives
            if any(c.field in fields for c in conditions)
            and all(c.field in fields or c.test == "absent" for c in conditions)
        ]
        if alternatives:
            case = case.when(exp.or_(*alternatives), exp.Literal.number(position))
    rest = exp.Literal.number(len(groups))
    return case.else_(rest) if case.args.get("ifs") else rest


def _condition(condition: Condition, text: exp.Expr, number: exp.Expr) -> exp.Expr:
    text, number = text.copy(), number.copy()
    empty = exp.Literal.string("")
    if condition.test in ("in", "first_in"):
        word: exp.Expr = exp.Lower(this=exp.Trim(this=text))
        if condition.test == "first_in":
            comma = exp.StrPosition(this=word.copy(), substr=exp.Literal.string(","))
            length = exp.Sub(this=comma.copy(), expression=_number(1))
            first = exp.Substring(this=word.copy(), start=_number(1), length=length)
            word = exp.Case().when(exp.GT(this=comma, expression=_number(0)), first).else_(word)
        return word.isin(*(exp.Literal.string(v) for v in condition.value))
    if condition.test == "any_word":
        # LIKE would read the underscore of a name as any character.
        space = exp.Literal.string(" ")
        padded = exp.Concat(
            expressions=[space, exp.Lower(this=exp.Trim(this=text)), space.copy()], safe=False, coalesce=False
        )
        words = (exp.StrPosition(this=padded.copy(), substr=exp.Literal.string(f" {v} ")) for v in condition.value)
        return exp.or_(*(exp.GT(this=place, expression=_number(0)) for place in words))
    if condition.test == "present":
        return exp.NEQ(this=text, expression=empty)
    if condition.test == "absent":
        return exp.or_(is_null(text), exp.EQ(this=text, expression=empty))
    bound = exp.Literal.number(condition.value)
    return (
        exp.LT(this=number, expression=bound) if condition.test == "below" else exp.GTE(this=number, expression=bound)
    )


def frame_rows(source: exp.Expr, fields: Fields, frame: Membership) -> exp.Select:
    """Rows ``id, part, stratum[, made][, verdicts]`` of the window, and those without a readable date.

    ``part`` separates the members of the frame from rows that are only counted (see the numbers above).
    """
    shown = [named(fields.id, "id"), named(_part(fields, frame), "part"), named(fields.stratum, "stratum")]
    shown += [named(fields.made, "made")] if fields.made is not None else []
    shown += [named(fields.verdicts, "verdicts")] if fields.verdicts is not None else []
    select = exp.select(*shown).from_(source.copy())
    within = in_window(fields.made, frame)
    return select if within is None else select.where(within)


def in_window(made: exp.Expr | None, frame: Membership) -> exp.Expr | None:
    """Return the condition that a row lies in the window or has no date; None where there is no window."""
    if made is None or frame.start is None or frame.end is None:
        return None
    within = exp.and_(
        exp.GTE(this=made.copy(), expression=frame.start.copy()), exp.LT(this=made.copy(), expression=frame.end.copy())
    )
    return exp.or_(within, is_null(made))


def _part(fields: Fields, frame: Membership) -> exp.Expr:
    case, made, week = exp.Case(), fields.made, fields.week
    if frame.start is not None and not (made is None and week is None):
        undated = is_null(made) if made is not None else exp.true()
        if week is None or frame.week is None:
            case = case.when(undated, _number(UNDATED))
        else:
            weekless = exp.or_(is_null(week), exp.EQ(this=week.copy(), expression=exp.Literal.string("")))
            other = exp.NEQ(this=week.copy(), expression=exp.Literal.string(frame.week))
            case = case.when(exp.and_(undated, weekless), _number(UNDATED))
            case = case.when(exp.and_(undated.copy(), other), _number(ELSEWHERE))
    if frame.sealed is not None and fields.imported is not None:
        after = exp.GT(this=fields.imported.copy(), expression=frame.sealed.copy())
        case = case.when(after, _number(LATE))
    return case.else_(_number(MEMBER)) if case.args.get("ifs") else _number(MEMBER)


def summary(rows: exp.Expr, *, dated: bool, verdicts: bool) -> exp.Select:
    """Rows ``part, stratum[, verdicts], ids, n, undated, twice``: every count of a frame in one pass over the source.

    ``ids`` of ``n`` rows are different, ``undated`` have no date, and ``twice`` ids occur more than once; where one
    does, the stratum and the verdicts are of any of its rows. Rows without an id have the stratum ``NAMELESS``.
    """
    id_, n = column("id"), column("n")
    undated = _sum_if(is_null(column("made")), _number(1)) if dated else exp.Count(this=exp.Star())
    nameless = exp.Case().when(is_null(id_), _number(NAMELESS)).else_(exp.Min(this=column("stratum")))
    judged = exp.Case().when(exp.not_(is_null(id_)), exp.Min(this=column("verdicts")))
    shown = [column("part"), id_, named(exp.Count(this=exp.Star()), "n"), named(undated, "undated")]
    shown += [named(nameless, "group_number"), *([named(judged, "group_verdicts")] if verdicts else [])]
    grouped = exp.select(*shown).from_(rows.copy()).group_by(column("part"), id_.copy()).subquery("by_id")
    keys = [column("part"), column("group_number"), *([column("group_verdicts")] if verdicts else [])]
    several = exp.and_(exp.not_(is_null(id_)), exp.GT(this=n.copy(), expression=_number(1)))
    figures = {"ids": exp.Count(this=id_.copy()), "all_rows": _total(n), "undated_rows": _total(column("undated"))}
    figures["twice"] = _sum_if(several, _number(1))
    counts = [named(expression, name) for name, expression in figures.items()]
    return exp.select(*keys, *counts).from_(grouped).group_by(*(key.copy() for key in keys))


def duplicates(rows: exp.Expr, *, limit: int) -> exp.Select:
    """The smallest ids that occur more than once, one per row."""
    return (
        exp.select(column("id"))
        .from_(rows.copy())
        .where(exp.and_(_member(), exp.not_(is_null(column("id")))))
        .group_by(column("id"))
        .having(exp.GT(this=exp.Count(this=exp.Star()), expression=_number(1)))
        .order_by(column("id"))
        .limit(limit)
    )


def members(rows: exp.Expr, *, once: bool, dated: bool, verdicts: bool) -> exp.Select:
    """Rows ``id, stratum[, verdicts]`` of the members with an id; ``once``: only the first by date of each id.

    Of rows with the same id and date, the one in the earlier group counts, so every engine takes the same row.
    """
    shown = [column(name) for name in ("id", "stratum", *(["verdicts"] if verdicts else []))]
    base = exp.select(*shown).from_(rows.copy()).where(exp.and_(_member(), exp.not_(is_null(column("id")))))
    if not once:
        return base
    order: list[exp.Expr] = []
    if dated:
        unknown = exp.Case().when(is_null(column("made")), _number(1)).else_(_number(0))
        order += [unknown, column("made")]
    order += [c.copy() for c in shown[1:]]
    rank = exp.Window(
        this=exp.RowNumber(),
        partition_by=[column("id")],
        order=exp.Order(expressions=[exp.Ordered(this=o) for o in order]),
    )
    ranked = base.select(named(rank, "copy_number")).subquery("copies")
    first = exp.EQ(this=column("copy_number"), expression=_number(1))
    return exp.select(*(c.copy() for c in shown)).from_(ranked).where(first)


def populations(members: exp.Expr, *, verdicts: bool) -> exp.Select:
    """Rows ``stratum[, verdicts], n`` over the members of a frame, a table or a subquery."""
    by = [column("stratum"), *([column("verdicts")] if verdicts else [])]
    return exp.select(*by, named(exp.Count(this=exp.Star()), "n")).from_(members).group_by(*(b.copy() for b in by))


def ids(rows: exp.Select, seed: str, shares: Mapping[int, float]) -> exp.Select:
    """Rows ``id, stratum`` of the members chosen at the share of their stratum (number -> p)."""
    chosen = []
    for number, p in shares.items():
        of_stratum = exp.EQ(this=column("stratum"), expression=exp.Literal.number(number))
        chosen.append(all_of([of_stratum, predicate(seed, column("id"), p)]))
    return exp.select(column("id"), column("stratum")).from_(rows.subquery("members")).where(exp.or_(*chosen))


def _member() -> exp.Expr:
    return exp.EQ(this=column("part"), expression=_number(MEMBER))


def _number(number: float) -> exp.Expr:
    return exp.Literal.number(number)


def _total(expression: exp.Expr) -> exp.Expr:
    return exp.Coalesce(this=exp.Sum(this=expression.copy()), expressions=[exp.Literal.number(0)])


def _sum_if(condition: exp.Expr, amount: exp.Expr) -> exp.Expr:
    return _total(exp.Case().when(condition.copy(), amount.copy()).else_(exp.Literal.number(0)))
