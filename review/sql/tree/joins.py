"""How the sources of one SELECT are joined: pairs of columns that are equal, and columns fixed to one value."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, replace

from sqlglot import exp

from review.sql.tree.frames import Frame, Origin, Source, Use

TEXTS = (exp.DPipe, exp.Concat, exp.ConcatWs, exp.Lower, exp.Upper, exp.Trim)
"""Expressions that are texts whatever is in them."""


@dataclass(frozen=True, kw_only=True)
class Side:
    """One side of an equality: a column of a source, or an expression that holds columns of it (``column`` is "").

    ``tells`` is a column of which no two values give the same side: the column itself, or x in 'C' || x.
    """

    source: Source
    column: str
    origin: Origin
    node: exp.Expr
    outer: bool = False
    tells: str = ""


@dataclass(frozen=True)
class Pair:
    """Two sides that a join or condition makes equal."""

    left: Side
    right: Side
    node: exp.Expr


@dataclass
class Joined:
    """What the conditions of a query say: equal pairs, and by source the columns that have one value only.

    ``ordered`` are pairs of which one is less than the other.
    """

    pairs: list[Pair] = field(default_factory=list)
    fixed: dict[int, set[str]] = field(default_factory=dict)
    ordered: list[Pair] = field(default_factory=list)


def joined(frame: Frame) -> Joined:
    """Read ON, USING and the conditions of WHERE that must all hold, once for each frame."""
    if frame.joined is None:
        frame.joined = _joined(frame)
    return frame.joined


def _joined(frame: Frame) -> Joined:
    found = Joined()
    for condition in _conditions(frame):
        for part in _all_of(condition):
            if isinstance(part, exp.EQ | exp.NullSafeEQ):
                _equality(part, frame, found)
            elif isinstance(part, exp.LT | exp.LTE | exp.GT | exp.GTE):
                left, right = side_of(part.this, frame), side_of(part.expression, frame)
                if left is not None and right is not None and left.source is not right.source:
                    found.ordered.append(Pair(left, right, part))
            elif isinstance(part, exp.Is) and isinstance(part.expression, exp.Null):
                side = side_of(part.this, frame)
                if side and side.column:
                    found.fixed.setdefault(id(side.source), set()).add(side.column)
    for at, source in enumerate(frame.sources):
        shared = [c for c in frame.merged if source.has(c)] if source.join is not None else []
        for column in shared:
            before = next((s for s in frame.sources[:at] if s.has(column)), None)
            if before is not None and before.columns is not None and source.columns is not None:
                node = source.join or source.node
                first, second = (
                    Side(source=s, column=column, origin=columns[column], node=node, tells=column)
                    for s, columns in ((before, before.columns), (source, source.columns))
                )
                found.pairs.append(Pair(first, second, node))
    return found


def within_groups(frame: Frame, facts: Joined) -> Joined:
    """Return what also holds among the rows of one group: a column that the query groups by has one value there."""
    group = frame.select.args.get("group")
    if group is None or any(group.args.get(part) for part in ("rollup", "cube", "grouping_sets")):
        return facts
    fixed = {source: set(columns) for source, columns in facts.fixed.items()}
    for node in group.expressions:
        place = int(node.name) if isinstance(node, exp.Literal) and node.name.isdigit() else 0
        if 0 < place <= len(frame.select.expressions):
            node = frame.select.expressions[place - 1].unalias()
        side = side_of(node, frame) if isinstance(node, exp.Column) else None
        if side is not None and side.column and not side.outer:
            fixed.setdefault(id(side.source), set()).add(side.column)
    return replace(facts, fixed=fixed)


def side_of(node: exp.Expr, frame: Frame) -> Side | None:
    """Return the column that an expression is, or the one source whose columns it holds; None for anything else."""
    while isinstance(node, exp.Paren):
        node = node.this
    use = frame.use_of(node) if isinstance(node, exp.Column) else None
    if use is not None:
        if use.how == "found" and use.source is not None:
            name = _name(use, node)
            return Side(source=use.source, column=name, origin=use.origin, node=node, outer=use.outer, tells=name)
        return None
    uses = [u for c in node.find_all(exp.Column) if (u := frame.use_of(c)) is not None]
    sources = {id(u.source): u.source for u in uses if u.source is not None and u.how == "found"}
    if len(sources) == 1 and len(uses) > 0:
        told = _name(uses[0], uses[0].node) if len(uses) == 1 and _one_to_one(node) else ""
        return Side(
            source=next(iter(sources.values())),
            column="",
            origin=Origin(_kind_of(node)),
            node=node,
            outer=any(u.outer for u in uses),
            tells=told,
        )
    return None


def _name(use: Use, node: exp.Expr) -> str:
    columns = (use.source.columns or {}) if use.source is not None else {}
    return next((c for c, o in columns.items() if o is use.origin and _same(c, node)), "") or node.name


def _one_to_one(node: exp.Expr) -> bool:
    """Whether two values of the one column in an expression never give the same: texts put before and after it."""
    if isinstance(node, exp.Column | exp.Literal):
        return True
    if isinstance(node, exp.Cast):
        return node.to.is_type(*exp.DataType.TEXT_TYPES) and _one_to_one(node.this)
    if isinstance(node, exp.Paren | exp.DPipe | exp.Concat) or node.name.lower() == "tostring":
        return all(_one_to_one(part) for part in node.iter_expressions())
    return False


def _kind_of(node: exp.Expr) -> str:
    """The type of an expression where its form alone says it; "" for others."""
    if isinstance(node, exp.Cast):
        return node.to.sql()
    return "text" if isinstance(node, TEXTS) else ""


def _same(column: str, node: exp.Expr) -> bool:
    return column.lower() == node.name.lower()


def _conditions(frame: Frame) -> Iterator[exp.Expr]:
    for source in frame.sources:
        on = source.join.args.get("on") if source.join is not None else None
        if on is not None:
            yield on
    for key in ("where", "prewhere"):
        where = frame.select.args.get(key)
        if where is not None:
            yield where.this


def _all_of(condition: exp.Expr) -> Iterator[exp.Expr]:
    waiting = [condition]
    while waiting:
        node = waiting.pop()
        if isinstance(node, exp.Paren):
            waiting.append(node.this)
        elif isinstance(node, exp.And):
            waiting += [node.this, node.expression]
        else:
            yield node


def _equality(part: exp.Expr, frame: Frame, found: Joined) -> None:
    left, right = side_of(part.this, frame), side_of(part.expression, frame)
    if left is not None and right is not None:
        if left.source is not right.source:
            found.pairs.append(Pair(left, right, part))
        return
    for side, other in ((left, part.expression), (right, part.this)):
        if side is not None and side.column and not any(True for _ in other.find_all(exp.Column)):
            found.fixed.setdefault(id(side.source), set()).add(side.column)
