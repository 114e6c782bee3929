"""The tables and fields that must appear, in the SQL or the text of the answer.

A table or column of the case's database must be read by the SQL: naming it in a comment or in words is not enough. Any
other name must stand somewhere in the SQL or the answer.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from review.basics.errors import InputError
from review.experiments.scorers.scorer import NO_ANSWER, Pair, Score, Scorer, Surroundings, not_scored
from review.experiments.values import Answer, Case
from review.sql.schema.schema import Schema
from review.sql.tree.reads import columns_read, is_read, tables_read
from review.sql.tree.statement import UnreadableSql, read_statement


def score(pairs: Sequence[Pair], surroundings: Surroundings, parameter: str) -> list[Score]:
    """Score answers by the share of the required names that they use."""
    return [_score(case, answer, surroundings) for case, answer in pairs]


def _score(case: Case, answer: Answer, surroundings: Surroundings) -> Score:
    if not case.required:
        return not_scored("the case requires no table or field")
    text = f"{answer.sql or ''}\n{answer.answer or ''}"
    if not text.strip():
        return NO_ANSWER
    known, read = _in_sql(case, answer, surroundings)
    lacking = [
        name for name in case.required if not (is_read(name, read) if is_read(name, known) else _appears(name, text))
    ]
    return Score(1 - len(lacking) / len(case.required), detail={"missing": lacking})


def _in_sql(case: Case, answer: Answer, surroundings: Surroundings) -> tuple[set[str], set[str]]:
    """Return the names of the case's database and those that the SQL reads; none where either cannot be read."""
    if not answer.sql:
        return set(), set()
    try:
        dialect, schema = surroundings.databases.schema(case.db)
        if schema is None:
            return set(), set()
        statement = read_statement(answer.sql, dialect, schema)
    except (InputError, UnreadableSql):
        return set(), set()
    return _names(schema), tables_read(statement) | columns_read(statement)


def _names(schema: Schema) -> set[str]:
    """Return every name by which a case may call a table or column, in lower case."""
    found = set()
    for table in schema:
        tables = (table.name, table.full_name)
        found |= {*tables, *table.columns, *(f"{name}.{column}" for name in tables for column in table.columns)}
    return {name.lower() for name in found}


def _appears(name: str, text: str) -> bool:
    """Whether every part of a name such as ``table.column`` appears as a word of its own."""
    return all(
        re.search(rf"(?<!\w){re.escape(part)}(?!\w)", text, re.IGNORECASE) for part in name.split(".") if part.strip()
    )


def state(parameter: str, surroundings: Surroundings) -> list[object] | None:
    """Return the state of the database that gives the schema; None where that cannot be told."""
    data, settings = surroundings.databases.state(), surroundings.project.sql
    return None if data is None else [data, repr((settings.schema, settings.dialect))]


SCORER = Scorer(
    title="required fields",
    about="the share of the required tables and fields that the SQL reads; what is neither may stand in the answer",
    score=score,
    state=state,
    sample={"case": {"required": ["promotions"]}, "answer": {"sql": "promotions"}},
)
