"""The status of a run: its state, cost and latency, missing verdicts by cause, and how consistent the judge was."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from itertools import combinations

from review.basics.words import counted
from review.judges.protocol.protocol import NOT_ASKED
from review.judges.runs.locks import State, log_path, state_of
from review.judges.runs.release_agreement import agreement_with_release
from review.statistics.quantity import Quantity
from storage.queries.judge_status import (
    calls_of_runs,
    latency_of_calls,
    latency_of_results,
    missing_by_cause,
    results_of_runs,
    subjects_by_count,
    votes_of_runs,
)
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
    ids = [r.id for r in runs]
    dimensions = {j.id: len(j.dimensions) for j in store.find(Judge, name=sorted({r.judge for r in runs}))}
    events = _latest_events(store, runs)
    results, done = results_of_runs(store, ids), subjects_by_count(store, ids)
    missing = missing_by_cause(store, ids, not_asked=NOT_ASKED)
    calls, votes = calls_of_runs(store, ids), votes_of_runs(store, ids)
    silent = [run for run in ids if run not in calls]
    latencies = latency_of_calls(store, ids) | latency_of_results(store, silent)
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
