"""Declare and read the questions to the data agent, and the ways to get their SQL wrong.

A flaw replaces a part of the reference SQL and moves the numbers by a factor. The tables hold a trap:
``users.user_id`` is a UInt64 and ``sessions.user_id`` a String.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from review.basics.errors import InputError
from review.demo.data_files import record, tables, value_of

IN_PERIOD = "started_at >= '{start}' AND started_at < '{end}'"
S_PERIOD = "s.started_at >= '{start}' AND s.started_at < '{end}'"
JOIN = "FROM ecommerce.sessions AS s INNER JOIN ecommerce.users AS u ON toString(u.user_id) = s.user_id"
FORMAT = " FORMAT TabSeparatedWithNames"
FILE = "queries.toml"


@dataclass(frozen=True, kw_only=True)
class SqlFlaw:
    """One planted error: ``new`` replaces ``old`` in the reference SQL, and the numbers move by ``scale``."""

    old: str
    new: str
    scale: float
    why: str
    correctness: str = "wrong"
    reason: str = "wrong_sql"


@dataclass(frozen=True, kw_only=True)
class Query:
    """A kind of data question.

    ``sql`` writes the condition on the period as ``[when]``, or as ``[s.when]`` beside ``[join]``, the join of both
    tables. ``keys`` are the groups of its result (empty: one number; ``days``: one per day), ``base`` is the largest
    number of a month, ``unit`` says how numbers are written. A ``rate`` does not grow with the period. In a data file,
    a flaw with a single field ``named`` is the one of that name under ``[named_flaws]``.
    """

    scenario: str
    asks: tuple[str, ...]
    sql: str
    columns: tuple[str, ...]
    answer: str
    base: float
    aggregation: str
    flaws: tuple[SqlFlaw, ...] = ()
    keys: tuple[str, ...] = ()
    unit: str = "count"
    difficulty: str = "easy"
    joins: bool = False
    rate: bool = False

    @property
    def template(self) -> str:
        """The reference SQL with the slots ``start`` and ``end`` and the format that the agent's tool demands."""
        return self.sql.replace("[s.when]", S_PERIOD).replace("[when]", IN_PERIOD).replace("[join]", JOIN) + FORMAT


def _queries(file: Mapping[str, Any]) -> Iterator[Query]:
    for number, table in enumerate(file["query"], start=1):
        where = f"{FILE}, query {number}"
        flaws = [_flaw(file["named_flaws"], flaw, where) for flaw in table["flaws"]]
        yield record(Query, {**table, "flaws": flaws}, where)


def _flaw(named: Mapping[str, Any], flaw: Mapping[str, Any], where: str) -> Mapping[str, Any]:
    if "named" not in flaw:
        return flaw
    if flaw["named"] not in named:
        raise InputError(f"{where}, named: found '{flaw['named']}', expected one of {', '.join(named)}.")
    found: Mapping[str, Any] = named[flaw["named"]]
    return found


QUERIES = tuple(_queries(tables("queries")))
SCHEMA: tuple[str, ...] = value_of(tuple[str, ...], tables("queries")["schema"], f"{FILE}, schema")
"""What the agent knows about its two tables."""
