"""The order that a reference asks for: the sort keys of its outermost ORDER BY as columns of its result."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from sqlglot import exp

from review.sql.tree.statement import UnreadableSql, read_statement


class Order(NamedTuple):
    """Whether a result is ordered, and by which of its columns; None when a sort key is not among them."""

    ordered: bool
    columns: tuple[int, ...] | None


def order_of(sql: str | None, dialect: str, columns: Sequence[str]) -> Order:
    """Return the order of a statement's result; an ORDER BY inside a subquery, a window or a text orders nothing."""
    try:
        statement = read_statement(sql or "", dialect)
    except UnreadableSql:
        return Order(False, None)
    query: exp.Expr = statement.tree
    order = query.args.get("order")
    while order is None and isinstance(query, exp.Subquery):
        query = query.this
        order = query.args.get("order")
    if order is None:
        return Order(False, None)
    select = query
    while isinstance(select, exp.SetOperation | exp.Subquery):
        select = select.this
    found = [_column(key.this, select, columns) for key in order.expressions]
    known = [at for at in found if at is not None]
    return Order(True, tuple(known) if len(known) == len(found) else None)


def _column(key: exp.Expr, select: exp.Expr, columns: Sequence[str]) -> int | None:
    while isinstance(key, exp.Paren | exp.Collate):
        key = key.this
    projections = select.expressions if isinstance(select, exp.Select) else []
    starred = any(p.is_star for p in projections)
    if isinstance(key, exp.Literal) and key.name.isdigit():
        at = int(key.name) - 1
        return at if 0 <= at < len(columns) else None
    if not starred and len(projections) == len(columns):
        bare = isinstance(key, exp.Column) and not key.table
        for at, projection in enumerate(projections):
            if (bare and projection.alias_or_name.lower() == key.name.lower()) or projection.unalias() == key:
                return at
            inner = projection.unalias()
            if isinstance(key, exp.Column) and isinstance(inner, exp.Column) and _one_column(key, inner):
                return at
        return None
    if isinstance(key, exp.Column):
        folded = [c.lower() for c in columns]
        return folded.index(key.name.lower()) if folded.count(key.name.lower()) == 1 else None
    return None


def _one_column(key: exp.Column, shown: exp.Column) -> bool:
    """Whether two columns of one name are the same: one of them is written without its table."""
    same = key.name.lower() == shown.name.lower()
    return same and (not key.table or not shown.table or key.table.lower() == shown.table.lower())
