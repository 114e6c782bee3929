"""Functions whose value depends on the order of rows that nothing decides, and texts in which something decides it.

``row_number() OVER (ORDER BY day)`` numbers two rows of one day by chance, and ``any_value(name)`` takes any name. So
further sort keys are added: once with the smallest of the level rows first, once with the largest. The texts are the
original one with these keys, never one that the parser writes. Only a statement that gives the same both times
decides by itself what it shows.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from sqlglot.tokens import Token, TokenType

from review.sql.tree.call_sites import Call, arguments, at_level, calls, pairs_of
from review.sql.tree.statement import Statement
from review.sql.tree.tie_keys import Directed, tie_keys

PLACES = frozenset(
    {"row_number", "ntile", "lag", "lead", "first_value", "last_value", "nth_value", "laginframe", "leadinframe"}
)
"""Functions of a window that depend on the place of a row."""
GATHERING = frozenset(
    {"string_agg", "group_concat", "listagg", "list", "array_agg", "any_value", "arbitrary", "first", "last", "arg_max",
     "arg_min", "argmax", "argmin", "max_by", "min_by", "mode", "json_agg", "jsonb_agg", "json_object_agg",
     "jsonb_object_agg", "xmlagg", "json_group_array", "json_group_object"}
)  # fmt: skip
"""Aggregates of DuckDB, PostgreSQL and SQLite that keep the order of rows, or take one of them."""
CLICKHOUSE = ("argmax", "argmin", "any_value", "anylast", "any", "first_value", "last_value", "anyheavy", "grouparray",
              "groupuniqarray", "groupconcat", "topk", "array_agg", "first", "last")  # fmt: skip
"""Beginnings of those of ClickHouse, which may be followed by -If and the like."""
_ONE_OF = ("any_value", "anylast", "first_value", "last_value", "any", "first", "last")
_FRAME = ("ROWS", "RANGE", "GROUPS")
_AFTER_ORDER = ("LIMIT", "FETCH", "OFFSET", "UNION", "EXCEPT", "INTERSECT", ";", "FORMAT", "SETTINGS")


@dataclass(frozen=True)
class OpenFunctions:
    """What is open in a statement: the names of its functions, and two texts that decide them, None where none does.

    ``columns`` are the places of the functions among the columns of the result, None where that is not plain.
    """

    names: tuple[str, ...]
    texts: tuple[str, str] | None
    columns: tuple[int, ...] | None


class _Edit(NamedTuple):
    """A part of the text, by characters, and what stands there instead, in each of the two texts."""

    start: int
    end: int
    instead: Directed


class _Place(NamedTuple):
    """A function that is open, at a token, and the edits that decide it; None where none does."""

    name: str
    token: int
    edits: tuple[_Edit, ...] | None


def open_functions(statement: Statement) -> OpenFunctions | None:
    """Return what a statement leaves open by its functions and by DISTINCT ON, None where there are none of them."""
    pairs = pairs_of(statement.tokens)
    places = [*_of_calls(statement, pairs), *_of_distinct(statement, pairs)]
    if not places:
        return None
    names = tuple(dict.fromkeys(place.name for place in places))
    edits = sorted({edit for place in places for edit in place.edits or ()})
    known = all(place.edits is not None for place in places)
    texts = (_edited(statement.text, edits, 0), _edited(statement.text, edits, 1)) if known else None
    return OpenFunctions(names, texts, _columns(statement.tokens, places))


def _edited(text: str, edits: Sequence[_Edit], which: int) -> str:
    parts, done = [], 0
    for edit in edits:
        parts += [text[done : edit.start], edit.instead[which]]
        done = edit.end
    return "".join([*parts, text[done:]])


def _of_calls(statement: Statement, pairs: dict[int, int]) -> Iterator[_Place]:
    tokens = statement.tokens
    for call in calls(tokens, pairs):
        name = tokens[call.name].text
        low = name.lower()
        gathers = low.startswith(CLICKHOUSE) if statement.dialect == "clickhouse" else low in GATHERING
        if call.window is not None and (gathers or low in PLACES or _framed(tokens, call.window)):
            yield _Place(name, call.name, _in_window(statement, call))
        elif call.window is None and gathers:
            inside = _of_clickhouse if statement.dialect == "clickhouse" else _inside
            yield _Place(name, call.name, inside(statement, call))


def _framed(tokens: Sequence[Token], window: tuple[int, int]) -> bool:
    """Whether the frame of a window counts rows, so that level rows make a difference."""
    return any(tokens[at].text.upper() == "ROWS" for at in range(window[0] + 1, window[1]))


def _ordered(tokens: Sequence[Token], opened: int, closed: int) -> bool:
    return any(tokens[at].token_type == TokenType.ORDER_BY for at in at_level(tokens, opened + 1, closed))


def _in_window(statement: Statement, call: Call) -> tuple[_Edit, ...] | None:
    tokens, (opened, closed) = statement.tokens, call.window or (-1, -1)
    ordered = _ordered(tokens, opened, closed)
    if opened < 0 or not (ordered or tokens[call.name].text.lower() in PLACES):
        return None  # a window without order is one frame, which a sort key would cut into many
    keys = tie_keys(statement, call.name)
    if keys is None:
        return None
    end = next((at for at in at_level(tokens, opened + 1, closed) if tokens[at].text.upper() in _FRAME), closed)
    return (_put(tokens[end].start, ordered, keys),)


def _put(start: int, ordered: bool, keys: Directed) -> _Edit:
    before = ", " if ordered else " ORDER BY "
    return _Edit(start, start, (f"{before}{keys[0]} ", f"{before}{keys[1]} "))


def _inside(statement: Statement, call: Call) -> tuple[_Edit, ...] | None:
    """Sort keys inside an aggregate: what it gathers decides which of its rows are alike."""
    tokens, given = statement.tokens, arguments(statement.tokens, call)
    limited = any(tokens[at].token_type == TokenType.LIMIT for at in at_level(tokens, call.opened + 1, call.closed))
    if not given or limited:
        return None
    first, end = given[0]
    given[0] = first + (tokens[first].token_type == TokenType.DISTINCT), end
    used = given if "object" in tokens[call.name].text.lower() else given[:1]
    keys = [_text(statement, *one) for one in used]
    directed = ", ".join(keys), ", ".join(f"{key} DESC" for key in keys)
    return (_put(tokens[call.closed].start, _ordered(tokens, call.opened, call.closed), directed),)


def _text(statement: Statement, first: int, end: int) -> str:
    return statement.text[statement.tokens[first].start : statement.tokens[end - 1].end + 1]


def _of_clickhouse(statement: Statement, call: Call) -> tuple[_Edit, ...] | None:
    """ClickHouse has no ORDER BY inside aggregates: any becomes min and max, argMax gets another key, arrays a sort."""
    tokens, given = statement.tokens, arguments(statement.tokens, call)
    after = call.closed + 1
    if not given or (after < len(tokens) and tokens[after].token_type == TokenType.L_PAREN):
        return None  # groupArray(3)(x)
    token = tokens[call.name]
    name = statement.text[token.start : token.end + 1]
    low = name.lower()
    if low.startswith(("argmax", "argmin")) and len(given) > 1:
        value, by = (_text(statement, *one) for one in given[:2])
        hashed = f"cityHash64({value})"
        keys = (f"({by}, {hashed})", f"({by}, bitNot({hashed}))")
        return (_Edit(tokens[given[1][0]].start, tokens[given[1][1] - 1].end + 1, keys),)
    if low.startswith(("grouparray", "groupuniqarray", "array_agg")) and "state" not in low:
        sorts = (f"arraySort({name}", f"arrayReverseSort({name}")
        end = tokens[call.closed].start
        return _Edit(token.start, token.end + 1, sorts), _Edit(end, end, (")", ")"))
    taken = next((one for one in _ONE_OF if low.startswith(one)), "")
    if not taken or low.startswith("anyheavy"):
        return None
    rest = name[len(taken) :]
    return (_Edit(token.start, token.end + 1, (f"min{rest}", f"max{rest}")),)


def _of_distinct(statement: Statement, pairs: dict[int, int]) -> Iterator[_Place]:
    """DISTINCT ON (a) shows one row of each a, the first in the order of its query."""
    tokens = statement.tokens
    for at in range(len(tokens) - 2):
        opened = at + 2
        if tokens[at].token_type != TokenType.DISTINCT or tokens[at + 1].text.upper() != "ON" or opened not in pairs:
            continue
        keys, rest = tie_keys(statement, at), [*at_level(tokens, at, len(tokens))]
        ordered = any(tokens[k].token_type == TokenType.ORDER_BY for k in rest)
        end = next((tokens[k].start for k in rest if tokens[k].text.upper() in _AFTER_ORDER), tokens[rest[-1]].end + 1)
        if keys is not None and not ordered:
            on = _text(statement, opened + 1, pairs[opened])
            keys = f"{on}, {keys[0]}", f"{on}, {keys[1]}"
        put = None if keys is None else _put(end, ordered, keys)
        yield _Place("DISTINCT ON", at, None if put is None else (put,))


def _columns(tokens: Sequence[Token], places: Sequence[_Place]) -> tuple[int, ...] | None:
    """The columns of the outermost SELECT in which all these functions stand."""
    start = next((at for at in at_level(tokens, 0, len(tokens)) if tokens[at].token_type == TokenType.SELECT), None)
    if start is None:
        return None
    level = [*at_level(tokens, start + 1, len(tokens))]
    end = next((at for at in level if tokens[at].token_type == TokenType.FROM), len(tokens))
    heads = [at for at in level if at < end]
    if any(tokens[at].token_type == TokenType.STAR for at in heads):
        return None
    cuts = [at for at in heads if tokens[at].token_type == TokenType.COMMA]
    inside = all(start < p.token < end and p.name != "DISTINCT ON" for p in places)
    return tuple(sorted({sum(cut < p.token for cut in cuts) for p in places})) if inside else None
