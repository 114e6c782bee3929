"""The parts of one SELECT: its sources, and its nodes without those of inner queries."""

from __future__ import annotations

from collections.abc import Iterator

from sqlglot import exp


def sources_in(select: exp.Select) -> Iterator[tuple[exp.Expr, exp.Join | None]]:
    """Yield what a SELECT reads from, each with its join; the arrays of ARRAY JOIN are no sources."""
    start = select.args.get("from_")
    if start is not None:
        yield start.this, None
    for join in select.args.get("joins") or []:
        if not is_array_join(join):
            yield join.this, join
    for lateral in select.args.get("laterals") or []:
        yield lateral, None


def is_array_join(join: exp.Join) -> bool:
    """Return whether a join is ClickHouse's ARRAY JOIN, which repeats a row for each element."""
    return str(join.args.get("kind") or "").upper() == "ARRAY"


def own_nodes(select: exp.Select) -> Iterator[exp.Expr]:
    """Yield the nodes of a SELECT without those of its sources and CTEs; an inner query comes as one node."""
    waiting: list[exp.Expr] = []
    for key, value in select.args.items():
        if key in ("from_", "with_", "settings", "format"):
            continue
        for child in value if isinstance(value, list) else [value]:
            if isinstance(child, exp.Join) and not is_array_join(child):
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


def queries_in(node: exp.Expr) -> Iterator[exp.Expr]:
    """Yield the outermost queries inside an expression."""
    waiting = [node]
    while waiting:
        here = waiting.pop()
        if isinstance(here, exp.Query):
            yield here
        else:
            waiting.extend(here.iter_expressions())


def star_changed(projection: exp.Expr) -> bool:
    """Return whether a star leaves out, replaces or renames columns."""
    star = projection.this if isinstance(projection, exp.Column) else projection
    return any(star.args.get(k) for k in ("except_", "replace", "rename", "except"))
