"""Rows that are level in the order of a reference: it leaves open which of them it shows, and which comes first.

``ORDER BY nights DESC LIMIT 10`` may give out any of the stays that are as long as the tenth, and where the sort key is
not among the columns, nobody can tell from the result which rows are level. So the reference is run
once more without its limit and with its sort keys beside its columns: its own text, less one clause and plus copies of
others, never a text that the parser writes. An answer whose rows are among these, with the
sort keys that the reference shows, is what the reference might as well have given out.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import islice, permutations

from sqlglot import exp
from sqlglot.tokens import Token, TokenType

from review.sql.execution.runner import Runner
from review.sql.results.matching import Row, Table, by_name, paired
from review.sql.results.ordering import order_of
from review.sql.results.result import Result
from review.sql.tree.statement import Statement, UnreadableSql, read_statement

MOST_WAYS = 120
"""How many ways to pair the columns are tried."""
MOST_ROWS = 100_000
_ENDS = (TokenType.LIMIT, TokenType.FETCH, TokenType.SEMICOLON)
_OPENING = (TokenType.L_PAREN, TokenType.L_BRACKET, TokenType.L_BRACE)
_CLOSING = (TokenType.R_PAREN, TokenType.R_BRACKET, TokenType.R_BRACE)


def other_choice(runner: Runner, sql: str, generated: Result, expected: Result) -> Result | None:
    """Return the result that the reference ``sql`` might have given instead, made of the rows of ``generated``.

    None where its order leaves nothing open, where the rows are others, or where that cannot be told.
    """
    count, width = len(expected.rows), len(expected.columns)
    if not count or len(generated.rows) != count or len(generated.columns) < width or generated.truncated:
        return None
    unlimited = without_limit(sql, runner.engine.dialect, expected.columns)
    if unlimited is None:
        return None
    text, places = unlimited
    every = runner.run(text)
    if not every.done or every.truncated or not count <= len(every.rows) <= MOST_ROWS:
        return None
    if len(every.columns) <= max(width - 1, *places):
        return None
    shown = Table(replace(every, columns=expected.columns, rows=tuple(row[:width] for row in every.rows)))
    keys = _keys(every, places)
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


def without_limit(sql: str, dialect: str, columns: Sequence[str]) -> tuple[str, list[int]] | None:
    """Return the text without its limit and with further columns for its sort keys, and where these keys stand.

    None for a statement of another form, and where nothing is to be learned: no limit cuts, and the result shows its
    sort keys.
    """
    try:
        statement = read_statement(sql, dialect)
    except UnreadableSql:
        return None
    tree = statement.tree
    order = tree.args.get("order")
    if not isinstance(tree, exp.Select) or order is None:
        return None
    if tree.args.get("limit") is None and order_of(sql, dialect, columns).columns is not None:
        return None
    if any(tree.args.get(part) is not None for part in ("offset", "distinct", "limit_by", "format")):
        return None
    if any(shown.is_star for shown in tree.expressions):
        return None
    names = [shown.alias.lower() if isinstance(shown, exp.Alias) else "" for shown in tree.expressions]
    places: list[int] = []
    added: dict[int, exp.Expr] = {}
    for at, ordered in enumerate(order.expressions):
        key = ordered.this
        shown = _shown(key, names)
        places.append(len(names) + len(added) if shown is None else shown)
        if shown is None:
            added[at] = exp.alias_(key.copy(), f"sort_key_{at}")
    wanted = tree.copy()
    wanted.set("limit", None)
    wanted.set("expressions", [*wanted.expressions, *added.values()])
    return next(((text, places) for text in _edited(statement, list(added)) if _reads_as(text, dialect, wanted)), None)


def _shown(key: exp.Expr, names: Sequence[str]) -> int | None:
    """The column that a sort key names by its place or by its alias, None for a key that is an expression."""
    if isinstance(key, exp.Literal) and key.name.isdigit() and 0 < int(key.name) <= len(names):
        return int(key.name) - 1
    named = isinstance(key, exp.Column) and not key.table and key.name.lower() in names
    return names.index(key.name.lower()) if named else None


def _edited(statement: Statement, added: Sequence[int]) -> Iterator[str]:
    """Yield the original text with its limit cut off and its sort keys put before each FROM that may be the outer one.

    Without a FROM they stand before ORDER BY.
    """
    outer, depth = [], 0
    for token in statement.tokens:
        depth -= token.token_type == TokenType.R_PAREN
        if depth == 0:
            outer.append(token)
        depth += token.token_type == TokenType.L_PAREN
    text = statement.text
    start = next((t for t in outer if t.token_type == TokenType.ORDER_BY), None)
    if start is None:
        return
    cut = next((t.start for t in outer if t.start > start.start and t.token_type in _ENDS), len(text))
    keys = _pieces(text, [t for t in statement.tokens if start.end < t.start < cut])
    if any(at >= len(keys) for at in added):
        return
    columns = "".join(f", {keys[at]} AS sort_key_{at}" for at in added)
    for token in (*(t for t in outer if t.token_type == TokenType.FROM and t.start < start.start), start):
        yield f"{text[: token.start].rstrip(' ')}{columns} {text[token.start : cut]}".rstrip()


def _pieces(text: str, tokens: Sequence[Token]) -> list[str]:
    """The sort keys between commas, each without its direction."""
    parts: list[list[Token]] = [[]]
    depth = 0
    for token in tokens:
        depth += (token.token_type in _OPENING) - (token.token_type in _CLOSING)
        if token.token_type == TokenType.COMMA and depth == 0:
            parts.append([])
        else:
            parts[-1].append(token)
    found = []
    for part in parts:
        while part and part[-1].text.upper() in ("ASC", "DESC", "NULLS", "FIRST", "LAST"):
            part.pop()
        found.append(text[part[0].start : part[-1].end + 1] if part else "")
    return found


def _reads_as(text: str, dialect: str, wanted: exp.Expr) -> bool:
    try:
        return bool(read_statement(text, dialect).tree == wanted)
    except UnreadableSql:
        return False


def _keys(every: Result, places: Sequence[int]) -> list[Row]:
    keys = Table(every)
    return list(zip(*(keys.keys(k, exact=True) for k in places), strict=True))


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
