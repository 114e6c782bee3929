"""The figures of several runs of judges at once, by run."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import orjson

from storage.queries.parameters import json_list
from storage.store import Store

_OF_RUNS = "run_id IN (SELECT value FROM json_each(:runs))"


def results_of_runs(store: Store, runs: Sequence[str]) -> dict[str, dict[str, Any]]:
    """Return ``verdicts``, ``cached`` and ``cost`` of the results of each run."""
    return _by_run(store, _RESULTS_SQL, runs)


_RESULTS_SQL = f"""
SELECT run_id, count(value) AS verdicts, sum(cached) AS cached, sum(cost) AS cost
FROM judge_results WHERE {_OF_RUNS} GROUP BY run_id
"""  # noqa: S608 - a constant of ours


def subjects_by_count(store: Store, runs: Sequence[str]) -> dict[str, dict[int, int]]:
    """Count the subjects of each run that have results in one, two, ... dimensions."""
    found: dict[str, dict[int, int]] = {}
    for row in store.query(_SUBJECTS_SQL, {"runs": json_list(runs)}):
        found.setdefault(row["run_id"], {})[row["results"]] = row["subjects"]
    return found


_SUBJECTS_SQL = f"""
SELECT run_id, results, count(*) AS subjects
FROM (SELECT run_id, count(*) AS results FROM judge_results WHERE {_OF_RUNS} GROUP BY run_id, subject) AS counted
GROUP BY run_id, results
"""  # noqa: S608 - a constant of ours


def missing_by_cause(store: Store, runs: Sequence[str], *, not_asked: str) -> dict[str, dict[str, int]]:
    """Count the missing verdicts of each run by cause, the commonest first; those not asked for are left out."""
    found: dict[str, dict[str, int]] = {}
    for row in store.query(_MISSING_SQL, {"runs": json_list(runs), "not_asked": not_asked}):
        found.setdefault(row["run_id"], {})[row["error"]] = row["n"]
    return found


_MISSING_SQL = f"""
SELECT run_id, error, count(*) AS n FROM judge_results
WHERE value IS NULL AND error <> :not_asked AND {_OF_RUNS} GROUP BY run_id, error ORDER BY n DESC, error
"""  # noqa: S608 - a constant of ours


def calls_of_runs(store: Store, runs: Sequence[str]) -> dict[str, dict[str, Any]]:
    """Return ``calls``, ``cost``, ``tokens_in`` and ``tokens_out`` of each run that made calls."""
    return _by_run(store, _CALLS_SQL, runs)


_CALLS_SQL = f"""
SELECT run_id, count(*) AS calls, sum(cost) AS cost, sum(tokens_in) AS tokens_in, sum(tokens_out) AS tokens_out
FROM judge_calls WHERE {_OF_RUNS} GROUP BY run_id
"""  # noqa: S608 - a constant of ours


def votes_of_runs(store: Store, runs: Sequence[str]) -> dict[str, dict[tuple[str | None, ...], int]]:
    """Count how often each combination of votes from repeats and orders was given, by run."""
    found: dict[str, dict[tuple[str | None, ...], int]] = {}
    for row in store.query(_VOTES_SQL, {"runs": json_list(runs)}):
        found.setdefault(row["run_id"], {})[tuple(orjson.loads(row["votes"]))] = row["n"]
    return found


_VOTES_SQL = f"""
SELECT run_id, CAST(votes AS TEXT) AS votes, count(*) AS n FROM judge_results
WHERE CAST(votes AS TEXT) <> '[]' AND {_OF_RUNS} GROUP BY run_id, CAST(votes AS TEXT)
"""  # noqa: S608 - a constant of ours


def latency_of_calls(store: Store, runs: Sequence[str]) -> dict[str, dict[str, Any]]:
    """Return ``p50`` and ``p95`` of the milliseconds of each run's calls that were answered."""
    return _by_run(store, _CALL_LATENCY_SQL, runs)


def latency_of_results(store: Store, runs: Sequence[str]) -> dict[str, dict[str, Any]]:
    """Return ``p50`` and ``p95`` of the milliseconds of each run's results that were not taken over."""
    return _by_run(store, _RESULT_LATENCY_SQL, runs)


def _latency_sql(source: str) -> str:
    """Query nearest-rank percentiles by run: the smallest latency that at least that share of all does not exceed."""
    return f"""
SELECT run_id, min(CASE WHEN 100 * k >= 50 * n THEN ms END) AS p50, min(CASE WHEN 100 * k >= 95 * n THEN ms END) AS p95
FROM (
  SELECT run_id, latency_ms AS ms, row_number() OVER (PARTITION BY run_id ORDER BY latency_ms) AS k,
         count(*) OVER (PARTITION BY run_id) AS n
  FROM {source} AND latency_ms IS NOT NULL AND {_OF_RUNS}
) AS placed GROUP BY run_id
"""  # noqa: S608 - constants of ours


_CALL_LATENCY_SQL = _latency_sql("judge_calls WHERE error = ''")
_RESULT_LATENCY_SQL = _latency_sql("judge_results WHERE NOT cached")


def _by_run(store: Store, sql: str, runs: Sequence[str]) -> dict[str, dict[str, Any]]:
    return {row["run_id"]: row for row in store.query(sql, {"runs": json_list(runs)})}
