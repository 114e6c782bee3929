"""What a SELECT gives to the query around it: its columns with their types, and the sets of them that do not repeat."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from sqlglot import exp

from review.sql.schema.schema import Key
from review.sql.tree.frames import Folding, Frame, Origin, Shape, Use
from review.sql.tree.joins import TEXTS
from review.sql.tree.walking import star_changed


def shape_of(frame: Frame, names: Folding) -> Shape:
    """Return the columns and keys of a SELECT whose columns were looked up."""
    select = frame.select
    columns: dict[str, Origin] = {}
    from_source: dict[tuple[int, str], str] = {}
    for projection in select.expressions:
        if projection.is_star:
            wanted = projection.args.get("table") if isinstance(projection, exp.Column) else None
            for source in frame.sources:
                if wanted is not None and names.node(wanted) != source.name:
                    continue
                if source.columns is None or source.open or star_changed(projection):
                    return Shape(None, keys_known=False)
                columns.update(source.columns)
                from_source.update({(id(source), c): c for c in source.columns})
            continue
        alias = projection.args.get("alias") if isinstance(projection, exp.Alias) else None
        inner = projection.this if isinstance(projection, exp.Alias) else projection
        name = names.node(alias) if alias is not None else names.text(projection.output_name)
        if alias is None and isinstance(inner, exp.Column):
            name = names.node(inner.this)
        columns[name or f"?{len(columns)}"] = origin_of(inner, frame, names)
        use = frame.use_of(inner)
        if use and use.source is not None and use.how == "found":
            from_source[(id(use.source), names.node(inner.this))] = name
    keys, known = _keys(frame, columns, from_source, names)
    if any(isinstance(p, exp.Anonymous | exp.Unnest | exp.Explode) for p in select.expressions) and not columns:
        return Shape(None, keys_known=False)
    return Shape(columns, keys, known, frame if _as_they_are(select) else None)


def _as_they_are(select: exp.Select) -> bool:
    """Whether the rows of a SELECT are those of its join: nothing groups, numbers, cuts or merges them."""
    if any(select.args.get(name) for name in ("group", "distinct", "limit", "qualify")):
        return False
    return not any(_aggregated(p, select) or p.find(exp.Window) for p in select.expressions)


def _keys(
    frame: Frame, columns: Mapping[str, Origin], shown: Mapping[tuple[int, str], str], names: Folding
) -> tuple[tuple[Key, ...], bool]:
    """The sets of output columns whose values do not repeat, and whether all such sets are known."""
    select = frame.select
    keys: list[Key] = []
    group = select.args.get("group")
    if group is not None:
        named: set[str] = set()
        for place in group.expressions:
            output = _output_of(place, select, names)
            if output is None:
                return (), True
            named.add(output)
        return (frozenset(named),), True
    if any(_aggregated(p, select) for p in select.expressions):
        return (frozenset(),), True
    limit = select.args.get("limit")
    if isinstance(limit, exp.Limit) and limit.expression is not None and limit.expression.name == "1":
        return (frozenset(),), True
    if select.args.get("distinct") and not select.args["distinct"].args.get("on"):
        keys.append(frozenset(columns))
    known = True
    if len(frame.sources) == 1:
        source = frame.sources[0]
        known = source.keys_known
        for key in source.keys:
            if all((id(source), c) in shown for c in key):
                keys.append(frozenset(shown[id(source), c] for c in key))
    elif frame.sources:
        known = False
    return tuple(keys), known


def _aggregated(projection: exp.Expr, select: exp.Select) -> bool:
    """Whether a projection aggregates all rows of its own SELECT, outside a window and outside inner queries."""
    found = projection.find_all(exp.AggFunc)
    return any(f.find_ancestor(exp.Window, exp.Select) is select for f in found)


def origin_of(node: exp.Expr, frame: Frame, names: Folding) -> Origin:
    """Return what is known of the value of an expression: a column keeps its table, a cast gives its type."""
    while isinstance(node, exp.Paren):
        node = node.this
    if isinstance(node, exp.Min | exp.Max | exp.Coalesce):
        first = origin_of(node.this, frame, names)
        others = tuple(
            origin_of(other, frame, names)
            for other in node.expressions
            if not isinstance(other, exp.Literal | exp.Null)
        )
        return replace(first, also=(*first.also, *others)) if others else first
    if isinstance(node, exp.Column):
        use = frame.use_of(node)
        return _with_others(use, frame, names) if use and use.how == "found" else Origin()
    dialect = names.dialect
    if isinstance(node, exp.Cast):
        return Origin(node.to.sql(dialect=dialect))
    if isinstance(node, exp.Count):
        return Origin("bigint")
    if isinstance(node, exp.Sum | exp.Avg | exp.Length | exp.RowNumber):
        return Origin("numeric")
    if isinstance(node, TEXTS):
        return Origin("text")
    if isinstance(node, exp.Literal):
        return Origin("text" if node.is_string else "numeric")
    return Origin()


def _with_others(use: Use, frame: Frame, names: Folding) -> Origin:
    """The origin of a column, with all others that its bare name may stand for."""
    if use.node.args.get("table") is not None:
        return use.origin
    if use.outer:
        return replace(use.origin, also=(*use.origin.also, Origin()))
    name = names.node(use.node.this)
    others: list[Origin] = []
    if name in frame.merged:
        # After USING the value is that of either side, of the other one where a RIGHT or FULL JOIN finds no partner.
        holders = (s.columns[name] for s in frame.sources if s.columns is not None and name in s.columns)
        others += [origin for origin in holders if origin is not use.origin]
        others += [Origin() for s in frame.sources if s.has(name) is None]
    if names.dialect == "clickhouse" and _renamed_there(name, frame, names):
        others.append(Origin())
    return replace(use.origin, also=(*use.origin.also, *others)) if others else use.origin


def _renamed_there(name: str, frame: Frame, names: Folding) -> bool:
    """Whether ClickHouse may read an alias in the place of a column of that name, here or in a query around it."""
    here: Frame | None = frame
    while here is not None:
        if name in here.aliases and any(_gives_another(p, name, names) for p in here.select.expressions):
            return True
        named = {names.node(p.args["alias"]) for p in here.select.expressions if isinstance(p, exp.Alias)}
        if name in here.aliases and name not in named:
            return True  # named by WITH, or inside an expression
        here = here.parent
    return False


def _gives_another(projection: exp.Expr, name: str, names: Folding) -> bool:
    """Whether a projection gives out something else under the name of a column."""
    if not isinstance(projection, exp.Alias) or names.node(projection.args["alias"]) != name:
        return False
    inner = projection.this
    return not (isinstance(inner, exp.Column) and names.node(inner.this) == name)


def _output_of(place: exp.Expr, select: exp.Select, names: Folding) -> str | None:
    """The output column that a GROUP BY expression names: by position, by alias, or by being the same expression."""
    if isinstance(place, exp.Literal) and not place.is_string:
        at = int(place.name) - 1 if place.name.isdigit() else -1
        projection = select.expressions[at] if 0 <= at < len(select.expressions) else None
    else:
        projection = next(
            (
                p
                for p in select.expressions
                if p.unalias() == place or (isinstance(place, exp.Column) and p.alias_or_name == place.name)
            ),
            None,
        )
    if projection is None:
        return None
    alias = projection.args.get("alias") if isinstance(projection, exp.Alias) else None
    return names.node(alias) if alias is not None else names.text(projection.output_name)
