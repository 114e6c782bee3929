"""Sort keys that tell any two different rows of a query apart, in both directions."""

from __future__ import annotations

from sqlglot import exp
from sqlglot.tokens import TokenType

from review.basics.sql_literals import sql_name
from review.sql.tree.call_sites import at_level, pieces, select_of
from review.sql.tree.frames import Frame
from review.sql.tree.statement import Statement

Directed = tuple[str, str]
"""A text with the smallest first, and one with the largest first."""
MOST_COLUMNS = 200
_AFTER_GROUPS = ("HAVING", "QUALIFY", "WINDOW", "ORDER BY", "LIMIT", "OFFSET", "FETCH", "UNION", "EXCEPT", "INTERSECT",
                 ";", "WITH", "FORMAT", "SETTINGS")  # fmt: skip


def tie_keys(statement: Statement, at: int) -> Directed | None:
    """Return keys for the query in which a token stands, None where its rows cannot be told apart by names."""
    start = select_of(statement.tokens, at)
    frame = next((f for f in statement.names.frames if _starts(statement, f) == start), None)
    if start is None or frame is None:
        return None
    grouped = frame.select.args.get("group") is not None
    keys = _of_groups(statement, start) if grouped else _of_columns(frame)
    if not keys or len(keys) > MOST_COLUMNS:
        return None
    return ", ".join(keys), ", ".join(f"{key} DESC" for key in keys)


def _starts(statement: Statement, frame: Frame) -> int | None:
    """The SELECT of a frame among the tokens, found from the first table that it reads."""
    for source in frame.sources:
        node = source.node
        name = node.args.get("alias") if isinstance(node, exp.Subquery) else node
        places = [part.meta["start"] for part in name.walk() if "start" in part.meta] if name is not None else []
        if places:
            at = next((k for k, t in enumerate(statement.tokens) if t.start <= places[0] <= t.end), None)
            return None if at is None else select_of(statement.tokens, at)
    return None


def _of_columns(frame: Frame) -> list[str]:
    keys: list[str] = []
    for source in frame.sources:
        if source.columns is None or source.open or not source.name:
            return []
        keys += [f"{sql_name(source.name)}.{sql_name(column)}" for column in source.columns]
    return keys


def _of_groups(statement: Statement, start: int) -> list[str]:
    """The expressions of GROUP BY as they are written; a name or number of a column there stands for what it is."""
    tokens = statement.tokens
    level = [*at_level(tokens, start + 1, len(tokens))]
    grouped = next((at for at in level if tokens[at].token_type == TokenType.GROUP_BY), None)
    if grouped is None:
        return []
    after = next((at for at in level if at > grouped and tokens[at].text.upper() in _AFTER_GROUPS), level[-1] + 1)
    end = next((at for at in level if tokens[at].token_type == TokenType.FROM), level[-1] + 1)
    shown = pieces(tokens, start + 1, end)
    named = {}
    for first, last in shown:
        at = next((k for k in at_level(tokens, first, last) if tokens[k].token_type == TokenType.ALIAS), None)
        if at is not None:
            named[tokens[at + 1].text.lower()] = (first, at)
    keys = []
    for first, last in pieces(tokens, grouped + 1, after):
        word = tokens[first].text.lower() if last == first + 1 else ""
        if word in ("all", "rollup", "cube", "with"):
            return []
        if word.isdigit() and 0 < int(word) <= len(shown):
            first, last = shown[int(word) - 1]
            last = next((k for k in at_level(tokens, first, last) if tokens[k].token_type == TokenType.ALIAS), last)
        elif word in named:
            first, last = named[word]
        keys.append(statement.text[tokens[first].start : tokens[last - 1].end + 1])
    return keys
