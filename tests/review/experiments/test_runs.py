"""Runs of a version over a release: whole, resumed, paused, taken over, limited, and scored."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
from pathlib import Path
from typing import Any

import pytest
from quick_stores import damage
from run_cases import agent, examples, released

from review.basics.errors import InputError, NothingToDo, Refused
from review.experiments.runs.cases import cases_of_file, cases_of_release
from review.experiments.runs.listing import accuracy_by_release, list_runs, run_figures, status_of
from review.experiments.runs.result_file import read_results, write_results
from review.experiments.runs.running import RunOptions, RunRequest, ask_pause, ask_resume, start_run
from review.experiments.runs.scored import NOT_ASKED, latest_run, scored_run, scored_runs
from review.experiments.runs.working import work
from review.golden.writers.catalogue import export
from review.settings.project import Project, project_of
from storage.queries.experiments import answers_to
from storage.records_experiments import ExperimentAnswer, ExperimentRun
from storage.store import Store

ROOT = Path(__file__).resolve().parents[3]


def request(command: str, *, version: str = "v1", **options: Any) -> RunRequest:
    made = RunOptions(**{"concurrency": 4, "timeout": 30.0, **options})
    return RunRequest(version=version, release="r1", kind="exec", target={"command": command}, options=made)


def project(store: Store) -> Project:
    return project_of(store.path)


def run(store: Store, wanted: RunRequest, **more: Any) -> ExperimentRun:
    made = start_run(store, wanted, by="eva", project=project(store))
    work(store, made.id, project=project(store), environment=dict(os.environ), **more)
    return made


@pytest.fixture
def store(tmp_path: Path) -> Store:
    return released(tmp_path, examples(["how many", "what sum", "which one"]))


def write_toml(store: Store, text: str) -> None:
    (store.path.parent / "spotcheck.toml").write_text(text)


def test_a_run_asks_every_case_once_and_scores_it(store: Store, tmp_path: Path) -> None:
    write_toml(store, '[scores]\nsemantic = ["normalised"]\n')
    told: list[tuple[int, int]] = []
    made = run(store, request(agent(tmp_path)), progress=lambda done, total: told.append((done, total)))
    assert told[0] == (0, 3) and told[-1] == (3, 3)
    figures = run_figures(store, made.id, project=project(store))
    assert (figures.n, figures.missing, figures.cost, figures.tokens) == (3, {}, 1.5, 36)
    assert figures.accuracy.combined.value == 1.0 and figures.scores["exact"].value == 1.0
    assert figures.latency_ms["p95"] is not None
    assert list(accuracy_by_release(store, "v1", project=project(store))) == ["r1"]
    found = latest_run(store, version="v1", release="r1")
    assert found is not None and found.run == made.id
    assert {c.case.must_pass for c in found.cases} == {True, False}
    assert latest_run(store, version="v2", release="r1") is None


def test_what_only_a_person_can_tell_is_not_scored_and_never_zero(store: Store, tmp_path: Path) -> None:
    made = run(store, request(agent(tmp_path)))
    figures = run_figures(store, made.id, project=project(store))
    assert figures.accuracy.combined.value is None
    assert figures.not_scored == {"only a person or a judge can tell whether the answer is right": 3}
    assert figures.scores["behaviour"].value == 1.0


def test_every_missing_answer_has_its_cause(tmp_path: Path) -> None:
    store = released(tmp_path, examples(["how many", "nothing comes", "error here", "text only", "how few"]))
    made = run(store, request(agent(tmp_path), attempts=2))
    figures = run_figures(store, made.id, project=project(store))
    assert figures.missing == {"ended": 1, "error": 1, "not_json": 1}
    rows = {r.cause: r for r in store.find(ExperimentAnswer, run_id=made.id)}
    assert rows["ended"].attempts == 2 and "exit code 3" in rows["ended"].answer["said"]
    assert rows["error"].answer["said"] == "no table"


def test_a_second_run_of_the_same_asks_nothing_and_takes_over_answers_and_scores(store: Store, tmp_path: Path) -> None:
    log = tmp_path / "asked"
    command = f"env ASKED={log} {agent(tmp_path)}"
    run(store, request(command))
    again = run(store, request(command))
    assert len(log.read_text().splitlines()) == 3
    assert status_of(store, again.id).cached == 3
    assert scored_run(store, again.id).cases[0].scores["exact"] == 1.0
    one, other = scored_runs(store, [again.id, run(store, request(command, fresh=True)).id])
    assert one.cases[0].case is other.cases[0].case, "a release is read once for all of its runs"
    keys = [row.key for row in store.find(ExperimentAnswer, run_id=again.id)]
    assert {row.run_id for row in answers_to(store, keys).values()} == {other.run}, "the latest answer to a question"
    run(store, request(command, version="v2"))
    assert len(log.read_text().splitlines()) == 9
    repeated = run(store, request(command, repeats=3))
    assert (status_of(store, repeated.id).done, status_of(store, repeated.id).cached) == (9, 3)
    assert [c.repeat for c in scored_run(store, repeated.id).cases if c.case.question == "how many"] == [1, 2, 3]


@pytest.mark.durable
def test_a_run_that_was_killed_goes_on_where_it_stopped(tmp_path: Path) -> None:
    store = released(tmp_path, examples([f"how many {k}" for k in range(12)] + ["never ends"]))
    log = tmp_path / "asked"
    made = start_run(
        store, request(f"env ASKED={log} {agent(tmp_path)}", concurrency=1), by="eva", project=project(store)
    )
    words = ("runs", "resume", made.id, "--store", str(store.path), "--as", "eva", "--worker")
    worker = subprocess.Popen(
        [sys.executable, "-m", "review.commands.cli", *words],
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )
    order = [case.question for case in cases_of_release(store, "r1").cases]
    before = order.index("never ends")
    waited = threading.Event()
    for _ in range(600):
        if status_of(store, made.id).done == before and log.exists() and len(log.read_text().split()) > before:
            break
        waited.wait(0.05)
    assert status_of(store, made.id).state == "running"
    os.kill(worker.pid, signal.SIGKILL)
    worker.wait()
    os.kill(int((tmp_path / "asked.pid").read_text()), signal.SIGKILL)
    assert (status_of(store, made.id).state, status_of(store, made.id).done) == ("interrupted", before)
    assert sum(c.cause == NOT_ASKED for c in scored_run(store, made.id).cases) == 13 - before
    (tmp_path / "agent.py").write_text((tmp_path / "agent.py").read_text().replace('word == "never"', "False"))
    ask_resume(store, made.id, by="eva")
    work(store, made.id, project=project(store), environment={})
    assert status_of(store, made.id).state == "finished"
    asked = log.read_text().splitlines()
    assert len(set(asked)) == 13 and len(asked) == 14  # the one that never ended was asked again
    with pytest.raises(NothingToDo, match="has finished"):
        ask_resume(store, made.id, by="eva")


def test_a_run_pauses_and_goes_on(tmp_path: Path) -> None:
    store = released(tmp_path, examples([f"how many {k}" for k in range(4)]))
    gate, entered = threading.Event(), threading.Event()
    (tmp_path / "hold").mkdir()
    script = tmp_path / "held.py"
    script.write_text(
        "import json, os, sys, time\n"
        "for line in sys.stdin:\n"
        "    asked = json.loads(line)\n"
        f"    open(os.path.join({str(tmp_path / 'hold')!r}, asked['id']), 'w').close()\n"
        f"    while not os.path.exists({str(tmp_path / 'go')!r}): time.sleep(0.01)\n"
        "    print(json.dumps({'id': json.loads(line)['id'], 'answer': '42'}))\n"
    )
    made = start_run(store, request(f"{sys.executable} {script}", concurrency=1), by="eva", project=project(store))

    def sit() -> None:
        work(store, made.id, project=project(store), environment={})
        gate.set()

    threading.Thread(target=sit, daemon=True).start()
    for _ in range(400):
        if list((tmp_path / "hold").iterdir()):
            entered.set()
            break
        gate.wait(0.02)
    assert entered.is_set()
    ask_pause(store, made.id, by="eva")
    gate.wait(1.2)  # the recorder looks twice a second; the case that is being asked still ends
    (tmp_path / "go").touch()
    assert gate.wait(20)
    assert (status_of(store, made.id).state, status_of(store, made.id).done) == ("paused", 1)
    with pytest.raises(Refused, match="only a run in progress can be paused"):
        ask_pause(store, made.id, by="eva")
    ask_resume(store, made.id, by="eva")
    work(store, made.id, project=project(store), environment={})
    assert (status_of(store, made.id).state, status_of(store, made.id).done) == ("finished", 4)


def test_a_limit_on_cost_stops_a_run_and_a_higher_one_goes_on(tmp_path: Path) -> None:
    store = released(tmp_path, examples([f"how many {k}" for k in range(10)]))
    made = run(store, request(agent(tmp_path), concurrency=1, max_cost=1.4))
    status = status_of(store, made.id)
    assert (status.state, status.done) == ("interrupted", 3)
    assert status.said == "The answers have cost 1.5; the limit is 1.4."
    ask_resume(store, made.id, by="eva", max_cost=99.0)
    work(store, made.id, project=project(store), environment={})
    assert status_of(store, made.id).state == "finished"
    tokens = run(store, request(agent(tmp_path), version="v2", concurrency=1, max_tokens=24))
    assert status_of(store, tokens.id).done == 2


def test_what_an_answer_that_failed_cost_counts_too(store: Store, tmp_path: Path) -> None:
    script = tmp_path / "fails.py"
    script.write_text(
        "import json, sys\nfor line in sys.stdin:\n"
        "    print(json.dumps({'id': json.loads(line)['id'], 'error': 'no table', 'cost': 1.0}))\n"
    )
    made = run(store, request(f"{sys.executable} {script}", concurrency=1, max_cost=1.5))
    status = status_of(store, made.id)
    assert (status.state, status.done, status.missing) == ("interrupted", 2, {"error": 2})
    ask_resume(store, made.id, by="eva")
    work(store, made.id, project=project(store), environment={})
    assert status_of(store, made.id).done == 2, "what was spent before counts"


def test_a_limit_that_cannot_be_kept_stops_the_run_at_once(store: Store, tmp_path: Path) -> None:
    script = tmp_path / "free.py"
    script.write_text(
        "import json, sys\nfor line in sys.stdin:\n"
        "    print(json.dumps({'id': json.loads(line)['id'], 'answer': '42'}))\n"
    )
    made = run(store, request(f"{sys.executable} {script}", concurrency=1, max_cost=5.0))
    status = status_of(store, made.id)
    assert (status.state, status.done) == ("interrupted", 1)
    assert "does not say what an answer costs" in status.said


def test_a_release_that_was_changed_from_outside_is_refused(store: Store, tmp_path: Path) -> None:
    made = start_run(store, request(agent(tmp_path)), by="eva", project=project(store))
    damage(store, "UPDATE release_examples SET content = replace(content, 'how many', 'how few')")
    with pytest.raises(Refused, match="A release cannot change"):
        work(store, made.id, project=project(store), environment={})
    assert status_of(store, made.id).state == "failed"
    with pytest.raises(Refused, match="A release cannot change"):
        start_run(store, request(agent(tmp_path)), by="eva", project=project(store))


def test_who_may_run_what(store: Store, tmp_path: Path) -> None:
    command = agent(tmp_path)
    with pytest.raises(Refused, match="needs the role adjudicator"):
        start_run(store, request(command), by="ana", project=project(store))
    with pytest.raises(InputError, match="concurrency: found 0"):
        start_run(store, request(command, concurrency=0), by="eva", project=project(store))
    for none in (0, float("nan")):
        with pytest.raises(InputError, match=f"max_cost: found {none}"):
            start_run(store, request(command, max_cost=none), by="eva", project=project(store))
    start_run(store, request(command), by="eva", project=project(store), background=True)
    with pytest.raises(Refused, match="is in progress"):
        start_run(store, request(command), by="eva", project=project(store))
    assert len(list_runs(store, version="v1")) == 1


def test_only_masked_text_leaves(tmp_path: Path) -> None:
    store = released(tmp_path, [{"id": "c-1", "question": "Call 4711-4711 now", "expected_answer": "42"}])
    write_toml(store, "[privacy.patterns]\nCUSTOMER = '4711-4711'\n")  # a pattern that came after the release
    script = tmp_path / "echo.py"
    script.write_text(
        "import json, sys\nfor line in sys.stdin:\n"
        "    asked = json.loads(line)\n    print(json.dumps({'id': asked['id'], 'answer': asked['question']}))\n"
    )
    made = run(store, request(f"{sys.executable} {script}"))
    answer = scored_run(store, made.id).cases[0].answer
    assert answer is not None and answer.answer == "Call [CUSTOMER_1] now"


def test_a_case_whose_question_stands_in_the_prompt_decides_nothing(tmp_path: Path) -> None:
    from review.experiments.versions.registry import Wanted, register

    asked = "how many orders came in during May"
    store = released(tmp_path, examples([asked]))
    write_toml(store, '[scores]\nsemantic = ["exact"]\n')
    register(store, Wanted(id="v3", prompt=f"Example: {asked}? 42."), by="eva")
    made = run(store, request(agent(tmp_path), version="v3"))
    assert run_figures(store, made.id, project=project(store)).not_scored == {
        "the question stands in the prompt of the version": 1
    }


def test_results_and_releases_travel_as_files(store: Store, tmp_path: Path) -> None:
    made = run(store, request(agent(tmp_path)))
    scored = scored_run(store, made.id)
    target = tmp_path / "release.jsonl"
    export(store, "r1", to="jsonl", target=target, by="eva")
    from_file, from_store = cases_of_file(target), cases_of_release(store, "r1")
    assert (from_file.name, from_file.digest) == (from_store.name, from_store.digest)
    assert from_file.cases == from_store.cases
    path = tmp_path / "results.jsonl"
    write_results(path, scored)
    assert read_results(path, from_file.cases) == scored
    for edit, message in (("how many", "were|match the hash"), ('"question":', "line 1")):
        target.write_text(target.read_text().replace(edit, edit[:-3]))
        with pytest.raises(InputError, match=message):
            cases_of_file(target)
    path.write_text(path.read_text() + path.read_text().splitlines()[1] + "\n")
    with pytest.raises(InputError, match=r"line 5, column 'id'.*each case once"):
        read_results(path, from_file.cases)
