"""The documents or tables that the answer should rest on: those of the case, found among those of the answer."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from review.experiments.scorers.normal_form import normal_form
from review.experiments.scorers.scorer import Pair, Score, Scorer, Surroundings, not_scored
from review.sql.tree.reads import tables_read
from review.sql.tree.statement import UnreadableSql, read_statement


def score(pairs: Sequence[Pair], surroundings: Surroundings, parameter: str) -> list[Score]:
    """Score the share of the expected passages that were retrieved; without passages, of the tables."""
    return [_score(pair, surroundings) for pair in pairs]


def _score(pair: Pair, surroundings: Surroundings) -> Score:
    case, answer = pair
    if case.context and answer.context is not None:
        wanted = [normal_form(text) for text in case.context]
        given = [normal_form(text) for text in answer.context]
        found = [w for w in wanted if any(w in g or (g and g in w) for g in given)]
        used = [g for g in given if any(w in g or (g and g in w) for w in wanted)]
        return _shares(Found(len(found), len(wanted), len(used), len(given)), "passages")
    if case.references and answer.sql:
        dialect = surroundings.project.sql.dialect or "sqlite"
        wanted_tables, given_tables = _tables(case.references[0], dialect), _tables(answer.sql, dialect)
        if wanted_tables and given_tables is not None:
            both = len(wanted_tables & given_tables)
            return _shares(Found(both, len(wanted_tables), both, len(given_tables)), "tables")
    return not_scored("there are no expected passages or tables, or the answer tells of none")


def _tables(sql: str, dialect: str) -> set[str] | None:
    """Return the names of the tables that a statement reads; None when it cannot be read."""
    try:
        statement = read_statement(sql, dialect)
    except UnreadableSql:
        return None
    return {name.rpartition(".")[2] for name in tables_read(statement)}


class Found(NamedTuple):
    """How many of the expected ones were found, and how many of the retrieved ones were expected."""

    found: int
    wanted: int
    used: int
    given: int


def _shares(counts: Found, of: str) -> Score:
    recall, precision = counts.found / counts.wanted, counts.used / counts.given if counts.given else 0.0
    return Score(recall, detail={"of": of, "recall": recall, "precision": precision})


SCORER = Scorer(
    title="retrieval",
    about="the share of the expected passages, or of the tables of the reference, that the answer rests on",
    score=score,
    sample={"case": {"context": ["Refunds take 5 days."]}, "answer": {"context": ["Refunds take 5 days."]}},
)
