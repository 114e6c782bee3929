"""The judge ``sql-execution``: its verdicts, what is no evidence, what people see, and its figures beside people."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from command_line import spotcheck
from sql_week import BY_COUNTRY, WEEK, said, settings, sql_week

from review.basics.errors import NothingToDo, Refused
from review.judges.runs.running import status_of
from review.judges.runs.sql_execution import NAME, execute_later, execute_week, execution_judge, waiting
from review.serving.nightly import execute_the_queries
from review.settings.project import Project
from review.sql.execution.runner import Runner
from review.sql.results.result import Result
from storage.queries.executions import evidence_of
from storage.records_judges import JudgeCall, JudgeRun
from storage.records_review import Adjudication, Verdict
from storage.store import Store


@pytest.fixture(scope="module")
def executed(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Store, Project]]:
    store, project = sql_week(tmp_path_factory.mktemp("executed"))
    status = execute_week(store, project, WEEK, by="lea")
    assert status.state == "finished"
    yield store, project


def verdicts(store: Store) -> dict[str, Verdict]:
    return {v.item_id: v for v in store.find(Verdict, judge=NAME)}


def test_execution_says_what_is_right_and_what_is_no_evidence(executed: tuple[Store, Project]) -> None:
    found = verdicts(executed[0])
    assert {name: v.value for name, v in found.items()} == {
        "right": "yes", "also": "yes", "wrong": "no", "writes": "no", "empty": None, "alone": None, "masked": None,
    }  # fmt: skip
    assert {found[name].error for name in ("empty", "alone", "masked")} == {"no_evidence"}
    assert found["wrong"].rationale.startswith("Execution: different rows.")
    assert found["writes"].raw.startswith("generated_failed")
    assert "no reference" in found["alone"].rationale and "masked" in found["masked"].rationale


def test_people_see_both_results_with_the_differing_cells(executed: tuple[Store, Project]) -> None:
    found = evidence_of(executed[0], ["wrong", "writes", "alone"])
    assert set(found) == {"wrong", "writes"}
    wrong = found["wrong"]
    assert wrong["answer"]["rows"] == [["DE", "30.0"], ["FR", "5.0"]] and wrong["answer"]["marks"] == [[0, 1]]
    assert wrong["reference"]["rows"] == [["DE", "50.0"], ["FR", "5.0"]] and wrong["reference"]["marks"] == [[0, 1]]
    assert (wrong["outcome"], wrong["reference_sql"]) == ("different", BY_COUNTRY)
    assert wrong["reference_from"] == "from the log"
    assert [f["message"][:25] for f in wrong["findings"]] == ["The figure '123,456' is n"]
    refused = found["writes"]
    assert refused["answer"]["error"] and [f["severity"] for f in refused["findings"]]


def test_nothing_is_executed_twice_and_a_new_reference_is(tmp_path: Path) -> None:
    store, project = sql_week(tmp_path)
    execute_week(store, project, WEEK, by="lea")
    with pytest.raises(NothingToDo, match="no query"):
        execute_week(store, project, WEEK, by="lea")
    assert waiting(store, project, WEEK, execution_judge(store, project, by="lea")) == []
    with store.transaction():
        store.add(
            Adjudication(id="a", item_id="wrong", rubric_version=1, labels={"semantic_accuracy": "yes"},
                         rationale="The reference was wrong.", adjudicator="eva", at="2026-11-21",
                         reference_sql=BY_COUNTRY.replace("sum(", "max("))
        )  # fmt: skip
    execute_week(store, project, WEEK, by="lea")
    assert verdicts(store)["wrong"].value == "yes"
    assert evidence_of(store, ["wrong"])["wrong"]["reference_from"] == "written by an adjudicator"
    # Six comparisons were kept, and the second run of the others found them again.
    assert len({c.key for c in store.find(JudgeCall)}) == 6


def test_a_database_that_does_not_answer_is_no_verdict_and_is_asked_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    store, project = sql_week(tmp_path)
    with monkeypatch.context() as patch:
        patch.setattr(Runner, "_run", lambda _, text: Result(ending="unavailable", error="HTTP 503"))
        execute_week(store, project, WEEK, by="lea")
    found = verdicts(store)
    assert {found[name].value for name in ("right", "also", "wrong", "empty")} == {None}
    assert "the database did not answer" in found["right"].rationale and "HTTP 503" in found["right"].rationale
    execute_week(store, project, WEEK, by="lea")
    assert (verdicts(store)["right"].value, verdicts(store)["wrong"].value) == ("yes", "no")


def test_settings_that_decide_what_runs_are_part_of_what_was_compared(tmp_path: Path) -> None:
    store, project = sql_week(tmp_path)
    judge = execution_judge(store, project, by="lea")
    execute_week(store, project, WEEK, by="lea")
    compared = {"right", "also", "wrong", "writes", "empty"}
    for change in ({"functions": frozenset({"random"})}, {"forbidden_tables": ("orders",)}, {"tables": frozenset()}):
        changed = replace(project, sql=replace(project.sql, policy=replace(project.sql.policy, **change)))
        assert set(waiting(store, changed, WEEK, judge)) == compared, change
    others = {"keys": {"orders": (("id",),)}, "limits": replace(project.sql.limits, rows=5)}
    for name, value in others.items():
        changed = replace(project, sql=replace(project.sql, **{name: value}))
        assert set(waiting(store, changed, WEEK, judge)) == compared, name
    assert waiting(store, project, WEEK, judge) == []
    forbidding = replace(
        project, sql=replace(project.sql, policy=replace(project.sql.policy, forbidden_tables=("orders",)))
    )
    (tmp_path / "spotcheck.toml").write_text(
        settings(tmp_path).replace("[rubric]", 'forbidden_tables = ["orders"]\n[rubric]'), encoding="utf-8"
    )
    execute_week(store, forbidding, WEEK, by="lea")
    # The reference reads the forbidden table as well, so nothing is known any more.
    assert (verdicts(store)["right"].value, verdicts(store)["right"].error) == (None, "no_evidence")


def test_its_precision_and_recall_stand_beside_people_by_command(tmp_path: Path) -> None:
    store, _ = sql_week(tmp_path)
    with store.transaction():
        labels = {"right": "yes", "also": "no", "wrong": "no"}
        store.add(*(said(item, value, rater=who) for who in ("ana", "ben") for item, value in labels.items()))
    done = json.loads(spotcheck(tmp_path, "sql", "judge", "--as", "lea", "--json").stdout)
    assert (done["week"], done["judge"], done["verdicts"]) == (WEEK, f"{NAME}@1", 4)
    found = spotcheck(tmp_path, "calibrate", "--judge", NAME, "--weeks", WEEK, "--as", "lea", "--json")
    calibrated = json.loads(found.stdout)["dimensions"]["semantic_accuracy"]
    assert calibrated["positive"] == "no" and calibrated["n"] == 3
    assert calibrated["confusion"]["no"] == {"no": 1, "partly": 0, "yes": 1}
    assert calibrated["classes"]["no"]["precision"]["value"] == 1.0
    assert calibrated["classes"]["no"]["recall"]["value"] == 0.5


def test_it_needs_an_engine_a_dimension_and_a_role(tmp_path: Path) -> None:
    store, project = sql_week(tmp_path)
    with pytest.raises(Refused):
        execute_week(store, project, WEEK, by="ana")
    with pytest.raises(NothingToDo, match=r"set engine in \[sql\]"):
        execute_week(store, replace(project, sql=replace(project.sql, engine="")), WEEK, by="lea")


def test_after_a_draw_it_runs_in_a_process_of_its_own(tmp_path: Path) -> None:
    store, project = sql_week(tmp_path)
    assert execute_later(store, project, WEEK, by="lea")
    (run,) = store.find(JudgeRun, judge=NAME)
    deadline = time.monotonic() + 60
    while status_of(store, run.id).state == "running" and time.monotonic() < deadline:
        time.sleep(0.1)
    assert status_of(store, run.id).state == "finished" and verdicts(store)["wrong"].value == "no"
    assert not execute_later(store, project, WEEK, by="lea")


def test_every_night_it_runs_over_the_open_weeks(tmp_path: Path) -> None:
    store, project = sql_week(tmp_path)
    assert execute_the_queries(store, project) == f"{WEEK}: 4 queries compared with their references"
    with pytest.raises(NothingToDo, match="compared with its reference already"):
        execute_the_queries(store, project)
