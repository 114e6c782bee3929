"""The static rules of the project on the SQL of the answer: it only reads, and names what exists."""

from __future__ import annotations

from review.experiments.scorers.scorer import Score, Scorer, Surroundings, with_schema
from review.experiments.values import Case
from review.sql.proof.prove import prove
from review.sql.schema.schema import Schema


@with_schema
def score(case: Case, sql: str, dialect: str, schema: Schema | None, surroundings: Surroundings) -> Score:
    """Score SQL: 1 when every rule holds, 0 when one is broken."""
    proof = prove(sql, dialect, schema, surroundings.project.sql.policy)
    found = [f.to_json() for f in proof.findings[:5]]
    if proof.ok is None:
        return Score(None, "the SQL was not checked: it cannot be read", {"findings": found})
    return Score(float(proof.ok), detail={"findings": found})


def state(parameter: str, surroundings: Surroundings) -> list[object] | None:
    """Return the rules and the state of the database that gives the schema; None where that cannot be told."""
    data = surroundings.databases.state()
    return None if data is None else [data, repr(surroundings.project.sql)]


SCORER = Scorer(
    title="SQL rules",
    about="the static rules on the SQL: it only reads, calls safe functions, and names tables and columns that exist",
    score=score,
    state=state,
    sample={"case": {}, "answer": {"sql": "SELECT 1 AS n"}},
)
