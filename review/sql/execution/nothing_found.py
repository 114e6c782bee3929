"""A count of 0 beside no row at all: a total over nothing is one row, and groups of nothing are none.

Neither statement found anything, so they agree as little, and differ as little, as two results without rows. They say
nothing of the answer: the outcome is no evidence, and never wrong.
"""

from __future__ import annotations

from sqlglot import exp

from review.sql.results.result import Result
from review.sql.results.zeros import only_zeros
from review.sql.tree.statement import UnreadableSql, read_statement

SAID = "One has no rows, and the other has a total of nothing."
_AGGREGATES = (exp.AggFunc, exp.AnonymousAggFunc, exp.CombinedAggFunc, exp.ParameterizedAgg)


def nothing_in_both(one: Result, other: Result, sqls: tuple[str, str], dialect: str) -> bool:
    """Return whether one of two results has no rows and the other is a total over no rows; ``sqls`` gave them."""
    total, sql = (one, sqls[0]) if one.rows else (other, sqls[1])
    empty = other if one.rows else one
    return not empty.rows and len(total.rows) == 1 and only_zeros(total) and _is_total(sql, dialect)


def _is_total(sql: str, dialect: str) -> bool:
    """Whether a statement aggregates all of its rows to one."""
    if not sql:
        return False
    try:
        tree = read_statement(sql, dialect).tree
    except UnreadableSql:
        return False
    while isinstance(tree, exp.Subquery):
        tree = tree.this
    if not isinstance(tree, exp.Select) or tree.args.get("group") is not None:
        return False
    return all(one.find(*_AGGREGATES) and not one.find(exp.Window) for one in tree.expressions)
