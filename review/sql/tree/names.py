"""Resolve all names of a statement: query by query, the inner ones with the names of those around them."""

from __future__ import annotations

from dataclasses import replace

from sqlglot import exp

from review.sql.schema.schema import Schema, Table
from review.sql.tree.frames import Ctes, Folding, Frame, Names, Origin, Shape, Source, of_all, of_shape, renamed
from review.sql.tree.lookups import look_up
from review.sql.tree.outputs import shape_of
from review.sql.tree.walking import is_array_join, own_nodes, queries_in, sources_in

MANY = 64
"""How deep queries may stand inside each other."""


def names_of(tree: exp.Expr, schema: Schema | None, dialect: str) -> Names:
    """Resolve every name of a query. Without a schema tables are unknown, and so are their columns."""
    reader = _Reader(schema, dialect)
    reader.query(tree, None, {}, 0)
    return reader.names


class _Reader:
    def __init__(self, schema: Schema | None, dialect: str) -> None:
        self.schema, self.dialect = schema, dialect
        self.names = Names()
        self.folding = Folding(schema or Schema(dialect=dialect, tables=(), exact=True), dialect)

    def query(self, node: exp.Expr, parent: Frame | None, ctes: Ctes, depth: int, itself: Ctes | None = None) -> Shape:
        """Read a query of any form; return its columns. ``itself`` is the recursive CTE whose body it is."""
        if depth > MANY:
            raise RecursionError("queries stand too deep inside each other")
        own = self._ctes(node, parent, ctes, depth)
        while isinstance(node, exp.Subquery | exp.Paren):
            node = node.this
            own = self._ctes(node, parent, own, depth)
        if isinstance(node, exp.SetOperation):
            return self._set_operation(node, parent, own, depth, itself or {})
        if isinstance(node, exp.Select):
            return self._select(node, parent, own, depth)
        if isinstance(node, exp.Pivot):
            return self._pivot(node, parent, own, depth)
        self._loose(node, parent, own, depth)
        return Shape(None, keys_known=False)

    def _ctes(self, node: exp.Expr, parent: Frame | None, ctes: Ctes, depth: int) -> dict[str, Shape | None]:
        own = dict(ctes)
        with_ = node.args.get("with_")
        recursive = bool(with_ and with_.args.get("recursive"))
        for cte in with_.expressions if with_ else []:
            name = self.folding.node(cte.args["alias"].this)
            if cte.args.get("scalar") or not isinstance(cte.this, exp.Query | exp.Pivot):
                # ClickHouse: WITH 5 AS x names a value. FROM x would still read a table of that name.
                self._loose(cte.this, parent, own, depth)
                own[name] = None
                continue
            named = [self.folding.node(c) for c in cte.args["alias"].args.get("columns") or []]
            itself = {name: self._anchor(cte.this, named)} if recursive else None
            shape = self.query(cte.this, parent, own, depth + 1, itself)
            own[name] = renamed(shape, named)
        return own

    def _anchor(self, body: exp.Expr, named: list[str]) -> Shape:
        """The columns of a recursive CTE while its body is read: the names that its first branch gives."""
        if named:
            return Shape(dict.fromkeys(named, Origin()), keys_known=False)
        first = body.this if isinstance(body, exp.SetOperation) else body
        while isinstance(first, exp.Subquery | exp.SetOperation):
            first = first.this
        if not isinstance(first, exp.Select) or any(p.is_star for p in first.expressions):
            return Shape(None, keys_known=False)
        return Shape({self.folding.text(p.output_name): Origin() for p in first.expressions}, keys_known=False)

    def _loose(self, node: exp.Expr, parent: Frame | None, ctes: Ctes, depth: int) -> None:
        """Queries inside an expression that belongs to no SELECT."""
        for inner in queries_in(node):
            self.query(inner, parent, ctes, depth + 1)

    def _set_operation(
        self, node: exp.SetOperation, parent: Frame | None, ctes: Ctes, depth: int, itself: Ctes
    ) -> Shape:
        branches: list[exp.Expr] = []
        here: exp.Expr = node
        # UNION chains lean to the left; a loop reads hundreds of branches without recursion.
        while isinstance(here, exp.SetOperation):
            branches.append(here.expression)
            here = here.this
            ctes = self._ctes(here, parent, ctes, depth)
        rest = branches[::-1]
        shapes = [self.query(here, parent, ctes, depth + 1)]
        for number, branch in enumerate(rest, start=1):
            # A recursive CTE knows itself in its last branch, on SQLite in each after the first. Before, its name is
            # that of a table, as it is where no UNION makes it recursive.
            known = {**ctes, **itself} if self.dialect == "sqlite" or number == len(rest) else ctes
            shapes.append(self.query(branch, parent, known, depth + 1))
        columns = of_all(shapes)
        distinct = node.args.get("distinct")
        keys = (frozenset(columns),) if distinct and columns is not None else ()
        return Shape(columns, keys, keys_known=columns is not None)

    def _pivot(self, node: exp.Pivot, parent: Frame | None, ctes: Ctes, depth: int) -> Shape:
        """PIVOT and UNPIVOT as a query of their own, on DuckDB: what columns they give depends on the data."""
        frame = Frame(select=exp.Select(), parent=parent)
        self.names.frames.append(frame)
        self._source(frame, node.this, None, ctes, depth)
        for key, value in node.args.items():
            for part in value if isinstance(value, list) else [value]:
                if key != "this" and isinstance(part, exp.Expr):
                    self._loose(part, frame, ctes, depth)
        return Shape(None, keys_known=False)

    def _select(self, select: exp.Select, parent: Frame | None, ctes: Ctes, depth: int) -> Shape:
        frame = Frame(select=select, parent=parent)
        self.names.frames.append(frame)
        for node, join in sources_in(select):
            self._source(frame, node, join, ctes, depth)
        frame.aliases = {
            self.folding.node(p.args["alias"])
            for p in select.expressions
            if isinstance(p, exp.Alias) and p.args.get("alias")
        } | {name for name, shape in ctes.items() if shape is None}
        for array_join in select.args.get("joins") or []:
            if is_array_join(array_join):
                frame.aliases |= {
                    self.folding.node(a)
                    for e in array_join.expressions or [array_join.this]
                    if (a := e.args.get("alias"))
                }
        if self.dialect == "clickhouse":
            # An alias of ClickHouse may stand anywhere and holds for the whole query.
            frame.aliases |= {
                self.folding.node(a) for n in own_nodes(select) if isinstance(n, exp.Alias) and (a := n.args["alias"])
            }
        self._uses(frame, ctes, depth)
        return shape_of(frame, self.folding)

    def _source(self, frame: Frame, node: exp.Expr, join: exp.Join | None, ctes: Ctes, depth: int) -> None:
        using = join.args.get("using") if join else None
        before = list(frame.sources)
        added = self._made(frame, node, join, ctes, depth)
        if added is None:
            return
        pivots = node.args.get("pivots") or []
        if pivots:
            alias = pivots[-1].args.get("alias")
            name = self.folding.node(alias.this) if alias is not None and alias.this is not None else added.name
            added = replace(added, name=name, columns=None, keys=(), keys_known=False, inside=None)
        frame.sources.append(added)
        for column in using or []:
            frame.merged.add(self.folding.node(column if isinstance(column, exp.Identifier) else column.this))
        if join is not None and str(join.args.get("method") or "").upper() == "NATURAL" and added.columns is not None:
            frame.merged |= {c for s in before if s.columns is not None for c in s.columns if c in added.columns}
        # A bracketed source may carry joins of its own: FROM (a JOIN b ON ...).
        for inner in node.args.get("joins") or []:
            self._source(frame, inner.this, inner, ctes, depth)

    def _made(self, frame: Frame, node: exp.Expr, join: exp.Join | None, ctes: Ctes, depth: int) -> Source | None:
        while isinstance(node, exp.Final | exp.TableSample | exp.Paren):
            node = node.this
        alias = node.args.get("alias")
        name = self.folding.node(alias.this) if alias is not None and getattr(alias, "this", None) else ""
        renames = [self.folding.node(c) for c in (alias.args.get("columns") or [])] if alias is not None else []
        if isinstance(node, exp.Table):
            return self._table(node, name, renames, join, ctes)
        if isinstance(node, exp.Subquery) and _is_join_in_brackets(node.this):
            self._source(frame, node.this, join, ctes, depth)
            return None
        if isinstance(node, exp.Query):
            # A derived table sees the enclosing queries, and its neighbours only with LATERAL.
            shape = renamed(self.query(node, frame.parent, ctes, depth + 1), renames)
            return of_shape(shape, name, node, join)
        if isinstance(node, exp.Lateral) and isinstance(node.this, exp.Query):
            shape = renamed(self.query(node.this, frame, ctes, depth + 1), renames)
            return of_shape(shape, name, node, join)
        self._loose(node, frame, ctes, depth)
        columns = dict.fromkeys(renames, Origin()) if renames else None
        return Source(name=name, node=node, columns=columns, keys_known=False, join=join, open=True)

    def _table(self, node: exp.Table, name: str, renames: list[str], join: exp.Join | None, ctes: Ctes) -> Source:
        if not isinstance(node.this, exp.Identifier):
            columns = dict.fromkeys([*renames, *([name] if name else [])], Origin()) if renames else None
            return Source(name=name, node=node, columns=columns, keys_known=False, join=join, open=True)
        own, database = self.folding.node(node.this), node.args.get("db")
        common = ctes.get(own) if database is None else None
        if common is not None:
            self.names.common.append(node)
            shape = renamed(common, renames)
            return of_shape(shape, name or own, node, join)
        table = None
        if self.schema is not None and not node.args.get("catalog"):
            quoted = bool(node.this.args.get("quoted"))
            table = self.schema.table(node.this.name, database.name if database else "", quoted=quoted)
        self.names.tables.append((node, table))
        if table is None:
            return Source(name=name or own, node=node, columns=None, keys_known=False, join=join)
        columns = self._columns(table)
        keys = table.keys
        if renames:
            shape = renamed(Shape(columns, keys, table.keys_known), renames)
            columns, keys = shape.columns or {}, shape.keys
        return Source(
            name=name or own, node=node, columns=columns, table=table, keys=keys, keys_known=table.keys_known,
            join=join, open=table.open,
        )  # fmt: skip

    def _columns(self, table: Table) -> dict[str, Origin]:
        """The columns of a table as origins, made once for each schema."""
        kept = self.folding.schema.kept
        key = ("columns", id(table))
        if key not in kept:
            kept[key] = {self.folding.text(c): Origin(kind, table, c) for c, kind in table.columns.items()}
        return dict(kept[key])

    def _uses(self, frame: Frame, ctes: Ctes, depth: int) -> None:
        """Find every column of a SELECT outside its sources and inner queries, which are read on their own."""
        lambdas: set[str] = set()
        columns: list[exp.Column] = []
        for node in own_nodes(frame.select):
            if isinstance(node, exp.Column):
                columns.append(node)
            elif isinstance(node, exp.Query):
                self.query(node, frame, ctes, depth + 1)
            elif isinstance(node, exp.Lambda):
                lambdas |= {self.folding.node(e) for e in node.expressions if isinstance(e, exp.Identifier)}
                lambdas |= {self.folding.node(e.this) for e in node.expressions if isinstance(e, exp.Column)}
            elif isinstance(node, exp.Comprehension):
                lambdas |= {self.folding.node(e) for e in node.args["expression"].find_all(exp.Identifier)}
        for node in columns:
            if not isinstance(node.this, exp.Star):
                if not node.args.get("table") and self.folding.node(node.this) in lambdas:
                    continue
                use = look_up(frame, node, self.folding)
                frame.uses.append(use)
                frame.by_node[id(node)] = use


def _is_join_in_brackets(inner: exp.Expr) -> bool:
    """Whether brackets hold tables and joins, FROM (a JOIN b USING (id)), and no query of their own."""
    while isinstance(inner, exp.Subquery):
        if inner.args.get("joins"):
            return True
        inner = inner.this
    return isinstance(inner, exp.Table)
