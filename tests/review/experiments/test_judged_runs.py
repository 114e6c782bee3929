"""Judges as scorers of a run: really asked, corrected by their calibration, and gone."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest
from openai_server import OpenAIServer
from run_cases import examples, released

from review.basics.errors import InputError
from review.experiments.runs.cases import cases_of_release
from review.experiments.runs.judged import calibration_of, flagged_cases, judged_figures
from review.experiments.runs.listing import run_figures, status_of
from review.experiments.runs.running import RunRequest, start_run
from review.experiments.runs.scored import scored_run
from review.experiments.runs.scoring import score_run
from review.experiments.runs.working import work
from review.judges.versions import add_judge
from review.settings.project import project_of
from storage.queries.weeks import weeks_in_use
from storage.records_experiments import ExperimentRun
from storage.records_judges import Judge
from storage.records_review import Verdict
from storage.store import Store


def run_with(store: Store, answers: list[str]) -> ExperimentRun:
    path = store.path.parent / "answers.jsonl"
    path.write_text("\n".join(json.dumps({"id": f"c-{k}", "answer": a}) for k, a in enumerate(answers)))
    wanted = RunRequest(version="v1", release="r1", kind="file", target={"path": str(path)})
    run = start_run(store, wanted, by="eva", project=project_of(store.path))
    work(store, run.id, project=project_of(store.path), environment=dict(os.environ))
    return run


def test_a_judge_scores_a_run_once_and_says_that_it_is_not_calibrated(tmp_path: Path) -> None:
    store = released(tmp_path, examples(["how many", "what sum", "which one"]))
    with OpenAIServer(lambda text: {"politeness": "rude" if "go away" in text else "friendly"}) as server:
        settings = f'[judges]\nhosts = ["{server.place}"]\n[scores]\nrun = ["judge:tone"]\n'
        (tmp_path / "spotcheck.toml").write_text(settings)
        spec = {"endpoint": server.url, "model": "small"}
        add_judge(store, "tone", kind="llm", dimensions=["politeness"], spec=spec, by="eva")
        run = run_with(store, ["Gladly, 42.", "go away", "42, with pleasure"])
        asked = len(server.seen)
        project = project_of(store.path)
        scored = {c.case.source: c for c in scored_run(store, run.id).cases}
        assert {name: c.scores["judge:tone"] for name, c in scored.items()} == {"c-0": 1.0, "c-1": 0.0, "c-2": 1.0}
        assert scored["c-1"].detail["judge:tone"]["value"] == "rude"
        figures = run_figures(store, run.id, project=project)
        judged = figures.judges["judge:tone"]
        assert judged.raw.value == pytest.approx(2 / 3) and judged.corrected.value is None
        assert judged.said == "Not calibrated: read it as a guess."
        assert figures.accuracy.combined.value is None, "a judge's score decides nothing by itself"
        release = cases_of_release(store, "r1")
        assert score_run(store, run, release, project=project, environment={}) == 0
        assert len(server.seen) == asked, "the same answers are not judged twice"


def test_a_judge_that_is_not_there_fails_the_run_with_its_name(tmp_path: Path) -> None:
    store = released(tmp_path, examples(["how many"]))
    (tmp_path / "spotcheck.toml").write_text('[scores]\nrun = ["judge:gone"]\n')
    with pytest.raises(InputError, match="judge 'gone'"):
        run_with(store, ["42"])
    run = store.find(ExperimentRun)[0]
    assert status_of(store, run.id).state == "failed" and "gone" in status_of(store, run.id).said
    figures = judged_figures(store, ["judge:gone"], scored_run(store, run.id).cases)
    assert figures["judge:gone"].said == "This judge is not in the store any more."


def test_the_calibration_of_a_judge_comes_from_conversations_that_people_labelled(demo: Store) -> None:
    assert weeks_in_use(demo)
    verdict = demo.find(Verdict, dimension="correctness")[0]
    name = f"{verdict.judge}@{verdict.version}"
    found = calibration_of(demo, name, "correctness", "wrong")
    assert found is not None and 0 < found.positives < found.negatives
    assert 0 < found.rejections <= found.negatives and 0 <= found.hits <= found.positives
    assert calibration_of(demo, name, "correctness", "no such value") is None
    assert calibration_of(demo, "nobody@1", "correctness", "wrong") is None
    assert all(j.kind for j in demo.find(Judge))


def test_repeats_of_a_case_are_no_further_cases() -> None:
    once = [["rude"], ["friendly"], ["friendly"]]
    assert flagged_cases(once, "rude") == 1
    assert flagged_cases([some * 5 for some in once], "rude") == 1
    assert flagged_cases([["rude", "friendly"], ["friendly"]], "rude") == 0.5
