"""Statements that may give another result on the same data: by the clock, by chance, or by what nobody can see into."""

from __future__ import annotations

from collections.abc import Iterable

from review.sql.rules.policy import Policy
from review.sql.schema.schema import Schema, Table
from review.sql.text.dialects import tokens_of
from review.sql.tree.statement import Statement
from review.sql.tree.view_query import view_query

CLOCK = frozenset(
    {"now", "today", "yesterday", "tomorrow", "current_date", "current_timestamp", "current_time", "localtime",
     "localtimestamp", "now64", "curdate", "clock_timestamp", "statement_timestamp", "transaction_timestamp", "age",
     "julianday", "date", "datetime", "strftime", "unixepoch", "time", "timediff", "utc_timestamp", "utctimestamp",
     "nowinblock", "nowinblock64", "get_current_timestamp", "get_current_time", "current_localtime",
     "current_localtimestamp", "timeofday", "ago", "uptime", "timezone_hour", "current_setting"}
)  # fmt: skip
"""Functions and texts whose values change with time, in lower case."""
NOW = CLOCK - {"age", "date", "datetime", "time", "strftime", "julianday", "unixepoch", "timediff", "timezone_hour",
               "current_setting", "uptime", "ago"}  # fmt: skip
"""Those that give the time at which they run, whatever they are given; SQLite's date('now') names it in a text."""
CHANCE = frozenset(
    {"random", "rand", "rand32", "rand64", "randcanonical", "randconstant", "randuniform", "randnormal", "randbinomial",
     "randbernoulli", "randexponential", "randpoisson", "randomblob", "randomstring", "randomfixedstring",
     "randomprintableascii", "generateuuidv4", "generateuuidv7", "generateulid", "generatesnowflakeid", "uuid",
     "uuidv4", "uuidv7", "gen_random_uuid", "gen_random_bytes", "uuid_generate_v4", "setseed", "tablesample", "sample",
     "fuzzbits", "rownumberinallblocks", "rownumberinblock", "blocknumber", "txid_current", "pg_current_snapshot"}
)  # fmt: skip
"""Functions and clauses whose values are drawn anew each time, in lower case."""
DEEPEST = 20


def may_change(statement: Statement, policy: Policy) -> bool:
    """Return whether a statement, or a view that it reads, may give another result at another time.

    Words are looked for, not calls: a column named ``date`` counts too, which costs no more than a run. A function that
    the project allowed or somebody made is not looked into, and neither is a view whose text is not known.
    """
    own = policy.functions | policy.table_functions
    own |= statement.schema.functions if statement.schema is not None else frozenset()
    if _any_in((token.text for token in statement.tokens), own):
        return True
    tables = [table for _, table in statement.names.tables]
    return any(table is None or _table_changes(table, statement.schema, own, 0) for table in tables)


def reads_clock(statement: Statement) -> bool:
    """Return whether a statement, or a view that it reads, asks for the time at which it runs."""
    words = [token.text for token in statement.tokens]
    for _, table in statement.names.tables:
        words += _words(table.definition, statement.dialect) if table is not None and table.definition else []
    return not NOW.isdisjoint(word.lower() for word in words)


def _any_in(words: Iterable[str], own: frozenset[str]) -> bool:
    return any((low := word.lower()) in CLOCK or low in CHANCE or low in own for word in words)


def _table_changes(table: Table, schema: Schema | None, own: frozenset[str], depth: int) -> bool:
    texts = list(table.made_from.values())
    if table.definition is None and not texts:
        return False
    if schema is None or table.definition == "" or depth > DEEPEST:
        return True
    key = ("volatile", table.full_name, own)
    if key not in schema.kept:
        schema.kept[key] = True  # for views that stand on themselves
        found = any(_any_in(_words(text, schema.dialect), own) for text in [*texts, table.definition or ""])
        schema.kept[key] = found or any(
            one is None or _table_changes(one, schema, own, depth + 1) for one in _read_by(table, schema)
        )
    return bool(schema.kept[key])


def _words(text: str, dialect: str) -> list[str]:
    tokens = tokens_of(text, dialect)
    return ["now"] if tokens is None else [token.text for token in tokens]


def _read_by(view: Table, schema: Schema) -> list[Table | None]:
    """The tables that a view reads, None for one that cannot be told."""
    if view.definition is None:
        return []
    read = view_query(view, schema)
    return [table for _, table in read[0].names.tables] if read is not None else [None]
