"""Runs with scores for tests, made from numbers: no target is asked."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from review.experiments.values import Answer, Case, ScoredCase, ScoredRun

Score = float | None | Sequence[float | None]
AT = "2026-11-30T08:00:00.000+00:00"


def case(name: str, **fields: Any) -> Case:
    return Case(**{"id": name, "question": f"What happened to order {name}?", "expected_answer": "It left.", **fields})


def scored_run(
    version: str,
    scores: Mapping[str, Score],
    *,
    cases: Mapping[str, Mapping[str, Any]] | None = None,
    answers: Mapping[str, Mapping[str, Any]] | None = None,
    release: str = "r1",
    digest: str = "d1",
    started: str = AT,
) -> ScoredRun:
    """A run in which each case has a score, several (its repeats), or None: it timed out."""
    found = []
    for name, given in scores.items():
        for repeat, score in enumerate(given if isinstance(given, Sequence) else (given,), start=1):
            fields: dict[str, Any] = {"answer": f"{version} says {score}", "cost": 0.01, "latency_ms": 100.0}
            fields |= (answers or {}).get(name, {})
            found.append(
                ScoredCase(
                    case=case(name, **(cases or {}).get(name, {})),
                    repeat=repeat,
                    answer=None if score is None else Answer(case=name, repeat=repeat, **fields),
                    cause="time-out after 30 s" if score is None else None,
                    combined=score,
                    semantic=score,
                )
            )
    return ScoredRun(
        run=f"run-{version}-{release}",
        version=version,
        release=release,
        release_digest=digest,
        started=started,
        cases=tuple(found),
        scorers=("behaviour",),
    )


def passing(n: int, failed: Sequence[int] = ()) -> dict[str, Score]:
    """``n`` cases c0, c1, ... that pass, but those that ``failed``."""
    return {f"c{k}": float(k not in failed) for k in range(n)}
