"""Execution accuracy: the SQL of the answer and each reference run on the same database, and their results compared."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

from review.basics.errors import InputError
from review.experiments.scorers.scorer import Pair, Score, Scorer, Surroundings, not_scored
from review.golden.references import is_masked
from review.privacy.masking import mask_values
from review.settings.project import Project
from review.sources.conversations import recognisers_of
from review.sql.execution.closest import closest
from review.sql.execution.runner import Runner
from review.sql.results.compare import compare
from review.sql.results.outcome import BEST, OUTCOMES, RIGHT, Comparison
from review.sql.results.references import references_in
from review.sql.results.result import Result, result_of_json
from review.sql.results.side_by_side import Most, side_by_side

KEPT = Most(first=8, differing=4)
"""How many rows of both results are kept, masked, beside the score of an answer that is not right."""
FORM = "with rows"
"""What is kept beside a score. Scores that were made before it are made again by the next run."""


class Compared(NamedTuple):
    """The result of an answer, the expected one that it comes closest to, and what comparing them said."""

    generated: Result
    expected: Result
    comparison: Comparison


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
        return _against_kept(pair, why=runner, project=surroundings.project)
    return _judged(_on_database(pair, runner), surroundings.project)


def _on_database(pair: Pair, runner: Runner) -> Compared:
    case, answer = pair
    generated = runner.run(answer.sql) if answer.sql else _read(answer.result)
    dialect = runner.engine.dialect
    references = [one for text in case.references for one in references_in(text, dialect)]
    found = closest(runner, generated, references, generated_sql=answer.sql or "")
    if found is not None:
        return Compared(generated, found.expected, found.comparison)
    expected = _read(case.expected_result)
    return Compared(generated, expected, compare(generated, expected, dialect=dialect))


def _against_kept(pair: Pair, *, why: str, project: Project) -> Score:
    """Compare the result that the target gave with the expected one, where there is no database."""
    case, answer = pair
    if answer.result is None or case.expected_result is None:
        return not_scored(why)
    order = case.references[0] if case.references else None
    dialect = project.sql.dialect or "sqlite"
    allowed = [case.expected_result, *case.expected_result.get("alternatives", ())]
    given = _read(answer.result)
    found = [
        Compared(given, expected, compare(given, expected, reference_sql=order, dialect=dialect))
        for expected in map(_read, allowed)
    ]
    return _judged(min(found, key=lambda one: BEST.index(one.comparison.outcome)), project)


def _read(result: object) -> Result:
    try:
        return result_of_json(result)
    except InputError as error:
        return Result(ending="failed", error=str(error))


def _judged(compared: Compared, project: Project) -> Score:
    found = compared.comparison
    value = 1.0 if found.outcome == "extra_columns" and project.sql.extra_columns else found.correct
    detail: dict[str, Any] = {"outcome": found.outcome, "said": found.reason or OUTCOMES[found.outcome]}
    if found.outcome not in (*RIGHT, "both_empty"):
        answer, reference = side_by_side(compared.generated, compared.expected, found, most=KEPT)
        detail |= {"answer": answer, "reference": reference}
    masked, _ = mask_values(detail, recognisers_of(project.privacy))
    return Score(value, "" if value is not None else f"no evidence: {OUTCOMES[found.outcome]}", dict(masked))


def state(parameter: str, surroundings: Surroundings) -> list[object] | None:
    """Return the state of the data and the settings; None where the data do not tell."""
    data, settings = surroundings.databases.state(), surroundings.project.sql
    rules = repr((settings.policy, settings.limits, settings.extra_columns, settings.dialect))
    return None if data is None else [data, settings.engine, rules, FORM]


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
