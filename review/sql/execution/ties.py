"""Rows that are level in the order of a reference: it leaves open which of them it shows, and which comes first.

``ORDER BY nights DESC LIMIT 10`` may give out any of the stays that are as long as the tenth, and where the sort key is
not among the columns, nobody can tell from the result which rows are level. So the reference is run
once more without its limit and with its sort keys beside its columns. An answer whose rows are among these, with the
sort keys that the reference shows, is what the reference might as well have given out.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import islice, permutations

from sqlglot import exp

from review.sql.execution.runner import Runner
from review.sql.results.matching import Row, Table, by_name, paired
from review.sql.results.ordering import order_of
from review.sql.results.result import Result
from review.sql.text.dialects import dialect_named
from review.sql.tree.statement import UnreadableSql, read_statement

MOST_WAYS = 120
"""How many ways to pair the columns are tried."""
MOST_ROWS = 100_000


def other_choice(runner: Runner, sql: str, generated: Result, expected: Result) -> Result | None:
    """Return the result that the reference ``sql`` might have given instead, made of the rows of ``generated``.

    None where its order leaves nothing open, where the rows are others, or where that cannot be told.
    """
    count, width = len(expected.rows), len(expected.columns)
    if not count or len(generated.rows) != count or len(generated.columns) < width or generated.truncated:
        return None
    unlimited = _without_limit(sql, runner.engine.dialect, expected.columns)
    if unlimited is None:
        return None
    every = runner.run(unlimited)
    if not every.done or every.truncated or not count <= len(every.rows) <= MOST_ROWS or len(every.columns) <= width:
        return None
    shown = Table(replace(every, columns=expected.columns, rows=tuple(row[:width] for row in every.rows)))
    keys = _keys(every, width)
    if count < len(keys) and keys[count - 1] != keys[count]:
        return None
    straight = [(k, k) for k in range(width)]
    if _places(shown, Table(expected), straight, keys[:count], keys) is None:
        # The statement without its limit does not say what the reference says.
        return None
    theirs = Table(generated)
    for pairs in _ways(shown, theirs):
        found = _places(shown, theirs, pairs, keys[:count], keys)
        if found is not None:
            rows = tuple(tuple(generated.rows[at][b] for _, b in pairs) for at in found)
            return replace(expected, rows=rows)
    return None


def _without_limit(sql: str, dialect: str, columns: Sequence[str]) -> str | None:
    """The statement without its limit, its sort keys as further columns; None for one of another form.

    None too where nothing is to be learned: no limit cuts, and the result shows its sort keys.
    """
    try:
        tree = read_statement(sql, dialect).tree.copy()
    except UnreadableSql:
        return None
    order = tree.args.get("order")
    if not isinstance(tree, exp.Select) or order is None:
        return None
    if tree.args.get("limit") is None and order_of(sql, dialect, columns).columns is not None:
        return None
    if any(tree.args.get(part) is not None for part in ("offset", "distinct", "limit_by", "format")):
        return None
    if any(shown.is_star for shown in tree.expressions):
        return None
    names = {shown.alias.lower(): shown.unalias() for shown in tree.expressions if isinstance(shown, exp.Alias)}
    added = []
    for at, ordered in enumerate(order.expressions):
        key = ordered.this
        if isinstance(key, exp.Literal) and key.name.isdigit() and 0 < int(key.name) <= len(tree.expressions):
            key = tree.expressions[int(key.name) - 1].unalias()
        elif isinstance(key, exp.Column) and not key.table:
            key = names.get(key.name.lower(), key)
        added.append(exp.alias_(key.copy(), f"sort_key_{at}"))
    tree.set("limit", None)
    tree.set("expressions", [*tree.expressions, *added])
    return tree.sql(dialect=dialect_named(dialect))


def _keys(every: Result, width: int) -> list[Row]:
    keys = Table(every)
    return list(zip(*(keys.keys(k, exact=True) for k in range(width, len(every.columns))), strict=True))


def _ways(shown: Table, theirs: Table) -> Iterator[list[tuple[int, int]]]:
    """Yield ways to give each column of the reference one of the answer; those of one name belong together."""
    named = by_name(shown, theirs)
    free = [k for k in range(len(theirs.names)) if k not in named]
    open_ones = [k for k, at in enumerate(named) if at is None]
    for chosen in islice(permutations(free, len(open_ones)), MOST_WAYS):
        taken = dict(zip(open_ones, chosen, strict=True))
        yield [(k, taken[k] if at is None else at) for k, at in enumerate(named)]


def _places(
    shown: Table, theirs: Table, pairs: list[tuple[int, int]], wanted: list[Row], keys: list[Row]
) -> list[int] | None:
    """Return the rows of the answer in an order that has the sort keys ``wanted``, None where there is none.

    A row that occurs with several sort keys tells none of them.
    """
    every, rows = paired(shown, theirs, pairs)
    left = Counter(every)
    key_of: dict[Row, Row | None] = {}
    for row, key in zip(every, keys, strict=True):
        key_of[row] = key if key_of.get(row, key) == key else None
    waiting: dict[Row, list[int]] = {}
    for at, row in enumerate(rows):
        known = key_of.get(row)
        left[row] -= 1
        if known is None or left[row] < 0:
            return None
        waiting.setdefault(known, []).append(at)
    found = []
    for key in wanted:
        if not waiting.get(key):
            return None
        found.append(waiting[key].pop(0))
    return found
