"""Where each name of a query comes from: tables, columns with their types, and the keys that survive a subquery."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Literal

from sqlglot import exp

from review.sql.schema.schema import Key, Schema, Table

MANY = 64
"""How deep queries may stand inside each other."""


@dataclass(frozen=True)
class Origin:
    """A column as its query shows it: its type, "" where it cannot be told, and the table that it is read from."""

    kind: str = ""
    table: Table | None = None
    column: str = ""


@dataclass(kw_only=True)
class Source:
    """Something that a query selects from, under the name by which its columns are called.

    ``columns`` is None where they cannot be told. ``keys`` are folded names; with ``keys_known`` there are no others.
    """

    name: str
    node: exp.Expr
    columns: dict[str, Origin] | None
    table: Table | None = None
    keys: tuple[Key, ...] = ()
    keys_known: bool = True
    join: exp.Join | None = None
    open: bool = False

    def has(self, column: str) -> bool | None:
        """Return whether the source has a column, None where it cannot be told."""
        if self.columns is not None and column in self.columns:
            return True
        return None if self.columns is None or self.open else False


How = Literal["found", "missing", "ambiguous", "alias", "row", "unknown"]


@dataclass(frozen=True, kw_only=True)
class Use:
    """A column of the statement and what it was found to be; ``outer`` when it belongs to an enclosing query."""

    node: exp.Column
    how: How
    source: Source | None = None
    origin: Origin = Origin()
    outer: bool = False


@dataclass(kw_only=True)
class Frame:
    """One SELECT with its sources and its uses of columns."""

    select: exp.Select
    parent: Frame | None
    sources: list[Source] = field(default_factory=list)
    uses: list[Use] = field(default_factory=list)
    merged: set[str] = field(default_factory=set)
    aliases: set[str] = field(default_factory=set)
    by_node: dict[int, Use] = field(default_factory=dict)

    def use_of(self, node: exp.Expr) -> Use | None:
        """Return what was found for a column node of this query."""
        return self.by_node.get(id(node))


@dataclass
class _Shape:
    """The columns that a query gives to the one around it, with the sets of them that do not repeat."""

    columns: dict[str, Origin] | None
    keys: tuple[Key, ...] = ()
    keys_known: bool = True


_Ctes = Mapping[str, _Shape | None]
_Table = tuple[exp.Table, Table | None]


@dataclass
class Names:
    """All names of one statement: its frames, the tables it reads (None: not in the schema), and its CTEs."""

    frames: list[Frame] = field(default_factory=list)
    tables: list[_Table] = field(default_factory=list)


def names_of(tree: exp.Expr, schema: Schema | None, dialect: str) -> Names:
    """Resolve every name of a query. Without a schema tables are unknown, and so are their columns."""
    reader = _Reader(schema, dialect)
    reader.query(tree, None, {}, 0)
    return reader.names


class _Reader:
    def __init__(self, schema: Schema | None, dialect: str) -> None:
        self.schema, self.dialect = schema, dialect
        self.names = Names()
        self.caseless = Schema(dialect=dialect, tables=(), exact=True)

    def fold(self, node: exp.Expr) -> str:
        quoted = bool(node.args.get("quoted")) if isinstance(node, exp.Identifier) else False
        return (self.schema or self.caseless).fold(node.name, quoted=quoted)

    def fold_text(self, name: str) -> str:
        return (self.schema or self.caseless).fold(name, quoted=True)

    def query(self, node: exp.Expr, parent: Frame | None, ctes: _Ctes, depth: int) -> _Shape:
        """Read a query of any form; return its columns."""
        if depth > MANY:
            raise RecursionError("queries stand too deep inside each other")
        own = self._ctes(node, parent, ctes, depth)
        while isinstance(node, exp.Subquery | exp.Paren):
            node = node.this
            own = self._ctes(node, parent, own, depth)
        if isinstance(node, exp.SetOperation):
            return self._set_operation(node, parent, own, depth)
        if isinstance(node, exp.Select):
            return self._select(node, parent, own, depth)
        return _Shape(None, keys_known=False)

    def _ctes(self, node: exp.Expr, parent: Frame | None, ctes: _Ctes, depth: int) -> dict[str, _Shape | None]:
        own = dict(ctes)
        with_ = node.args.get("with_")
        recursive = bool(with_ and with_.args.get("recursive"))
        for cte in with_.expressions if with_ else []:
            name = self.fold(cte.args["alias"].this)
            if cte.args.get("scalar") or not isinstance(cte.this, exp.Query):
                # ClickHouse: WITH 5 AS x names a value. FROM x would still read a table of that name.
                self._loose(cte.this, parent, own, depth)
                own[name] = None
                continue
            named = [self.fold(c) for c in cte.args["alias"].args.get("columns") or []]
            if recursive:
                own[name] = self._anchor(cte.this, named)
            shape = self.query(cte.this, parent, own, depth + 1)
            own[name] = _renamed(shape, named)
        return own

    def _anchor(self, body: exp.Expr, named: list[str]) -> _Shape:
        """The columns of a recursive CTE while its body is read: the names that its first branch gives."""
        if named:
            return _Shape(dict.fromkeys(named, Origin()), keys_known=False)
        first = body.this if isinstance(body, exp.SetOperation) else body
        while isinstance(first, exp.Subquery | exp.SetOperation):
            first = first.this
        if not isinstance(first, exp.Select) or any(p.is_star for p in first.expressions):
            return _Shape(None, keys_known=False)
        return _Shape({self.fold_text(p.output_name): Origin() for p in first.expressions}, keys_known=False)

    def _loose(self, node: exp.Expr, parent: Frame | None, ctes: _Ctes, depth: int) -> None:
        """Queries inside an expression that belongs to no SELECT."""
        for inner in _queries_in(node):
            self.query(inner, parent, ctes, depth + 1)

    def _set_operation(self, node: exp.SetOperation, parent: Frame | None, ctes: _Ctes, depth: int) -> _Shape:
        branches: list[exp.Expr] = []
        here: exp.Expr = node
        # UNION chains lean to the left; a loop reads hundreds of branches without recursion.
        while isinstance(here, exp.SetOperation):
            branches.append(here.expression)
            here = here.this
            ctes = self._ctes(here, parent, ctes, depth)
        shapes = [self.query(branch, parent, ctes, depth + 1) for branch in [here, *reversed(branches)]]
        distinct = node.args.get("distinct")
        columns = shapes[0].columns
        keys = (frozenset(columns),) if distinct and columns is not None else ()
        return _Shape(columns, keys, keys_known=columns is not None)

    def _select(self, select: exp.Select, parent: Frame | None, ctes: _Ctes, depth: int) -> _Shape:
        frame = Frame(select=select, parent=parent)
        self.names.frames.append(frame)
        for node, join in _from(select):
            self._source(frame, node, join, ctes, depth)
        frame.aliases = {
            self.fold(p.args["alias"]) for p in select.expressions if isinstance(p, exp.Alias) and p.args.get("alias")
        } | {name for name, shape in ctes.items() if shape is None}
        for array_join in select.args.get("joins") or []:
            if _is_array_join(array_join):
                frame.aliases |= {
                    self.fold(a) for e in array_join.expressions or [array_join.this] if (a := e.args.get("alias"))
                }
        if self.dialect == "clickhouse":
            # An alias of ClickHouse may stand anywhere and holds for the whole query.
            frame.aliases |= {
                self.fold(a) for n in _own_nodes(select) if isinstance(n, exp.Alias) and (a := n.args["alias"])
            }
        self._uses(frame, ctes, depth)
        return self._shape(frame)

    def _source(self, frame: Frame, node: exp.Expr, join: exp.Join | None, ctes: _Ctes, depth: int) -> None:
        using = join.args.get("using") if join else None
        before = list(frame.sources)
        added = self._made(frame, node, join, ctes, depth)
        if added is None:
            return
        frame.sources.append(added)
        for column in using or []:
            frame.merged.add(self.fold(column if isinstance(column, exp.Identifier) else column.this))
        if join is not None and str(join.args.get("method") or "").upper() == "NATURAL" and added.columns is not None:
            frame.merged |= {c for s in before if s.columns is not None for c in s.columns if c in added.columns}
        # A bracketed source may carry joins of its own: FROM (a JOIN b ON ...).
        for inner in node.args.get("joins") or []:
            self._source(frame, inner.this, inner, ctes, depth)

    def _made(self, frame: Frame, node: exp.Expr, join: exp.Join | None, ctes: _Ctes, depth: int) -> Source | None:
        while isinstance(node, exp.Final | exp.TableSample | exp.Paren):
            node = node.this
        alias = node.args.get("alias")
        name = self.fold(alias.this) if alias is not None and getattr(alias, "this", None) else ""
        renames = [self.fold(c) for c in (alias.args.get("columns") or [])] if alias is not None else []
        if isinstance(node, exp.Table):
            return self._table(node, name, renames, join, ctes)
        if isinstance(node, exp.Subquery) and isinstance(node.this, exp.Table):
            for inner, inner_join in [(node.this, join), *((j.this, j) for j in node.this.args.get("joins") or [])]:
                made = self._made(frame, inner, inner_join, ctes, depth)
                if made:
                    frame.sources.append(made)
            return None
        if isinstance(node, exp.Query):
            # A derived table sees the enclosing queries, and its neighbours only with LATERAL.
            shape = _renamed(self.query(node, frame.parent, ctes, depth + 1), renames)
            return Source(
                name=name, node=node, columns=shape.columns, keys=shape.keys, keys_known=shape.keys_known, join=join
            )
        if isinstance(node, exp.Lateral) and isinstance(node.this, exp.Query):
            shape = _renamed(self.query(node.this, frame, ctes, depth + 1), renames)
            return Source(
                name=name, node=node, columns=shape.columns, keys=shape.keys, keys_known=shape.keys_known, join=join
            )
        self._loose(node, frame, ctes, depth)
        columns = dict.fromkeys(renames, Origin()) if renames else None
        return Source(name=name, node=node, columns=columns, keys_known=False, join=join, open=True)

    def _table(self, node: exp.Table, name: str, renames: list[str], join: exp.Join | None, ctes: _Ctes) -> Source:
        if not isinstance(node.this, exp.Identifier):
            columns = dict.fromkeys([*renames, *([name] if name else [])], Origin()) if renames else None
            return Source(name=name, node=node, columns=columns, keys_known=False, join=join, open=True)
        own, database = self.fold(node.this), node.args.get("db")
        common = ctes.get(own) if database is None else None
        if common is not None:
            shape = _renamed(common, renames)
            return Source(
                name=name or own,
                node=node,
                columns=shape.columns,
                keys=shape.keys,
                keys_known=shape.keys_known,
                join=join,
            )
        table = None
        if self.schema is not None and not node.args.get("catalog"):
            quoted = bool(node.this.args.get("quoted"))
            table = self.schema.table(node.this.name, database.name if database else "", quoted=quoted)
        self.names.tables.append((node, table))
        if table is None:
            return Source(name=name or own, node=node, columns=None, keys_known=False, join=join)
        columns = {self.fold_text(c): Origin(kind, table, c) for c, kind in table.columns.items()}
        keys = table.keys
        if renames:
            shape = _renamed(_Shape(columns, keys, table.keys_known), renames)
            columns, keys = shape.columns or {}, shape.keys
        return Source(
            name=name or own, node=node, columns=columns, table=table, keys=keys, keys_known=table.keys_known,
            join=join, open=table.open,
        )  # fmt: skip

    def _uses(self, frame: Frame, ctes: _Ctes, depth: int) -> None:
        """Find every column of a SELECT outside its sources and inner queries, which are read on their own."""
        lambdas: set[str] = set()
        columns: list[exp.Column] = []
        for node in _own_nodes(frame.select):
            if isinstance(node, exp.Column):
                columns.append(node)
            elif isinstance(node, exp.Query):
                self.query(node, frame, ctes, depth + 1)
            elif isinstance(node, exp.Lambda):
                lambdas |= {self.fold(e) for e in node.expressions if isinstance(e, exp.Identifier)}
                lambdas |= {self.fold(e.this) for e in node.expressions if isinstance(e, exp.Column)}
        for node in columns:
            if not isinstance(node.this, exp.Star):
                if not node.args.get("table") and self.fold(node.this) in lambdas:
                    continue
                use = self._use(frame, node)
                frame.uses.append(use)
                frame.by_node[id(node)] = use

    def _use(self, frame: Frame, node: exp.Column) -> Use:
        column = self.fold(node.this)
        table = node.args.get("table")
        if self.dialect == "clickhouse" and table is None and column.lower() in ("nan", "inf", "infinity"):
            # ClickHouse writes these numbers like names.
            return Use(node=node, how="unknown")
        here: Frame | None = frame
        aliased = column in frame.aliases and (
            self.dialect in ("clickhouse", "sqlite", "duckdb") or _by_alias(node, frame)
        )
        while here is not None:
            use = self._in_frame(here, node, column, table, outer=here is not frame)
            if use is not None and use.how in ("found", "ambiguous"):
                if use.how == "ambiguous" and aliased:
                    return Use(node=node, how="alias")
                return use
            if here is frame and table is None and aliased:
                return Use(node=node, how="alias")
            if use is not None:
                return use
            here = here.parent
        if table is not None and self.fold(table) in frame.aliases:
            return Use(node=node, how="unknown")
        return Use(node=node, how="missing")

    def _in_frame(
        self, frame: Frame, node: exp.Column, column: str, table: exp.Expr | None, *, outer: bool
    ) -> Use | None:
        """Look a column up in one query; None when an enclosing query may still have it."""
        if table is not None:
            wanted = self.fold(table)
            source = next((s for s in frame.sources if s.name == wanted), None)
            if source is None:
                # A column of a nested type is written like one of a table: address.city.
                nested = next((s for s in frame.sources if s.has(wanted)), None)
                return Use(node=node, how="unknown", source=nested, outer=outer) if nested else None
            has = source.has(column)
            if has:
                return Use(node=node, how="found", source=source, origin=(source.columns or {})[column], outer=outer)
            if has is None or column in _hidden(self.dialect):
                return Use(node=node, how="unknown", source=source, outer=outer)
            return Use(node=node, how="missing", source=source, outer=outer)
        holders = [s for s in frame.sources if s.has(column)]
        if len(holders) > 1 and column not in frame.merged and self.dialect != "clickhouse":
            return Use(node=node, how="ambiguous", source=holders[0], outer=outer)
        if holders:
            return Use(
                node=node, how="found", source=holders[0], origin=(holders[0].columns or {})[column], outer=outer
            )
        if any(s.has(column) is None for s in frame.sources):
            return Use(node=node, how="unknown", outer=outer)
        if column in _hidden(self.dialect) and frame.sources:
            return Use(node=node, how="unknown", outer=outer)
        whole = next((s for s in frame.sources if s.name == column), None)
        return Use(node=node, how="row", source=whole, outer=outer) if whole else None

    def _shape(self, frame: Frame) -> _Shape:
        select = frame.select
        columns: dict[str, Origin] = {}
        from_source: dict[tuple[int, str], str] = {}
        for projection in select.expressions:
            if projection.is_star:
                wanted = projection.args.get("table") if isinstance(projection, exp.Column) else None
                for source in frame.sources:
                    if wanted is not None and self.fold(wanted) != source.name:
                        continue
                    if source.columns is None or source.open or _star_changed(projection):
                        return _Shape(None, keys_known=False)
                    columns.update(source.columns)
                    from_source.update({(id(source), c): c for c in source.columns})
                continue
            alias = projection.args.get("alias") if isinstance(projection, exp.Alias) else None
            inner = projection.this if isinstance(projection, exp.Alias) else projection
            name = self.fold(alias) if alias is not None else self.fold_text(projection.output_name)
            if alias is None and isinstance(inner, exp.Column):
                name = self.fold(inner.this)
            columns[name or f"?{len(columns)}"] = self.origin_of(inner, frame)
            use = frame.use_of(inner)
            if use and use.source is not None and use.how == "found":
                from_source[(id(use.source), self.fold(inner.this))] = name
        keys, known = self._keys(frame, columns, from_source)
        if any(isinstance(p, exp.Anonymous | exp.Unnest | exp.Explode) for p in select.expressions) and not columns:
            return _Shape(None, keys_known=False)
        return _Shape(columns, keys, known)

    def _keys(
        self, frame: Frame, columns: Mapping[str, Origin], shown: Mapping[tuple[int, str], str]
    ) -> tuple[tuple[Key, ...], bool]:
        """The sets of output columns whose values do not repeat, and whether all such sets are known."""
        select = frame.select
        keys: list[Key] = []
        group = select.args.get("group")
        if group is not None:
            named: set[str] = set()
            for place in group.expressions:
                output = _output_of(place, select, self)
                if output is None:
                    return (), True
                named.add(output)
            return (frozenset(named),), True
        if any(p.find(exp.AggFunc) and not p.find(exp.Window) for p in select.expressions):
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

    def origin_of(self, node: exp.Expr, frame: Frame) -> Origin:
        """What is known of the value of an expression: a column keeps its table, a cast gives its type."""
        while isinstance(node, exp.Paren | exp.Min | exp.Max | exp.Coalesce):
            node = node.this
        if isinstance(node, exp.Column):
            use = frame.use_of(node)
            return use.origin if use and use.how == "found" else Origin()
        if isinstance(node, exp.Cast):
            return Origin(node.to.sql(dialect=self.dialect))
        if isinstance(node, exp.Count):
            return Origin("bigint")
        if isinstance(node, exp.Literal):
            return Origin("text" if node.is_string else "numeric")
        return Origin()


def _hidden(dialect: str) -> tuple[str, ...]:
    """Columns that every table of a dialect has without listing them."""
    return {"sqlite": ("rowid", "oid", "_rowid_"), "duckdb": ("rowid",), "postgres": ("ctid", "xmin"),
            "clickhouse": ("_part", "_partition_id", "_shard_num")}.get(dialect, ())  # fmt: skip


def _renamed(shape: _Shape, names: list[str]) -> _Shape:
    """The shape under the column names of an alias such as ``AS t (a, b)``."""
    if not names:
        return shape
    if shape.columns is None:
        return _Shape(dict.fromkeys(names, Origin()), keys_known=False)
    olds = list(shape.columns)
    changed = dict(zip(olds, [*names, *olds[len(names) :]], strict=False))
    keys = tuple(frozenset(changed[c] for c in key) for key in shape.keys if all(c in changed for c in key))
    return _Shape({changed[old]: origin for old, origin in shape.columns.items()}, keys, shape.keys_known)


def _from(select: exp.Select) -> Iterator[tuple[exp.Expr, exp.Join | None]]:
    start = select.args.get("from_")
    if start is not None:
        yield start.this, None
    for join in select.args.get("joins") or []:
        if not _is_array_join(join):
            yield join.this, join
    for lateral in select.args.get("laterals") or []:
        yield lateral, None


def _is_array_join(join: exp.Join) -> bool:
    return str(join.args.get("kind") or "").upper() == "ARRAY"


def _own_nodes(select: exp.Select) -> Iterator[exp.Expr]:
    """The nodes of a SELECT without those of its sources and CTEs; an inner query comes as one node."""
    waiting: list[exp.Expr] = []
    for key, value in select.args.items():
        if key in ("from_", "with_", "settings", "format"):
            continue
        for child in value if isinstance(value, list) else [value]:
            if isinstance(child, exp.Join) and not _is_array_join(child):
                waiting += _conditions_of(child)
                waiting += [on for inner in child.this.args.get("joins") or [] for on in _conditions_of(inner)]
            elif isinstance(child, exp.Expr) and not isinstance(child, exp.Lateral):
                waiting.append(child)
    start = select.args.get("from_")
    if start is not None:
        waiting += [on for inner in start.this.args.get("joins") or [] for on in _conditions_of(inner)]
        if isinstance(start.this, exp.Subquery) and isinstance(start.this.this, exp.Table):
            waiting += [on for inner in start.this.this.args.get("joins") or [] for on in _conditions_of(inner)]
    waiting.reverse()
    while waiting:
        node = waiting.pop()
        yield node
        if not isinstance(node, exp.Query | exp.Column | exp.Literal):
            waiting.extend(node.iter_expressions(reverse=True))


def _conditions_of(join: exp.Join) -> list[exp.Expr]:
    return [on for key in ("on", "match_condition") if isinstance(on := join.args.get(key), exp.Expr)]


def _queries_in(node: exp.Expr) -> Iterator[exp.Expr]:
    waiting = [node]
    while waiting:
        here = waiting.pop()
        if isinstance(here, exp.Query):
            yield here
        else:
            waiting.extend(here.iter_expressions())


def _by_alias(node: exp.Column, frame: Frame) -> bool:
    """Whether a column stands where every dialect takes the name of an output column."""
    here: exp.Expr | None = node
    while here is not None and here is not frame.select:
        if isinstance(here, exp.Order | exp.Group | exp.Having | exp.Qualify):
            return not isinstance(here, exp.Having | exp.Qualify) or frame.select.args.get("qualify") is not None
        here = here.parent
    return False


def _star_changed(projection: exp.Expr) -> bool:
    star = projection.this if isinstance(projection, exp.Column) else projection
    return any(star.args.get(k) for k in ("except_", "replace", "rename", "except"))


def _output_of(place: exp.Expr, select: exp.Select, reader: _Reader) -> str | None:
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
    return reader.fold(alias) if alias is not None else reader.fold_text(projection.output_name)
