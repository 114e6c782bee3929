"""Which columns of a view may show an excluded one: all but those that are plainly another column, or a literal."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from sqlglot import exp

from review.sql.schema.schema import Schema, Table
from review.sql.tree.frames import Folding, Frame, Origin
from review.sql.tree.outputs import origin_of
from review.sql.tree.statement import Statement
from review.sql.tree.walking import star_changed

Outputs = list[tuple[str, Origin | None]]
"""The columns that a query gives out, in order: the name and what each is, None for a literal."""


def shown_columns(view: Table, statement: Statement, excluded: set[str], *, renamed: bool) -> set[str] | None:
    """Return the columns of a view that may show one of the ``excluded`` columns, which are in lower case.

    ``renamed`` says that the view names its columns itself. Returns None where nothing tells which columns it has.
    """
    select = statement.tree
    frame = next((f for f in statement.names.frames if f.select is select), None)
    names = Folding(statement.schema or Schema(dialect=statement.dialect, tables=()), statement.dialect)
    outputs = _outputs(frame, names) if frame is not None else None
    columns = list(view.columns)
    if not columns or view.open:
        if outputs is None or renamed:
            return None
        columns = [name for name, _ in outputs]
    if outputs is None:
        return set(columns)
    # ClickHouse gives each column of a view what its query gives under that name, the others what stands in its place.
    by_place = len(outputs) == len(columns) and statement.dialect != "clickhouse" and not _merged_star(frame)
    if by_place:
        return {c for c, (_, origin) in zip(columns, outputs, strict=True) if _may_be(origin, excluded)}
    if renamed:
        return set(columns)
    given: dict[str, list[Origin | None]] = {}
    for name, origin in outputs:
        given.setdefault(name, []).append(origin)
    return {
        c for c in columns
        if (key := names.text(c)) not in given or any(_may_be(origin, excluded) for origin in given[key])
    }  # fmt: skip


def _outputs(frame: Frame, names: Folding) -> Outputs | None:
    """What a SELECT gives out, its stars spelled out; None where that cannot be told."""
    found: Outputs = []
    for projection in frame.select.expressions:
        if not projection.is_star:
            inner = projection.unalias()
            alias = projection.args.get("alias") if isinstance(projection, exp.Alias) else None
            name = names.node(alias) if alias is not None else names.text(projection.output_name)
            if alias is None and isinstance(inner, exp.Column):
                name = names.node(inner.this)
            found.append((name, None if isinstance(inner, exp.Literal) else origin_of(inner, frame, names)))
            continue
        if isinstance(projection, exp.Count):
            found.append((names.text(projection.output_name), Origin()))
            continue
        if star_changed(projection) or not isinstance(projection, exp.Star | exp.Column):
            return None
        wanted = projection.args.get("table") if isinstance(projection, exp.Column) else None
        for source in frame.sources:
            if wanted is not None and names.node(wanted) != source.name:
                continue
            if source.columns is None or source.open:
                return None
            found += [(c, _merged(c, origin, frame)) for c, origin in source.columns.items()]
    return found


def _merged(column: str, origin: Origin, frame: Frame) -> Origin:
    """A column of a star; after USING it is that of either side."""
    if column not in frame.merged:
        return origin
    others = (s.columns[column] if s.columns is not None and column in s.columns else Origin()
              for s in frame.sources if s.has(column) is not False)  # fmt: skip
    return replace(origin, also=(*origin.also, *(other for other in others if other is not origin)))


def _merged_star(frame: Frame | None) -> bool:
    """Whether a star stands where columns of two tables become one, so that it has fewer of them than both have."""
    return frame is not None and bool(frame.merged) and any(p.is_star for p in frame.select.expressions)


def _may_be(origin: Origin | None, excluded: set[str]) -> bool:
    return origin is not None and any(one.table is None or _is_any(one, excluded) for one in origin.all())


def _is_any(origin: Origin, excluded: set[str]) -> bool:
    return not excluded.isdisjoint(_names_of(origin))


def _names_of(origin: Origin) -> Iterator[str]:
    yield origin.column.lower()
    for name in origin.table.names if origin.table is not None else ():
        yield f"{name}.{origin.column}".lower()
