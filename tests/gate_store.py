"""A store with a release and finished runs, made from scores: no target is asked."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any
from uuid import uuid4

from golden_store import a_week, new_store
from scored_runs import Score

from review.basics.clock import now
from review.experiments.runs.recording import answer_id
from review.experiments.runs.running import RunOptions
from review.experiments.versions.registry import Wanted, register
from review.golden.releases import examples_of, release, release_named
from review.golden.written import import_examples, read_written
from storage.records_experiments import (
    ExperimentAnswer,
    ExperimentEvent,
    ExperimentRun,
    ExperimentScore,
    PromptVersion,
)
from storage.store import Store


def released(folder: Path, rows: Sequence[Mapping[str, Any]], name: str = "r1", *, store: Store | None = None) -> Store:
    """A store with an open week and a release of these written examples."""
    if store is None:
        store = new_store(folder)
        store.add(a_week())
    path = folder / f"{name}.jsonl"
    path.write_text("\n".join(json.dumps(row) for row in rows), encoding="utf-8")
    import_examples(store, read_written(path), by="eva")
    release(store, name, by="eva")
    return store


def examples(n: int, **fields: Any) -> list[dict[str, Any]]:
    """Examples c0, c1, ... in four scenarios; each tenth is an edge case."""
    return [
        {
            "id": f"c{k}",
            "question": f"Where is parcel {k} now?",
            "expected_answer": "On its way.",
            "scenario": f"s{k % 4}",
            "kind": "edge" if k % 10 == 0 else "normal",
            **fields,
        }
        for k in range(n)
    ]


def ids_of(store: Store, name: str = "r1") -> dict[str, str]:
    """The ids that the store gave the examples c0, c1, ... of a release."""
    return {f"c{row.content['question'].split()[3]}": row.example_id for row in examples_of(store, name)}


def add_run(
    store: Store,
    version: str,
    scores: Mapping[str, Score],
    *,
    of: str = "r1",
    answers: Mapping[str, Mapping[str, Any]] | None = None,
    kind: str = "exec",
    executed: Mapping[str, Mapping[str, Any]] | None = None,
) -> str:
    """Add a finished run of a version with the score of each case (None: it timed out). Registers the version.

    ``executed`` is what the execution of some cases kept; their score is 0.
    """
    if store.get(PromptVersion, version) is None:
        register(store, Wanted(id=version, prompt=f"You are {version}."), by="eva")
    repeats = max(len(s) if isinstance(s, Sequence) else 1 for s in scores.values())
    run = ExperimentRun(
        id=uuid4().hex[:12],
        version=version,
        release=of,
        digest=release_named(store, of).content_hash,
        target={"kind": kind, "command": "true"},
        options=asdict(RunOptions(repeats=repeats)),
        cases=len(scores),
        at=now(),
        by="eva",
    )
    kept = executed or {}
    rows: list[Any] = []
    ids = ids_of(store, of)
    for case, given in scores.items():
        for repeat, score in enumerate(given if isinstance(given, Sequence) else (given,), start=1):
            name = answer_id(run.id, ids[case], repeat)
            said: dict[str, Any] = {"answer": f"{version} says {score}", "cost": 0.01, "latency_ms": 90.0}
            said.update((answers or {}).get(case, {}))
            rows.append(
                ExperimentAnswer(
                    id=name,
                    run_id=run.id,
                    case_id=ids[case],
                    repeat=repeat,
                    key=uuid4().hex,
                    at=run.at,
                    cause="" if score is not None else "time_out",
                    answer=said if score is not None else {},
                )
            )
            if score is not None:
                rows.append(
                    ExperimentScore(
                        id=uuid4().hex,
                        run_id=run.id,
                        answer_id=name,
                        key=uuid4().hex,
                        at=run.at,
                        scores={"required": score, **({"execution": 0.0} if case in kept else {})},
                        unscored=dict.fromkeys(("execution", "behaviour", "tools")[case in kept :], "not asked"),
                        detail={"execution": kept[case]} if case in kept else {},
                        rules=score,
                    )
                )
    events = [
        ExperimentEvent(id=uuid4().hex, run_id=run.id, event=event, at=run.at, by="eva")
        for event in ("started", "finished")
    ]
    store.add(run, *rows, *events)
    return run.id
