"""Two results of nothing but 0 agree whatever they count, so they say as little as two results without rows."""

from __future__ import annotations

from collections.abc import Iterable

from sqlglot import exp

from review.sql.execution.closest import Closest
from review.sql.execution.runner import Runner
from review.sql.results.compare import compare
from review.sql.results.zeros import only_zeros
from review.sql.tree.statement import UnreadableSql, read_statement

_FLIPPED: dict[type[exp.Expr], type[exp.Expr]] = {exp.GT: exp.LT, exp.GTE: exp.LTE}


def agree_by_accident(sql: str, best: Closest, dialect: str, changed: Iterable[Runner]) -> bool:
    """Whether nothing but zeros says that two statements agree: neither their conditions nor any changed data."""
    if not only_zeros(best.expected):
        return False
    ours, theirs = (_conditions(text, dialect) for text in (sql, best.reference_sql))
    if ours is not None and ours == theirs:
        return False
    return not any(_alike(runner, sql, best.reference_sql) for runner in changed)


def _alike(runner: Runner, sql: str, reference: str) -> bool:
    """Whether two statements agree on data on which they count something."""
    results = runner.run(sql), runner.run(reference)
    found = compare(*results, reference_sql=reference, dialect=runner.engine.dialect)
    return found.correct == 1 and not only_zeros(results[1])


def _conditions(sql: str, dialect: str) -> tuple[frozenset[str], frozenset[str]] | None:
    """The tables of a statement and the conditions on their columns, in one writing; None where it is not readable."""
    try:
        tree = read_statement(sql, dialect).tree
    except UnreadableSql:
        return None
    tables = frozenset(table.name.lower() for table in tree.find_all(exp.Table))
    return tables, frozenset(
        _plain(one) for one in tree.find_all(exp.Predicate) if not isinstance(one, exp.SubqueryPredicate)
    )


def _plain(condition: exp.Expr) -> str:
    """A condition without the names of tables, the smaller side of a comparison first."""
    one = condition.copy()
    for column in one.find_all(exp.Column):
        column.replace(exp.column(column.name.lower()))
    if type(one) in _FLIPPED:
        one = _FLIPPED[type(one)](this=one.expression, expression=one.this)
    text = one.sql()
    if isinstance(one, exp.EQ):
        text = " = ".join(sorted((one.this.sql(), one.expression.sql())))
    return text
