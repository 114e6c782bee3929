"""Only functions of the list: an ordinary-looking one may read files, call hosts, sleep, write or change settings."""

from __future__ import annotations

import functools
import itertools
from collections.abc import Iterator

from sqlglot import exp
from sqlglot.tokens import Token, TokenType

from review.sql.rules.lists import names_in
from review.sql.rules.policy import Policy
from review.sql.rules.rule import Mark, Rule, at
from review.sql.text.dialects import PROVEN
from review.sql.tree.statement import Statement

COMBINATORS = (
    "simplestate", "ordefault", "resample", "distinct", "foreach", "argmin", "argmax", "ornull", "array", "merge",
    "state", "map", "if",
)  # fmt: skip
NAMELESS = (
    exp.And, exp.Or, exp.Xor, exp.Case, exp.If, exp.Cast, exp.TryCast, exp.Exists, exp.TsOrDsToTimestamp,
    exp.TsOrDsToDate,
    exp.CurrentDate, exp.CurrentTimestamp, exp.CurrentTime, exp.CurrentDatetime, exp.Localtime, exp.Localtimestamp,
    exp.Extract, exp.Array, exp.Struct, exp.Map, exp.JSONExtract, exp.JSONExtractScalar, exp.JSONBExtract,
    exp.JSONBExtractScalar, exp.RegexpLike, exp.RegexpILike, exp.ArrayContainsAll, exp.ArrayOverlaps, exp.Unnest,
    exp.StrPosition, exp.Trim, exp.Substring, exp.GroupConcat, exp.Columns, exp.DateAdd, exp.DateSub, exp.ArrayConcat,
    exp.JSONArrayContains, exp.JSONBContains, exp.Interval, exp.Pow, exp.TsOrDsAdd, exp.TsOrDsDiff,
    exp.ParameterizedAgg,
    exp.CombinedAggFunc, exp.CombinedParameterizedAgg, exp.AnonymousAggFunc, exp.VarMap, exp.ToArray, exp.JSONObject,
    exp.JSONArrayAgg, exp.Collate, exp.ToMap, exp.Explode, exp.CastToStrType, exp.JSONBContainsTopKey,
    exp.JSONBContainsAnyTopKeys, exp.JSONBContainsAllTopKeys, exp.MatchAgainst, exp.Overlaps,
)  # fmt: skip
"""Functions that a dialect writes as an operator, as a keyword, or that the parser adds to one it names."""


@functools.cache
def allowed(dialect: str) -> frozenset[str]:
    """Return the functions that a dialect may call, in lower case."""
    aggregates = names_in("clickhouse_aggregates") if dialect == "clickhouse" else frozenset()
    return names_in("every") | names_in(dialect) | aggregates


def is_allowed(name: str, dialect: str, more: frozenset[str]) -> bool:
    """Return whether a statement may call a function; in ClickHouse aggregates also with combinators such as sumIf."""
    name = name.lower()
    if name in allowed(dialect) or name in more:
        return True
    while dialect == "clickhouse":
        cut = next((c for c in COMBINATORS if name.endswith(c) and len(name) > len(c)), None)
        if cut is None:
            return False
        name = name.removesuffix(cut)
        if name in names_in("clickhouse_aggregates") or name in more:
            return True
    return False


def in_catalogue(name: str, statement: Statement) -> bool:
    """Return whether the engine has a function, as far as is known: where it cannot be asked, it may have it.

    What its grammar holds, or an extension that is not loaded here may bring, counts as there.
    """
    catalogue = statement.schema.catalogue if statement.schema is not None else frozenset()
    name = name.lower()
    if "count" not in catalogue or name.startswith(tuple(names_in(f"{statement.dialect}_unlisted"))):
        return True
    parts, more = {name}, {name} if statement.dialect == "clickhouse" else set()
    while more:
        more = {part.removesuffix(c) for part in more for c in COMBINATORS} - {"", *parts}
        parts |= more
    return not parts.isdisjoint(catalogue)


def check(statement: Statement, policy: Policy) -> Iterator[Mark]:
    """Look at each name before a bracket in the text, then at each function of the tree that has no bracket."""
    for token in own_functions(statement, policy):
        said = (
            f"Somebody made a function '{token.text}' in this database, which may read or do anything. Add it to "
            "`functions` if queries may call it."
        )
        yield Mark(said, token.start, token.end + 1, unknown=True)
    dialect, more, seen = statement.dialect, policy.functions, set()
    tokens = statement.tokens
    not_called = _named_lists(statement)
    unread = {node.meta.get("start") for node in statement.all(exp.Anonymous)}
    for number, (before, token) in enumerate(itertools.pairwise(tokens)):
        if token.token_type != TokenType.L_PAREN or not _is_name(before) or before.start in not_called:
            continue
        name = _bare(before, statement.text)
        quoted = statement.text[before.start] in '"`['
        dotted = _dotted(number, tokens)
        word = name.lower().split()[-1]  # ORDER BY is one token
        if not quoted and not dotted and (word in names_in("words") or word in names_in("types")):
            continue
        seen.add(before.start)
        if dotted or not is_allowed(name, dialect, more):
            # docs('words') searches a table of FTS5.
            table = statement.schema is not None and statement.schema.table(name) is not None
            absent = not (dotted or table) and before.start in unread and not in_catalogue(name, statement)
            said = f"The database has no function '{name}'." if absent else _refusal(name, dotted=dotted)
            yield Mark(said, before.start, before.end + 1, unknown=not absent)
    for node in statement.all(exp.Func):
        if node.meta.get("start") in seen or isinstance(node, NAMELESS):
            continue
        start, end = node.meta.get("start"), node.meta.get("end", 0)
        if start is None:
            # The parser gave it no place. Its name stood before a bracket, or it is a keyword such as CURRENT_USER.
            spelt = [node.name] if isinstance(node, exp.Anonymous) else node.sql_names()
            names = [name for name in spelt if is_allowed(name, dialect, more) or _parsers_own(name)]
            if not names:
                yield at(node, statement, _refusal(spelt[0]))._replace(unknown=True)
        elif not is_allowed((name := statement.text[start : end + 1]).strip('"`[]'), dialect, more):
            yield at(node, statement, _refusal(name))._replace(unknown=True)


def own_functions(statement: Statement, policy: Policy) -> Iterator[Token]:
    """Yield the names before brackets that are those of functions made in this database, unless the project lists them.

    A macro of DuckDB, or a function of PostgreSQL with other types, takes the place of a built-in one of its name.
    """
    own = (statement.schema.functions if statement.schema is not None else frozenset()) - policy.functions
    if not own:
        return
    for before, token in itertools.pairwise(statement.tokens):
        if token.token_type == TokenType.L_PAREN and _bare(before, statement.text).lower() in own:
            yield before


def _parsers_own(name: str) -> bool:
    """Whether the parser's own name is that of a safe function elsewhere, as PERCENTILE_CONT is of quantile_cont.

    The name in the text was looked up in the list of its own dialect before.
    """
    return any(is_allowed(spelt, dialect, frozenset()) for dialect in PROVEN for spelt in (name, name.replace("_", "")))


def _refusal(name: str, *, dotted: bool = False) -> str:
    if dotted:
        return f"The function '{name}' is called with a prefix. Call built-in functions by their bare names."
    return f"The function '{name}' is not on the list of functions that a query may call."


def _is_name(token: Token) -> bool:
    return token.token_type == TokenType.IDENTIFIER or token.text[:1].isalpha() or token.text[:1] == "_"


def _bare(token: Token, text: str) -> str:
    return token.text if token.token_type == TokenType.IDENTIFIER else text[token.start : token.end + 1]


def _dotted(number: int, tokens: list[Token]) -> bool:
    """Whether the token of a number follows a dot, unless pg_catalog stands before the dot."""
    if number == 0 or tokens[number - 1].token_type != TokenType.DOT:
        return False
    system = number > 1 and tokens[number - 2].text.lower() == "pg_catalog"
    return not (system and (number == 2 or tokens[number - 3].token_type != TokenType.DOT))


def _named_lists(statement: Statement) -> set[int]:
    """Where an alias with a list of columns stands: WITH t (a, b) AS, AS t (a, b)."""
    found = set()
    for alias in statement.all(exp.TableAlias):
        if alias.args.get("columns") and alias.this is not None and "start" in alias.this.meta:
            found.add(alias.this.meta["start"])
    return found


RULE = Rule(
    about="calls only functions of the dialect's list and of `functions`",
    check=check,
    bad="SELECT load_extension('x')",
    good="SELECT count(*), upper(name) FROM customers",
    for_running=True,
)
