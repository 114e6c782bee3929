"""Execution accuracy: the SQL of the answer and each reference run on the same database, and their results compared."""

from __future__ import annotations

from collections.abc import Sequence

from review.basics.errors import InputError
from review.experiments.scorers.scorer import Pair, Score, Scorer, Surroundings, not_scored
from review.golden.references import is_masked
from review.settings.sql import SqlSettings
from review.sql.execution.closest import closest
from review.sql.execution.runner import Runner
from review.sql.results.compare import compare
from review.sql.results.outcome import BEST, OUTCOMES, Comparison
from review.sql.results.references import references_in
from review.sql.results.result import Result, result_of_json


def score(pairs: Sequence[Pair], surroundings: Surroundings, parameter: str) -> list[Score]:
    """Score each answer: 1 for the rows of a reference, 0 for others, none where there is no evidence."""
    gives_sql = any(answer.sql or answer.result for _, answer in pairs)
    return [_score(pair, surroundings, gives_sql=gives_sql) for pair in pairs]


def _score(pair: Pair, surroundings: Surroundings, *, gives_sql: bool) -> Score:
    case, answer = pair
    if not case.references and case.expected_result is None:
        return not_scored("the case has no reference SQL")
    if not gives_sql:
        return not_scored("the target gives no SQL and no results")
    if any(is_masked(text) for text in (case.question, answer.sql or "", *case.references)):
        return not_scored("masked: the question or the SQL holds a masked value")
    if not answer.sql and answer.result is None:
        return Score(0.0, detail={"outcome": "no_sql", "said": "the answer has no SQL"})
    runner = surroundings.databases.runner(case.db)
    if isinstance(runner, str):
        return _against_kept(pair, why=runner, settings=surroundings.project.sql)
    return _judged(_on_database(pair, runner), surroundings.project.sql)


def _on_database(pair: Pair, runner: Runner) -> Comparison:
    case, answer = pair
    generated = runner.run(answer.sql) if answer.sql else _read(answer.result)
    dialect = runner.engine.dialect
    found = closest(runner, generated, [one for text in case.references for one in references_in(text, dialect)])
    return found.comparison if found else compare(generated, _read(case.expected_result), dialect=dialect)


def _against_kept(pair: Pair, *, why: str, settings: SqlSettings) -> Score:
    """Compare the result that the target gave with the expected one, where there is no database."""
    case, answer = pair
    if answer.result is None or case.expected_result is None:
        return not_scored(why)
    order = case.references[0] if case.references else None
    dialect = settings.dialect or "sqlite"
    allowed = [case.expected_result, *case.expected_result.get("alternatives", ())]
    given = _read(answer.result)
    found = [compare(given, _read(one), reference_sql=order, dialect=dialect) for one in allowed]
    return _judged(min(found, key=lambda c: BEST.index(c.outcome)), settings)


def _read(result: object) -> Result:
    try:
        return result_of_json(result)
    except InputError as error:
        return Result(ending="failed", error=str(error))


def _judged(found: Comparison, settings: SqlSettings) -> Score:
    value = 1.0 if found.outcome == "extra_columns" and settings.extra_columns else found.correct
    detail = {"outcome": found.outcome, "said": found.reason or OUTCOMES[found.outcome]}
    return Score(value, "" if value is not None else f"no evidence: {OUTCOMES[found.outcome]}", detail)


def state(parameter: str, surroundings: Surroundings) -> list[object] | None:
    """Return the state of the data and the settings; None where the data do not tell."""
    data, settings = surroundings.databases.state(), surroundings.project.sql
    rules = repr((settings.policy, settings.limits, settings.extra_columns, settings.dialect))
    return None if data is None else [data, settings.engine, rules]


SCORER = Scorer(
    title="execution",
    about="the rows that the SQL gives, compared with those of the reference on the same database",
    score=score,
    state=state,
    sample={
        "case": {
            "references": ["SELECT 1 AS n"],
            "expected_result": {"columns": ["n"], "rows": [[1]]},
        },
        "answer": {"sql": "SELECT 1 AS n", "result": {"columns": ["n"], "rows": [[1]]}},
    },
)
