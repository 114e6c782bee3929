"""What the question of a case demands of the SQL: tables that its words name, and the time that it asks for.

The words are those of ``[sql.words]``; a time is resolved against the day on which the case was asked. What a reference
of the case does not meet either, its question does not demand.
"""

from __future__ import annotations

from datetime import date

from review.experiments.scorers.scorer import Score, Scorer, Surroundings, not_scored, with_schema
from review.experiments.values import Case
from review.sql.results.references import references_in
from review.sql.schema.schema import Schema
from review.sql.semantic.demands import Demands, demands_met, met_beside

NOTHING = "the question names no table by a word and no time, or the SQL cannot be read"
UNTOLD = "it cannot be told whether the SQL fits the time of the question"
EXCUSED = "the reference does not meet it either, so the question does not demand it"


@with_schema
def score(case: Case, sql: str, dialect: str, schema: Schema | None, surroundings: Surroundings) -> Score:
    """Score SQL: 1 when it meets what the question demands, 0 when it does not."""
    demands = Demands(question=case.question, words=surroundings.project.sql.words, as_of=_day(case.as_of))
    found = demands_met(sql, demands, dialect=dialect, schema=schema)
    if not found.findings and not found.judged:
        return not_scored(NOTHING)
    references = (
        demands_met(one, demands, dialect=dialect, schema=schema)
        for text in case.references
        for one in references_in(text, dialect)
    )
    met = met_beside(found, references) if found.findings else found
    detail = {"findings": [f.to_json() for f in met.findings]}
    if met.score is None:
        return Score(None, UNTOLD if met.findings else EXCUSED, detail)
    return Score(met.score, detail=detail)


def _day(text: str | None) -> date | None:
    try:
        return date.fromisoformat((text or "")[:10])
    except ValueError:
        return None


def state(parameter: str, surroundings: Surroundings) -> list[object] | None:
    """Return the words and the state of the database that gives the schema; None where that cannot be told."""
    data, settings = surroundings.databases.state(), surroundings.project.sql
    return None if data is None else [data, repr((settings.words, settings.schema, settings.dialect))]


SCORER = Scorer(
    title="demands of the question",
    about="the tables and the time that the question asks for (`[sql.words]`, and the day of the case), in the SQL",
    score=score,
    state=state,
    sample={
        "case": {"question": "Which day is 2024-03-01?", "as_of": "2024-03-04"},
        "answer": {"sql": "SELECT '2024-03-01' AS day"},
    },
)
