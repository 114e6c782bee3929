"""Runs of judges: what was judged before, which replies are known, and what each run has cost."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

import orjson

from storage.queries.parameters import json_list
from storage.queries.verdicts import MAY_COUNT_SQL
from storage.store import Store


class JudgedBefore(NamedTuple):
    """A subject that a version of a judge has judged in one dimension."""

    subject: str
    dimension: str


def judged_before_in_week(
    store: Store, judge: str, version: str, *, run: str, at: str, not_asked: str
) -> list[JudgedBefore]:
    """Return what a version judged in weeks before the run ``run`` of time ``at``.

    What did not apply by its own labels (its error is ``not_asked``) counts as judged.
    """
    asked = {"judge": judge, "version": version, "run": run, "at": at, "not_asked": not_asked}
    return [JudgedBefore(*row) for row in store.stream(_IN_WEEK_SQL, asked)]


_IN_WEEK_SQL = f"""
SELECT v.item_id AS subject, v.dimension FROM verdicts v
WHERE v.judge = :judge AND v.version = :version AND v.value IS NOT NULL AND (v.run_id IS NULL OR v.run_id <> :run)
  AND v.at <= :at AND {MAY_COUNT_SQL}
UNION SELECT r.subject, r.dimension FROM judge_results r JOIN judge_runs j ON j.id = r.run_id
WHERE j.judge = :judge AND j.version = :version AND r.error = :not_asked AND j.id <> :run AND r.at <= :at
  AND json_extract(j.target, '$.kind') = 'week'
"""  # noqa: S608 - constants of ours


def judged_before_in_release(
    store: Store, judge: str, version: str, release: str, *, run: str, at: str, not_asked: str
) -> list[JudgedBefore]:
    """Return the same for a golden release: there the judge sees the expected answer, so it is another question."""
    asked = {"judge": judge, "version": version, "name": release, "run": run, "at": at, "not_asked": not_asked}
    return [JudgedBefore(*row) for row in store.stream(_IN_RELEASE_SQL, asked)]


_IN_RELEASE_SQL = """
SELECT r.subject, r.dimension FROM judge_results r JOIN judge_runs j ON j.id = r.run_id
WHERE j.judge = :judge AND j.version = :version AND j.id <> :run AND r.at <= :at
  AND (r.value IS NOT NULL OR r.error = :not_asked)
  AND json_extract(j.target, '$.kind') = 'release' AND json_extract(j.target, '$.name') = :name
"""


def subjects_with_results(store: Store, run: str, dimensions: int) -> set[str]:
    """Return the subjects of a run that have at least as many results as the judge has ``dimensions``."""
    return {row["subject"] for row in store.query(_DONE_SQL, {"run": run, "dimensions": dimensions})}


_DONE_SQL = """
SELECT subject FROM judge_results WHERE run_id = :run GROUP BY subject HAVING count(*) >= :dimensions
"""


def known_replies(store: Store, keys: Sequence[str]) -> dict[str, dict[str, Any]]:
    """Return the latest whole reply to each of these questions, by the key of the question."""
    rows = store.query(_KNOWN_SQL, {"keys": json_list(keys)})
    return {row["key"]: orjson.loads(row["reply"]) for row in rows}


_KNOWN_SQL = """
SELECT key, reply FROM judge_calls
WHERE key IN (SELECT value FROM json_each(:keys)) AND error = '' AND CAST(reply AS TEXT) <> '{}' ORDER BY rowid
"""


class Given(NamedTuple):
    """How many verdicts a run gave, of how many results."""

    given: int
    of: int


def verdicts_given(store: Store, run: str, *, not_asked: str) -> Given:
    """Count the verdicts of a run; results whose error is ``not_asked`` are left out."""
    (row,) = store.query(_GIVEN_SQL, {"run": run, "not_asked": not_asked})
    return Given(int(row["given"]), int(row["n"]))


_GIVEN_SQL = """
SELECT count(value) AS given, count(*) AS n FROM judge_results WHERE run_id = :run AND error <> :not_asked
"""


def tokens_by_run(store: Store, judge: str) -> list[dict[str, Any]]:
    """Return ``run_id``, ``subjects``, ``tokens_in`` and ``tokens_out`` of each run whose calls reported tokens."""
    return store.query(_TOKENS_SQL, {"judge": judge})


_TOKENS_SQL = """
SELECT c.run_id, count(DISTINCT c.subject) AS subjects, sum(c.tokens_in) AS tokens_in,
       sum(coalesce(c.tokens_out, 0)) AS tokens_out
FROM judge_calls c JOIN judge_runs r ON r.id = c.run_id
WHERE r.judge = :judge AND c.error = '' AND c.tokens_in IS NOT NULL GROUP BY c.run_id
"""


def cost_and_time_of_subjects(store: Store, judge: str, version: str) -> list[tuple[float | None, float | None]]:
    """Return the cost and the milliseconds of each subject that a version was asked about; cached ones are left out."""
    return list(store.stream(_COST_SQL, {"judge": judge, "version": version}))


_COST_SQL = """
SELECT sum(r.cost) AS cost, max(r.latency_ms) AS ms FROM judge_results r JOIN judge_runs j ON j.id = r.run_id
WHERE j.judge = :judge AND j.version = :version AND NOT r.cached GROUP BY r.run_id, r.subject
"""
