"""Make the recording of the agent's model: what each version said to each question, right or with a realistic fault.

Only replies are recorded. Whether a statement is right comes out when it runs.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import timedelta
from functools import cache

import numpy as np
import orjson
import sqlglot
from sqlglot import exp

from review.demo.agent.plan import AgentVersion, agent_versions
from review.demo.agent.questions import ShopCase
from review.demo.figures import Period
from review.demo.queries import SqlFlaw
from review.demo.shop import Shop

Replies = dict[str, dict[str, list[str]]]
_JOINED = "'C' || c.customer_id"
"""How a visit names its customer; without the letter the database cannot compare the two."""
CARELESS = "Here is the SQL:\n{sql}"
"""A reply that is not in the format."""


def recorded_replies(
    cases: Sequence[ShopCase], shop: Shop, *, seed: int = 7, versions: Sequence[AgentVersion] = ()
) -> Replies:
    """Return the replies of the versions, by default of all: by version and question, in order."""
    rng = np.random.default_rng([seed, 16])
    hard = {case.id: float(u) for case, u in zip(cases, rng.random(len(cases)), strict=True)}
    found: Replies = {}
    stumbling = np.random.default_rng([seed, 17]).random(len(cases))
    for version in versions or agent_versions():
        wrong = _wrong_cases(version, cases, hard)
        found[version.id] = {
            case.question: _replies(version, case, shop, wrong=case.id in wrong, stumbles=u < version.stumbles)
            for case, u in zip(cases, stumbling, strict=True)
        }
    return found


def _wrong_cases(version: AgentVersion, cases: Sequence[ShopCase], hard: Mapping[str, float]) -> set[str]:
    """Return the cases that a version gets wrong."""
    days, others = (
        sorted((case.id for case in cases if case.days is kind), key=lambda name: -hard[name]) for kind in (True, False)
    )
    odd = others[version.odd_from : version.odd_from + version.odd]
    return {*days[: version.days], *others[: version.others - version.odd], *odd}


def _replies(version: AgentVersion, case: ShopCase, shop: Shop, *, wrong: bool, stumbles: bool) -> list[str]:
    sql = case.reference
    if wrong:
        sql, why = _faulty(version, case, shop)
        if not why:
            return [_query(sql, case)] * 2
    statements = [_query(sql, case)]
    if version.swaps and case.days:
        # Days after the twelfth are no month, so the database refuses the statement, and the model corrects it.
        statements.insert(0, _query(swapped(sql, case.period), case))
        if case.early:
            statements.pop()
    elif stumbles and not wrong:
        statements.insert(0, _stumble(sql, case))
    return [*statements, _answer(sql, case)]


def _faulty(version: AgentVersion, case: ShopCase, shop: Shop) -> tuple[str, str]:
    """Return a wrong statement and why it is wrong; "" for the reason when the database cannot run it.

    The first fault that changes the rows is taken, in the order in which the version is prone to them.
    """
    reference = case.reference
    if version.rounds == 1 and _JOINED in reference:
        return reference.replace(_JOINED, "c.customer_id"), ""
    right = shop.ask(reference)
    for flaw in sorted(case.query.flaws, key=lambda flaw: _prone(version, flaw)):
        sql = case.query.wrong_sql(flaw).format_map(case.period.slots)
        found = shop.ask(sql)
        if not found.error and sorted(map(repr, found.rows)) != sorted(map(repr, right.rows)):
            return sql, flaw.why
    counted = f"SELECT count(*) AS rows FROM ({reference}) AS found"  # noqa: S608 - a statement of the demonstration
    return counted, "Counts the rows of the result."


def _prone(version: AgentVersion, flaw: SqlFlaw) -> int:
    """Return how late a version makes a fault: joins first without the relations, days first with the five steps."""
    text = f"{flaw.new} {flaw.sql}"
    joins, days = "JOIN" in text or "acquisition_channel" in text, "<=" in text
    if not version.parent:
        return 0 if joins else 1
    return 0 if days else 2 if joins else 1


def swapped(sql: str, period: Period) -> str:
    """Return a statement that writes the days of its period as year, day, month."""
    for day in (period.start, period.end, period.end - timedelta(days=1)):
        sql = sql.replace(f"'{day}'", f"'{day:%Y-%d-%m}'")
    return sql


def _stumble(sql: str, case: ShopCase) -> str:
    """Return a first reply that fails: a join of text with a number, a wrong format, or far too many rows."""
    if _JOINED in sql:
        return _query(sql.replace(_JOINED, "c.customer_id"), case)
    if case.days:
        return CARELESS.format(sql=sql)
    return _query(f"SELECT * FROM {case.query.tables[0]}", case)  # noqa: S608 - a table of the demonstration


def _query(sql: str, case: ShopCase) -> str:
    thought = f"I need the {case.query.aggregation} {case.period.words}."
    return orjson.dumps({"thought": thought, "sql": sql}).decode()


def _answer(sql: str, case: ShopCase) -> str:
    """Return the final reply, with a slot for each column of the first row."""
    told = ", ".join(f"{column.replace('_', ' ')} {{{column}}}" for column in _columns(sql))
    text = f"{case.period.words[:1].upper()}{case.period.words[1:]}: {told}."
    return orjson.dumps({"thought": "The result answers the question.", "answer": text}).decode()


@cache
def _columns(sql: str) -> tuple[str, ...]:
    query = sqlglot.parse_one(sql, dialect="duckdb")
    assert isinstance(query, exp.Query), sql
    return tuple(query.named_selects)
