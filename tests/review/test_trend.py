"""Versions over releases, and two versions or months in one table."""

from __future__ import annotations

from pathlib import Path

import pytest
from gate_store import add_run, examples, released
from golden_store import BAD, GOOD, WEEK, add_item, new_store, open_test_week, vote
from scored_runs import passing, scored_run

from review.basics.clock import now
from review.basics.log_paths import log_of
from review.experiments.comparing.sides import side_of
from review.experiments.comparing.trend import Side, new_since, points, two_sides
from review.experiments.runs.fixes_run import runs_of_claims
from review.experiments.values import ScoredRun
from review.log.served import Served, served
from review.settings.project import project_of
from storage.queries.gate import reviewed_conversations
from storage.records_failures import FailureTriage, FixClaim


def test_two_versions_are_compared_on_what_both_saw_and_complex_cases_apart() -> None:
    hard = {f"c{k}": {"tags": ("join-depth-2",)} for k in range(20)}
    before = scored_run("v1", passing(100, range(15)), cases=hard)
    after = scored_run("v2", passing(120, range(5)), cases=hard, release="r2", digest="d2")
    assert new_since(before, after) == tuple(f"c{k}" for k in range(100, 120))
    first = Side(name="v1", run=before, served=Served(traffic=200, failed=10, cost=0.2), reviewed=4)
    second = Side(name="v2", run=after, served=Served(traffic=0, failed=0), reviewed=0)
    lines = {line.title: line for line in two_sides(first, second)}
    combined, complex_ = lines["combined accuracy"], lines["combined accuracy, complex questions"]
    assert (combined.first.value, combined.second.value) == (0.85, 0.95) and combined.first.n == 100
    assert (complex_.first.value, complex_.second.value) == (0.25, 0.75)
    assert complex_.difference is not None and complex_.difference.value == pytest.approx(0.5)
    assert lines["failure rate in production"].first.value == 0.05
    assert lines["failure rate in production"].second.undefined == "nothing of it is in the log"
    assert lines["share that people reviewed"].first.value == 0.02
    assert lines["minutes to the root cause"].first.undefined and lines["cost per answer"].better == "lower"
    found = [(p.version, p.accuracy.combined.value) for p in points([before, after])]
    assert found == [("v1", 0.85), ("v2", pytest.approx(115 / 120))]


def test_the_run_of_a_version_or_month_is_the_last_that_finished(tmp_path: Path) -> None:
    store = released(tmp_path, examples(1))
    released(tmp_path, examples(2), "r2", store=store)
    runs = [add_run(store, "v1", {"c0": 1.0}, of=of) for of in ("r1", "r2", "r1")]
    asked: list[str] = []

    def read(run: str) -> ScoredRun:
        asked.append(run)
        return scored_run("v1", {})

    for name in ("v1", now()[:7]):
        side_of(store, name, read=read)
    assert asked == [runs[-1], runs[-1]]
    store.add(FixClaim(id="f1", mode="m", version="v1", week=WEEK, at=now(), by="eva"))
    assert [one.run for one in runs_of_claims(store, project_of(store.path)).values()] == [runs[-1]]


def test_months_and_versions_are_read_from_store_and_log(tmp_path: Path) -> None:
    store = new_store(tmp_path)
    open_test_week(store)
    add_item(store, "u1", prompt_version="v1")
    add_item(store, "u2", prompt_version="v1")
    vote(store, "u1", "ana", GOOD)
    vote(store, "u1", "ben", BAD)
    assert reviewed_conversations(store, "v1", month=False) == 1
    assert reviewed_conversations(store, "2026-11", month=True) == 1
    assert reviewed_conversations(store, "v2", month=False) == 0
    assert served(log_of(store.path), "v1") == Served(traffic=0, failed=0)
    triage = {"week": WEEK, "version": "v1", "by": "lea", "decision": "ignored", "root_cause": "date format"}
    store.add(
        *(
            FailureTriage(
                id=f"t{k}", mode=f"m{k}", at=f"2026-11-20T10:{k:02d}:00+00:00", failures=1, modes_version=1, **triage
            )
            for k in (0, 4, 10)
        )
    )
    side = side_of(store, "v1", read=lambda run: scored_run("v1", {}))
    assert (side.minutes_to_cause, side.run, side.reviewed) == (5.0, None, 1)
    assert side_of(store, "2026-11", read=lambda run: scored_run("v1", {})).minutes_to_cause == 5.0
    assert side_of(store, "v2", read=lambda run: scored_run("v1", {})).minutes_to_cause is None
