"""Versions of the product under test and their runs: which state counts, what was answered, and what it scored."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Any, NamedTuple

import orjson

from storage.queries.parameters import json_list
from storage.records_base import Json
from storage.records_experiments import (
    ExperimentAnswer,
    ExperimentEvent,
    ExperimentRun,
    ExperimentScore,
    VersionState,
)
from storage.store import Store


def latest_states(store: Store) -> dict[str, VersionState]:
    """Return the state of each version that counts, by the version's id."""
    return {row.version: row for row in store.select(VersionState, _STATES)}


_STATES = "SELECT * FROM version_states WHERE rowid IN (SELECT max(rowid) FROM version_states GROUP BY version)"


def latest_event_of(store: Store, run_id: str) -> ExperimentEvent | None:
    """Return the latest event of a run that says how far it is, which is the one that counts."""
    found = store.select(ExperimentEvent, _EVENT, {"run": run_id})
    return found[0] if found else None


PEOPLE = "people"
"""The event that brings labels of people for answers of a run; it says nothing of how far the run is."""
_OF_PROGRESS = f"event <> '{PEOPLE}' ORDER BY rowid DESC LIMIT 1"
_EVENT = f"SELECT * FROM experiment_events WHERE run_id = :run AND {_OF_PROGRESS}"  # noqa: S608 - constants of ours
IS_FINISHED = f"(SELECT event FROM experiment_events WHERE run_id = r.id AND {_OF_PROGRESS}) = 'finished'"  # noqa: S608 - constants of ours
"""The condition that the run ``r`` is finished: its latest event that says how far it is says so."""


def labels_of_people(store: Store, run_id: str) -> dict[str, str]:
    """Return the label that people gave the answer to each case of a run last."""
    found: dict[str, str] = {}
    for event in store.find(ExperimentEvent, run_id=run_id, event=PEOPLE):
        found |= event.detail["labels"]
    return found


def latest_finished(store: Store, version: str, release: str) -> ExperimentRun | None:
    """Return the latest finished run of a version over a release, None without any."""
    found = store.select(ExperimentRun, _FINISHED, {"version": version, "release": release})
    return found[0] if found else None


_FINISHED = f"""
SELECT r.* FROM experiment_runs r
WHERE r.version = :version AND r.release = :release AND {IS_FINISHED} ORDER BY r.rowid DESC LIMIT 1
"""  # noqa: S608 - constants of ours


def answers_to(store: Store, keys: Collection[str]) -> dict[str, ExperimentAnswer]:
    """Return the latest answer to each of these questions, by their key; missing answers are left out."""
    found = store.select(ExperimentAnswer, _BY_KEY, {"keys": json_list(keys)})
    return {row.key: row for row in found}


_BY_KEY = """
SELECT * FROM experiment_answers WHERE rowid IN (
  SELECT max(rowid) FROM experiment_answers
  WHERE key IN (SELECT value FROM json_each(:keys)) AND cause = '' AND CAST(answer AS TEXT) <> '{}' GROUP BY key
)
"""


def latest_scores(store: Store, run_id: str) -> dict[str, ExperimentScore]:
    """Return the scores of each answer of a run that count, by the id of the answer."""
    return {row.answer_id: row for row in store.find(ExperimentScore, run_id=run_id)}


class RunAnswer(NamedTuple):
    """The answer of a run at one place. ``cause`` says why it is missing, ``fields`` are those that the target gave."""

    cause: str
    fields: Json


class RunScores(NamedTuple):
    """The scores of one answer, why others are lacking, and what stands beside them, each by scorer."""

    scores: Json
    unscored: Json
    detail: Json


class _Read(dict[str, Any]):
    """JSON by its text, each text read once: thousands of answers have the same few scores."""

    def __missing__(self, text: str) -> Any:
        found = self[text] = orjson.loads(text)
        return found


def answers_of_run(store: Store, run_id: str) -> dict[str, RunAnswer]:
    """Return what counts of each answer of a run, by its id: reading whole records takes twice as long."""
    rows = store.stream("SELECT id, cause, answer FROM experiment_answers WHERE run_id = :run", {"run": run_id})
    return {name: RunAnswer(cause, orjson.loads(answer)) for name, cause, answer in rows}


def scores_of_run(store: Store, run_id: str) -> dict[str, RunScores]:
    """Return what counts of the scores of each answer of a run, by the id of the answer. Equal ones are one object."""
    read = _Read()
    return {
        answer: RunScores(read[scores], read[unscored], read[detail])
        for answer, scores, unscored, detail in store.stream(_RUN_SCORES, {"run": run_id})
    }


_RUN_SCORES = """
SELECT answer_id, scores, unscored, detail FROM experiment_scores WHERE run_id = :run ORDER BY rowid
"""


def scores_by_key(store: Store, keys: Collection[str]) -> dict[str, ExperimentScore]:
    """Return the latest scores of each of these pairs of case and answer, by their key."""
    return {row.key: row for row in store.select(ExperimentScore, _SCORES, {"keys": json_list(keys)})}


_SCORES = """
SELECT * FROM experiment_scores WHERE rowid IN (
  SELECT max(rowid) FROM experiment_scores WHERE key IN (SELECT value FROM json_each(:keys)) GROUP BY key
)
"""


class Spent(NamedTuple):
    """What the answers of a run cost; taken over ones cost nothing."""

    cost: float
    tokens: int


def spent_on(store: Store, run_id: str) -> Spent:
    """Return what a run has cost so far, in the project's currency and in tokens."""
    row = store.query(_SPENT, {"run": run_id})[0]
    return Spent(row["cost"] or 0.0, row["tokens"] or 0)


_SPENT = """
SELECT sum(json_extract(answer, '$.cost')) AS cost,
  sum(coalesce(json_extract(answer, '$.tokens_in'), 0) + coalesce(json_extract(answer, '$.tokens_out'), 0)) AS tokens
FROM experiment_answers WHERE run_id = :run AND NOT cached
"""


class AnswersCounted(NamedTuple):
    """How many answers of a run are there, and how many are missing, by cause."""

    run: str
    cause: str
    n: int
    cached: int


def answers_counted(store: Store, runs: Sequence[str]) -> list[AnswersCounted]:
    """Return the number of answers of these runs by cause; "" are those that are not missing."""
    return [AnswersCounted(*row) for row in store.stream(_COUNTED, {"runs": json_list(runs)})]


_COUNTED = """
SELECT run_id, cause, count(*), sum(cached) FROM experiment_answers
WHERE run_id IN (SELECT value FROM json_each(:runs)) GROUP BY run_id, cause
"""
