"""What a scorer is: a function from a case, its answer and the surroundings to a score, or the reason for none."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from review.basics.errors import InputError
from review.experiments.scorers.databases import Databases
from review.experiments.values import Answer, Case
from review.settings.project import Project
from review.sql.schema.schema import Schema
from storage.records_base import Json
from storage.store import Store


class Score(NamedTuple):
    """A score in [0, 1], higher is better; None with the ``reason``: not scored is never zero.

    ``detail`` is what the pages show beside it.
    """

    value: float | None
    reason: str = ""
    detail: Json | None = None


class Pair(NamedTuple):
    """A case and the answer to it."""

    case: Case
    answer: Answer


@dataclass(frozen=True, kw_only=True)
class Surroundings:
    """What scorers may use: the settings, open databases, the keys of judges; ``store`` None without one."""

    project: Project
    databases: Databases
    store: Store | None = None
    environment: Mapping[str, str] = field(default_factory=dict)


Scored = Callable[[Sequence[Pair], Surroundings, str], list[Score]]


def _any(parameter: str, surroundings: Surroundings) -> None:
    return


@dataclass(frozen=True, kw_only=True)
class Scorer:
    """A kind of scorer.

    ``title`` is its name for people, ``about`` says what it scores. ``score`` gives the scores of many answers in
    order; its last argument is what follows ``name:`` in the settings, "" for most. ``check`` raises InputError for a
    parameter that means nothing. ``state`` is what besides settings, case and answer its scores depend on: they are
    kept as long as it stays the same, and never kept when it is None. ``parameter`` is an
    example of one, "" for a kind that takes none. ``sample`` is a case and an answer that scores 1, for the tests.
    """

    title: str
    about: str
    score: Scored
    check: Callable[[str, Surroundings], None] = _any
    state: Callable[[str, Surroundings], Any] = lambda parameter, surroundings: ""
    parameter: str = ""
    sample: Mapping[str, Any] = field(default_factory=dict)


def each(score: Callable[[Case, Answer], Score]) -> Scored:
    """Return a scorer of many answers from one of single answers."""

    def score_all(pairs: Sequence[Pair], surroundings: Surroundings, parameter: str) -> list[Score]:
        return [score(case, answer) for case, answer in pairs]

    return score_all


def not_scored(reason: str) -> Score:
    """Return that there is no score, and why."""
    return Score(None, reason)


def with_schema(score: Callable[[Case, str, str, Schema | None, Surroundings], Score]) -> Scored:
    """Return a scorer of answers from one of a case and its SQL, with the dialect and schema of the case's database."""

    def score_one(pair: Pair, surroundings: Surroundings) -> Score:
        if not pair.answer.sql:
            return NO_SQL
        try:
            dialect, schema = surroundings.databases.schema(pair.case.db)
        except InputError as error:
            return not_scored(str(error))
        return score(pair.case, pair.answer.sql, dialect, schema, surroundings)

    def score_all(pairs: Sequence[Pair], surroundings: Surroundings, parameter: str) -> list[Score]:
        return [score_one(pair, surroundings) for pair in pairs]

    return score_all


NO_ANSWER = not_scored("there is no answer text")
NO_EXPECTED = not_scored("the case has no expected answer")
NO_SQL = not_scored("the answer has no SQL")


def texts_missing(case: Case, answer: Answer) -> Score | None:
    """Return why answer and expected answer cannot be compared, None when they can."""
    if not case.expected_answer:
        return NO_EXPECTED
    return None if answer.answer is not None else NO_ANSWER
