"""The status of a run: its state, cost and latency, missing verdicts by cause, and how consistent the judge was."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from itertools import combinations
from typing import Any

import orjson

from review.basics.words import counted
from review.judges.protocol.protocol import NOT_ASKED
from review.judges.runs.locks import State, log_path, state_of
from review.judges.runs.release_agreement import agreement_with_release
from review.statistics.quantity import Quantity
from storage.records_judges import Judge, JudgeRun, RunEvent
from storage.store import Store

CAUSE_WORDS: dict[str, str] = {
    "missing": "no verdict was given",
    "unparseable": "the reply could not be read",
    "off_scale": "a value that the rubric does not have",
    "refused": "the model refused",
    "truncated": "the reply was cut off at the token limit",
    "timed_out": "no reply in time",
    "unreachable": "the endpoint could not be reached",
    "http_error": "the endpoint answered with an error",
    "empty": "the reply was empty",
    "tie": "repeats or orders disagreed without a majority",
    "undecided": "the model has no class for it",
    "not_recorded": "not in the recording",
    "no_evidence": "execution says nothing of them",
}
"""Each cause of a missing verdict in words."""


@dataclass(frozen=True, kw_only=True)
class RunStatus:
    """The progress and the figures of a run.

    ``done`` and ``total`` count subjects; ``verdicts`` and ``missing`` count subjects times the dimensions that apply.
    ``cost`` is in the currency of the judge's prices, None when no call reported a cost. ``calls`` counts requests,
    each attempt separately; ``cached`` verdicts needed none. Latencies are milliseconds of whole replies (nearest
    rank), or of subjects where the judge makes no calls. ``self_consistency`` is the mean share of agreeing pairs among
    the votes from repeats and orders. ``agreement`` compares a finished run over a release with the labels of the
    release, by dimension. ``said`` is a sentence about a run that failed or was interrupted.
    """

    run: JudgeRun
    state: State
    done: int
    total: int
    verdicts: int
    missing: Mapping[str, int]
    cost: float | None
    tokens_in: int | None
    tokens_out: int | None
    calls: int
    cached: int
    latency_p50: float | None
    latency_p95: float | None
    self_consistency: float | None
    said: str = ""
    agreement: Mapping[str, Quantity] = field(default_factory=dict)


def statuses(store: Store, runs: Sequence[JudgeRun]) -> list[RunStatus]:
    """Return the status of some runs, in their order, with a handful of queries for all of them."""
    asked = {"runs": orjson.dumps([r.id for r in runs]).decode()}
    dimensions = {j.id: len(j.dimensions) for j in store.find(Judge, name=sorted({r.judge for r in runs}))}
    events = _latest_events(store, runs)
    results = _by_run(store, _RESULTS_SQL, asked)
    done = _subjects_by_count(store, asked)
    missing = _missing(store, asked)
    calls = _by_run(store, _CALLS_SQL, asked)
    silent = {"runs": orjson.dumps([r.id for r in runs if r.id not in calls]).decode()}
    latencies = _by_run(store, _CALL_LATENCY_SQL, asked) | _by_run(store, _RESULT_LATENCY_SQL, silent)
    votes = _votes(store, asked)
    found = []
    for run in runs:
        event, whole = events.get(run.id), dimensions.get(f"{run.judge}@{run.version}", 1)
        state, said = described(store, run, event)
        given, called = results.get(run.id, {}), calls.get(run.id, {})
        latency = latencies.get(run.id, {})
        found.append(
            RunStatus(
                run=run,
                state=state,
                done=sum(n for count, n in done.get(run.id, {}).items() if count >= whole),
                total=run.subjects,
                verdicts=given.get("verdicts") or 0,
                missing=missing.get(run.id, {}),
                cost=called.get("cost") if called.get("calls") else given.get("cost"),
                tokens_in=called.get("tokens_in"),
                tokens_out=called.get("tokens_out"),
                calls=called.get("calls") or 0,
                cached=given.get("cached") or 0,
                latency_p50=latency.get("p50"),
                latency_p95=latency.get("p95"),
                self_consistency=self_consistency(votes.get(run.id, {})),
                said=said,
                agreement=agreement_with_release(store, run) if state == "finished" else {},
            )
        )
    return found


def described(store: Store, run: JudgeRun, event: RunEvent | None) -> tuple[State, str]:
    """Return the state of a run, and a sentence about it where there is something to say."""
    state = state_of(store, run.id, event)
    if state == "failed" and event is not None:
        return state, str(event.detail.get("said", ""))
    if state == "interrupted":
        log = log_path(store.path, run.id)
        tail = f" Its worker wrote to {log.parent.name}/{log.name}." if log.exists() else ""
        return state, f"the work ended early; resume the run to continue.{tail}"
    return state, ""


def self_consistency(votes: Mapping[tuple[str | None, ...], int]) -> float | None:
    """Return the mean share of agreeing pairs among the votes on one subject and dimension; None without two votes.

    ``votes`` counts how often each combination of votes was given. A missing vote forms no pair.
    """
    shares, n = 0.0, 0
    for several, times in votes.items():
        pairs = list(combinations([v for v in several if v is not None], 2))
        if pairs:
            shares += times * sum(a == b for a, b in pairs) / len(pairs)
            n += times
    return shares / n if n else None


def agreement_words(s: RunStatus) -> list[str]:
    """Say how far a run over a release agrees with its labels, one sentence for each dimension."""
    return [f"agreement with the labels of {s.run.target['name']} on {d}: {_share(q)}" for d, q in s.agreement.items()]


def _share(found: Quantity) -> str:
    if found.value is None:
        return f"undefined, {found.undefined}"
    return f"{found} of {counted(found.n, 'example')} ({found.method})"


def amount(cost: float, currency: str = "") -> str:
    """Format a cost with two significant digits, never as 2.7e-05, and with its currency where it is known."""
    digits = max(2, 1 - math.floor(math.log10(abs(cost)))) if cost else 0
    return f"{cost:,.{digits}f} {currency}".rstrip()


def _latest_events(store: Store, runs: Sequence[JudgeRun]) -> dict[str, RunEvent]:
    return {e.run_id: e for e in store.find(RunEvent, run_id=[r.id for r in runs])}


def _by_run(store: Store, sql: str, asked: dict[str, Any]) -> dict[str, dict[str, Any]]:
    return {r["run_id"]: r for r in store.query(sql, asked)}


def _subjects_by_count(store: Store, asked: dict[str, Any]) -> dict[str, dict[int, int]]:
    """Count the subjects of each run that have results in one, two, ... dimensions."""
    found: dict[str, dict[int, int]] = {}
    for row in store.query(_SUBJECTS_SQL, asked):
        found.setdefault(row["run_id"], {})[row["results"]] = row["subjects"]
    return found


def _missing(store: Store, asked: dict[str, Any]) -> dict[str, dict[str, int]]:
    found: dict[str, dict[str, int]] = {}
    for row in store.query(_MISSING_SQL, asked):
        found.setdefault(row["run_id"], {})[row["error"]] = row["n"]
    return found


def _votes(store: Store, asked: dict[str, Any]) -> dict[str, dict[tuple[str | None, ...], int]]:
    found: dict[str, dict[tuple[str | None, ...], int]] = {}
    for row in store.query(_VOTES_SQL, asked):
        found.setdefault(row["run_id"], {})[tuple(orjson.loads(row["votes"]))] = row["n"]
    return found


_OF_RUNS = "run_id IN (SELECT value FROM json_each(:runs))"

_RESULTS_SQL = f"""
SELECT run_id, count(value) AS verdicts, sum(cached) AS cached, sum(cost) AS cost
FROM judge_results WHERE {_OF_RUNS} GROUP BY run_id
"""  # noqa: S608 - a constant of ours

_SUBJECTS_SQL = f"""
SELECT run_id, results, count(*) AS subjects
FROM (SELECT run_id, count(*) AS results FROM judge_results WHERE {_OF_RUNS} GROUP BY run_id, subject)
GROUP BY run_id, results
"""  # noqa: S608 - a constant of ours

_MISSING_SQL = f"""
SELECT run_id, error, count(*) AS n FROM judge_results
WHERE value IS NULL AND error <> '{NOT_ASKED}' AND {_OF_RUNS} GROUP BY run_id, error ORDER BY n DESC, error
"""  # noqa: S608 - a constant of ours

_CALLS_SQL = f"""
SELECT run_id, count(*) AS calls, sum(cost) AS cost, sum(tokens_in) AS tokens_in, sum(tokens_out) AS tokens_out
FROM judge_calls WHERE {_OF_RUNS} GROUP BY run_id
"""  # noqa: S608 - a constant of ours

_VOTES_SQL = f"""
SELECT run_id, votes, count(*) AS n FROM judge_results WHERE votes <> '[]' AND {_OF_RUNS} GROUP BY run_id, votes
"""  # noqa: S608 - a constant of ours


def _latency_sql(source: str) -> str:
    """Query nearest-rank percentiles by run: the smallest latency that at least that share of all does not exceed."""
    return f"""
SELECT run_id, min(CASE WHEN 100 * k >= 50 * n THEN ms END) AS p50, min(CASE WHEN 100 * k >= 95 * n THEN ms END) AS p95
FROM (
  SELECT run_id, latency_ms AS ms, row_number() OVER (PARTITION BY run_id ORDER BY latency_ms) AS k,
         count(*) OVER (PARTITION BY run_id) AS n
  FROM {source} AND latency_ms IS NOT NULL AND {_OF_RUNS}
) GROUP BY run_id
"""  # noqa: S608 - constants of ours


_CALL_LATENCY_SQL = _latency_sql("judge_calls WHERE error = ''")
_RESULT_LATENCY_SQL = _latency_sql("judge_results WHERE NOT cached")
