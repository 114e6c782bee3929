"""What golden examples say beyond the answer: tools to call, and the label of the very answer that people saw."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from golden_store import GOOD, add_item, new_store, open_test_week, vote
from run_cases import released

from review.basics.errors import InputError
from review.experiments.runs.cases import cases_of_file, cases_of_release
from review.experiments.runs.listing import run_figures
from review.experiments.runs.running import RunRequest, start_run
from review.experiments.runs.scored import scored_run
from review.experiments.runs.working import work
from review.experiments.values import ScoredRun, ToolCall
from review.experiments.versions.registry import Wanted, register
from review.golden.approve import approve
from review.golden.releases import release
from review.golden.writers.catalogue import export
from review.golden.written import import_examples, read_written
from review.settings.project import project_of
from storage.store import Store

TOOLS = [{"name": "look_up", "arguments": {"id": 7}}, "refund"]


def answered(store: Store, answers: list[dict[str, object]], version: str = "v1") -> ScoredRun:
    path = store.path.parent / "answers.jsonl"
    path.write_text("\n".join(json.dumps(a) for a in answers), encoding="utf-8")
    target = {"path": str(path), "digest": str(hash(path.read_text()))}
    wanted = RunRequest(version=version, release="r1", kind="file", target=target)
    run = start_run(store, wanted, by="eva", project=project_of(store.path))
    work(store, run.id, project=project_of(store.path), environment={})
    return scored_run(store, run.id)


def test_the_tools_of_an_example_are_scored_and_travel(tmp_path: Path) -> None:
    row = {"id": "c-1", "question": "Refund order 7", "expected_answer": "Done.", "expected_tools": TOOLS}
    store = released(tmp_path, [row, {"id": "c-2", "question": "Hello", "expected_answer": "Hi."}])
    case = next(c for c in cases_of_release(store, "r1").cases if c.expected_tools)
    assert case.expected_tools == (ToolCall("look_up", {"id": 7}), ToolCall("refund"))
    calls = [{"name": "look_up", "arguments": {"id": 8}}, {"name": "refund"}]
    found = answered(store, [{"id": "c-1", "answer": "Done.", "tool_calls": calls}, {"id": "c-2", "answer": "Hi."}])
    scored = {c.case.source: c for c in found.cases}
    assert scored["c-1"].scores["tools"] == 0.5 and scored["c-1"].detail["tools"]["called"] == 1.0
    assert "expects no tool" in scored["c-2"].unscored["tools"]
    export(store, "r1", to="jsonl", target=tmp_path / "r1-out.jsonl", by="eva")
    assert cases_of_file(tmp_path / "r1-out.jsonl") == cases_of_release(store, "r1")
    again = import_examples(store, read_written(tmp_path / "r1-out.jsonl"), by="eva")
    assert (again.added, again.corrected, again.unchanged) == (0, 0, 2)


def test_tools_may_be_names_and_other_cells_are_refused(tmp_path: Path) -> None:
    store = new_store(tmp_path)
    path = tmp_path / "w.csv"
    path.write_text("question,expected_answer,expected_tools\nRefund it,Done.,look_up|refund\n")
    made = import_examples(store, read_written(path), by="eva").examples[0]
    assert [t["name"] for t in made.content["expected_tools"]] == ["look_up", "refund"]
    path.write_text('question,expected_answer,expected_tools\nRefund it,Done.,"[{""nam"": 1}]"\n')
    with pytest.raises(InputError, match=r"column 'expected_tools'.*names separated by"):
        import_examples(store, read_written(path), by="eva")


def test_the_label_of_people_counts_for_the_answer_that_they_saw_and_for_no_other(tmp_path: Path) -> None:
    store = new_store(tmp_path)
    open_test_week(store)
    item = add_item(store, "a1")
    for rater in ("ana", "ben"):
        vote(store, item.id, rater, GOOD)
    example = approve(store, item.id, by="eva").example_id
    release(store, "r1", by="eva")
    for name in ("v1", "v2"):
        register(store, Wanted(id=name), by="eva")
    same = answered(store, [{"id": example, "answer": "Order a1 arrives on Friday."}])
    assert (same.cases[0].scores["people"], same.cases[0].combined) == (1.0, 1.0)
    other = answered(store, [{"id": example, "answer": "Order a1 arrives on Monday."}], "v2")
    assert "people" not in other.cases[0].scores and other.cases[0].combined is None
    figures = run_figures(store, other.run, project=project_of(store.path))
    assert figures.accuracy.combined.value is None and sum(figures.not_scored.values()) == 1
