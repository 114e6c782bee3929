"""Few rows: a LIMIT within the bound, or one row by aggregation alone."""

from __future__ import annotations

from collections.abc import Iterator

from sqlglot import exp

from review.sql.rules.lists import names_in
from review.sql.rules.policy import Policy
from review.sql.rules.rule import Mark, Rule, at, whole
from review.sql.tree.statement import Statement

MANY = (exp.Explode, exp.ExplodingGenerateSeries, exp.GenerateSeries, exp.UDTF)
"""What makes several rows of one; functions that the parser does not know stand in the list several_rows."""


def check(statement: Statement, policy: Policy) -> Iterator[Mark]:
    """Look at the outermost query, and at every branch of a UNION that has no LIMIT of its own around it."""
    if isinstance(statement.tree, exp.Query):
        yield from _capped(statement.tree, statement, policy.max_rows)


def _capped(query: exp.Expr, statement: Statement, most: int) -> Iterator[Mark]:
    limit = query.args.get("limit")
    if limit is not None and not _per_group(query, limit):
        rows = _rows(limit)
        if rows is None or rows > most:
            yield at(limit, statement, f"The LIMIT must be a whole number up to {most:,}.")
        return
    if isinstance(query, exp.Subquery):
        yield from _capped(query.this, statement, most)
    elif isinstance(query, exp.SetOperation):
        # Without brackets, ClickHouse gives a LIMIT to the last branch; the others stay unbounded.
        for branch in (query.this, query.expression):
            yield from _capped(branch, statement, most)
    elif not _one_row(query):
        if limit is not None:
            yield at(limit, statement, "LIMIT ... BY limits the rows of each group, not those of the result.")
        else:
            yield whole(statement, f"The query has no LIMIT, expected one of at most {most:,} or aggregates alone.")


def _per_group(query: exp.Expr, limit: exp.Expr) -> bool:
    offset = query.args.get("offset")
    return bool(limit.args.get("expressions") or (offset is not None and offset.args.get("expressions")))


def _rows(limit: exp.Expr) -> int | None:
    """The number of a LIMIT or FETCH; None unless it is a plain whole number."""
    number = limit.args.get("count") if isinstance(limit, exp.Fetch) else limit.args.get("expression")
    options = limit.args.get("limit_options")
    if options is not None and (options.args.get("percent") or options.args.get("with_ties")):
        return None
    if not isinstance(number, exp.Literal) or number.is_string or not number.name.isdigit():
        return None
    return int(number.name)


def _one_row(query: exp.Expr) -> bool:
    if not isinstance(query, exp.Select) or query.args.get("group") or not query.expressions:
        return False
    if not query.args.get("from_"):
        return not any(_many(p) for p in query.expressions)
    return all(_aggregated(p) for p in query.expressions)


def _aggregated(projection: exp.Expr) -> bool:
    """Whether a projection is one value for all rows: an aggregate outside a window, or a constant beside one."""
    if projection.find(exp.Window) or _many(projection):
        return False
    columns = list(projection.find_all(exp.Column))
    within = [c for c in columns if c.find_ancestor(exp.AggFunc, exp.AnonymousAggFunc)]
    return bool(projection.find(exp.AggFunc, exp.AnonymousAggFunc)) and len(within) == len(columns)


def _many(projection: exp.Expr) -> bool:
    """Whether a projection gives several rows by itself."""
    return bool(_called(projection) & names_in("several_rows")) or projection.find(*MANY) is not None


def _called(node: exp.Expr) -> set[str]:
    return {f.name.lower() for f in node.find_all(exp.Anonymous)}


RULE = Rule(
    about="has a LIMIT of at most `max_rows`, or aggregates to one row",
    check=check,
    bad="SELECT name FROM customers",
    good="SELECT name FROM customers LIMIT 10",
    by_default=False,
)
