"""Declare and read the questions to the data agent, and the ways to get their SQL wrong."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from review.basics.errors import InputError
from review.demo.data_files import record, tables
from review.demo.shop_tables import described, tables_in

PERIODS = {
    "[when]": "o.ordered_at >= '{start}' AND o.ordered_at < '{end}'",
    "[visited]": "s.started_at >= '{start}' AND s.started_at < '{end}'",
}
"""How the SQL of a data file writes the condition on the period."""
FILE = "queries.toml"


@dataclass(frozen=True, kw_only=True)
class SqlFlaw:
    """One planted error: ``new`` replaces ``old`` in the reference SQL, or ``sql`` is the whole wrong statement."""

    why: str
    old: str = ""
    new: str = ""
    sql: str = ""
    unit: str = ""
    correctness: str = "wrong"
    reason: str = "wrong_sql"


@dataclass(frozen=True, kw_only=True)
class Query:
    """A kind of data question.

    ``sql`` has the slots of a period: start, end, last, before (the first day of the month before) and today. In a
    data file, ``[when]`` and ``[visited]`` stand for the condition on the period, and a flaw with a single field
    ``named`` is the one of that name under ``[named_flaws]``. ``months`` asks about whole months alone, ``short``
    about 31 days at most. ``unit`` says how the figure of the answer is written, which is the last column of the
    result unless ``figure`` names another. With ``units`` the answer quotes the cells of one row by their columns.
    """

    scenario: str
    asks: tuple[str, ...]
    sql: str
    answer: str
    aggregation: str
    flaws: tuple[SqlFlaw, ...]
    unit: str = "count"
    units: Mapping[str, str] = field(default_factory=dict)
    figure: str = ""
    difficulty: str = "easy"
    months: bool = False
    short: bool = False

    def wrong_sql(self, flaw: SqlFlaw) -> str:
        """Return the SQL with an error planted, its slots still open."""
        return flaw.sql or self.sql.replace(flaw.old, flaw.new)

    @property
    def tables(self) -> tuple[str, ...]:
        """The tables of the shop that the reference reads."""
        return tables_in(self.sql)

    @property
    def context(self) -> tuple[str, ...]:
        """What the agent knows about these tables."""
        return tuple(described(table) for table in self.tables)


def _queries(file: Mapping[str, Any]) -> Iterator[Query]:
    for number, table in enumerate(file["query"], start=1):
        where = f"{FILE}, query {number}"
        flaws = [_dated(_flaw(file["named_flaws"], flaw, where), "sql") for flaw in table["flaws"]]
        yield record(Query, {**_dated(table, "sql"), "flaws": flaws}, where)


def _flaw(named: Mapping[str, Any], flaw: Mapping[str, Any], where: str) -> Mapping[str, Any]:
    if "named" not in flaw:
        return flaw
    if flaw["named"] not in named:
        raise InputError(f"{where}, named: found '{flaw['named']}', expected one of {', '.join(named)}.")
    found: Mapping[str, Any] = named[flaw["named"]]
    return found


def _dated(table: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    text = table.get(name)
    if not isinstance(text, str):
        return table
    for short, condition in PERIODS.items():
        text = text.replace(short, condition)
    return {**table, name: text}


QUERIES = tuple(_queries(tables("queries")))
