"""``spotcheck prompt``, ``run`` and ``runs``, with a store and without one."""

from __future__ import annotations

import json
import re
import sys
from pathlib import Path
from subprocess import CompletedProcess
from typing import Any

import pytest
from command_line import spotcheck
from run_cases import agent, examples, released

from review.experiments.runs.cases import cases_of_file
from review.experiments.runs.result_file import read_results
from review.experiments.runs.running import RunOptions, RunRequest
from review.experiments.runs.without_store import run_without_store
from review.experiments.values import ScoredRun
from review.people.people import add_person
from review.settings.project import project_of
from storage.records_experiments import PromptVersion


@pytest.fixture
def shop(tmp_path: Path) -> Path:
    store = released(tmp_path, examples(["how many", "what sum", "nothing here"]))
    add_person(store, "lou", role="lead", by="lea")
    command = json.dumps(agent(tmp_path))
    text = f'[scores]\nsemantic = ["normalised"]\n[targets.shop]\nkind = "exec"\ncommand = {command}\n'
    (tmp_path / "spotcheck.toml").write_text(text)
    store.close()
    return tmp_path


def done(answer: CompletedProcess[str], code: int = 0) -> dict[str, Any]:
    assert answer.returncode == code, answer.stderr
    return json.loads(answer.stdout) if answer.stdout.startswith("{") else {}


def test_versions_on_the_command_line(shop: Path) -> None:
    (shop / "p.md").write_text("Answer in one sentence.")
    words = ("register", "v3", "--parent", "v2", "--file", "p.md", "--model", "large", "--commit", "0f3a")
    made = done(spotcheck(shop, "prompt", *words, "--note", "shorter", "--as", "eva", "--json"))
    assert (made["status"], made["path"], made["commit"], made["parent"]) == ("pending", "p.md", "0f3a", "v2")
    assert spotcheck(shop, "prompt", "in-force").returncode == 1
    refused = spotcheck(shop, "prompt", "approve", "v3", "--as", "lou")
    assert refused.returncode == 1 and "give the reason" in refused.stderr
    done(spotcheck(shop, "prompt", "approve", "v3", "--reason", "the first", "--as", "lou"))
    assert spotcheck(shop, "prompt", "in-force").stdout == "v3\n"
    shown = done(spotcheck(shop, "prompt", "show", "v3", "--json"))
    assert [s["state"] for s in shown["states"]] == ["pending", "approved"] and shown["prompt"].startswith("Answer")
    differs = done(spotcheck(shop, "prompt", "diff", "v2", "v3", "--json"))
    assert differs["fields"]["model"] == ["small", "large"] and any(p["kind"] == "new" for p in differs["prompt"])
    listed = done(spotcheck(shop, "prompt", "list", "--json"))
    assert [v["id"] for v in listed["versions"]] == ["v1", "v2", "v3"] and listed["seen_not_registered"] == []
    done(spotcheck(shop, "prompt", "deprecate", "v3", "--as", "lea"))
    for words, said in ((("list",), "v3"), (("show", "v3"), "deprecated"), (("diff", "v1", "v3"), "{+sentence+}")):
        assert said in spotcheck(shop, "prompt", *words).stdout
    times = re.findall(r"\d{4}-\d\d-\d\d.\d\d:\d\d\S*", spotcheck(shop, "prompt", "show", "v3").stdout)
    assert len(times) == 3 and not [one for one in times if len(one) > 16 or "T" in one]
    wrong = spotcheck(shop, "prompt", "register", "v4", "--parameters", "[1]", "--as", "eva")
    assert wrong.returncode == 2 and "expected an object" in wrong.stderr


def test_a_run_on_the_command_line(shop: Path) -> None:
    words = ("run", "--release", "r1", "--prompt", "v1", "--target", "shop", "--as", "eva", "--attempts", "1")
    found = done(spotcheck(shop, *words, "--json"))
    assert (found["version"], found["release"], found["n"], found["missing"]) == ("v1", "r1", 3, {"ended": 1})
    assert found["combined"]["value"] == 1.0 and found["combined"]["n"] == 2 and found["cost"] == 1.0
    assert set(found["latency_ms"]) == {"p50", "p95"} and found["scores"]["normalised"]["n"] == 2
    shown = spotcheck(shop, "runs", "show", found["run"])
    assert "combined accuracy 100%" in shown.stdout.replace("100.0%", "100%")
    assert "no answer: 1, the process ended without an answer" in shown.stdout
    listed = done(spotcheck(shop, "runs", "list", "--json"))["runs"]
    assert [(r["state"], r["done"], r["missing"]) for r in listed] == [("finished", 3, {"ended": 1})]
    assert "finished" in spotcheck(shop, "runs", "list").stdout
    (shop / "spotcheck.toml").write_text('[scores]\nsemantic = ["exact", "contains"]\n')
    assert done(spotcheck(shop, "runs", "score", found["run"], "--as", "eva", "--json"))["scored"] == 2
    assert done(spotcheck(shop, "runs", "score", found["run"], "--as", "eva", "--json"))["scored"] == 0
    assert "contains" in done(spotcheck(shop, "runs", "show", found["run"], "--json"))["scores"]
    finished = spotcheck(shop, "runs", "resume", found["run"], "--as", "eva")
    assert finished.returncode == 1 and "has finished" in finished.stderr


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("--release", "r1"), "expected one target"),
        (("--release", "r1", "--exec", "x", "--http", "http://y"), "expected one target"),
        (("--release", "r1", "--target", "no"), "expected one of spotcheck.toml (shop)"),
        (("--release", "r9", "--target", "shop"), "release 'r9' is not in the store"),
        (("--target", "shop"), "expected one of --release and --release-file"),
        (("--release", "r1", "--exec", "no-such-program"), "there is no program"),
        (("--release", "r1", "--http", "http://example.org/x"), "not among the hosts"),
        (("--release", "r1", "--file", "nowhere.jsonl"), "the file cannot be read"),
        (("--release", "r1", "--target", "shop", "--set", "speed=1"), "speed"),
    ],
)
def test_what_cannot_be_run_is_said(shop: Path, words: tuple[str, ...], said: str) -> None:
    answer = spotcheck(shop, "run", "--prompt", "v1", "--as", "eva", *words)
    assert answer.returncode == 2 and said in answer.stderr


def test_a_run_without_a_store_writes_results_that_come_in_later(shop: Path, tmp_path_factory: Any) -> None:
    away = tmp_path_factory.mktemp("away")
    export = ("golden", "export", "r1", "--to", "jsonl", "--out", str(away / "release.jsonl"))
    done(spotcheck(shop, *export, "--as", "eva"))
    (away / "spotcheck.toml").write_text('[scores]\nsemantic = ["normalised"]\n')
    words = ("run", "--release-file", "release.jsonl", "--prompt", "v2", "--exec", agent(away), "--repeats", "2")
    found = done(spotcheck(away, *words, "--attempts", "1", "--out", "results.jsonl", "--json"))
    assert (found["n"], found["missing"], found["combined"]["value"]) == (3, {"ended": 2}, 1.0)
    assert not (away / "spotcheck.db").exists()
    results = read_results(away / "results.jsonl", cases_of_file(away / "release.jsonl").cases)
    assert [(c.repeat, c.cause) for c in results.cases if c.cause] == [(1, "ended"), (2, "ended")]
    other = spotcheck(away, *words, "--model", "large", "--out", "results.jsonl")
    assert other.returncode == 1 and "exists already" in other.stderr, "it replaces no file of another version"
    later = ("run", "--release", "r1", "--prompt", "v2", "--file", str(away / "results.jsonl"), "--repeats", "2")
    sent = done(spotcheck(shop, *later, "--as", "eva", "--json"))
    assert sent["combined"]["value"] == 1.0 and sent["missing"] == {"not_in_file": 2}


def test_a_run_without_a_store_sends_the_parameters_of_the_version(shop: Path, tmp_path: Path) -> None:
    done(spotcheck(shop, "golden", "export", "r1", "--to", "jsonl", "--out", "release.jsonl", "--as", "eva"))
    script = tmp_path / "tells.py"
    script.write_text(
        "import json, sys\nfor line in sys.stdin:\n    asked = json.loads(line)\n"
        "    told = json.dumps(asked['version']['parameters'])\n"
        "    print(json.dumps({'id': asked['id'], 'answer': told}), flush=True)\n"
    )
    words = ("run", "--release-file", "release.jsonl", "--prompt", "v2", "--exec", f"{sys.executable} {script}")
    done(spotcheck(tmp_path, *words, "--parameters", '{"temperature": 0.5}', "--out", "r.jsonl"))
    row = json.loads((tmp_path / "r.jsonl").read_text().splitlines()[1])
    assert json.loads(row["answer"]) == {"temperature": 0.5}
    wrong = spotcheck(tmp_path, *words, "--parameters", "[1]")
    assert wrong.returncode == 2 and "expected an object" in wrong.stderr
    known = spotcheck(tmp_path, "run", "--release", "r1", *words[3:], "--parameters", '{"temperature": 0.5}')
    assert known.returncode == 2 and "the store knows those" in known.stderr


def test_a_run_without_a_store_asks_only_what_its_file_lacks(
    shop: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    done(spotcheck(shop, "golden", "export", "r1", "--to", "jsonl", "--out", "release.jsonl", "--as", "eva"))
    monkeypatch.setenv("ASKED", str(tmp_path / "asked"))
    log, results, part = tmp_path / "asked", tmp_path / "r.jsonl", tmp_path / "r.jsonl.part"
    words = ("run", "--release-file", "release.jsonl", "--prompt", "v2", "--exec", agent(tmp_path), "--attempts", "1")

    def asked(*more: str) -> int:
        log.write_text("")
        done(spotcheck(tmp_path, *words, "--out", "r.jsonl", *more))
        assert not part.exists()
        return len(log.read_text().split())

    assert asked() == 3
    assert asked() == 1, "the answer that is missing"
    assert asked("--repeats", "2") == 4, "three second ones, and the one that is missing"
    assert len(results.read_text().splitlines()) == 7
    assert asked("--fresh", "--force") == 3
    assert asked("--model", "large", "--force") == 3, "another version"


def test_a_killed_run_without_a_store_loses_no_answer(shop: Path, tmp_path: Path) -> None:
    done(spotcheck(shop, "golden", "export", "r1", "--to", "jsonl", "--out", "release.jsonl", "--as", "eva"))
    release = cases_of_file(tmp_path / "release.jsonl")
    project, target = project_of(tmp_path / "spotcheck.db"), {"command": agent(tmp_path)}
    options = RunOptions(attempts=1, concurrency=1)
    wanted = RunRequest(version="v2", release="", kind="exec", target=target, options=options)
    version = PromptVersion(id="v2", prompt_hash="", at="2026-11-30", by="")
    out, log = tmp_path / "r.jsonl", tmp_path / "asked"

    def killed(answers: int, total: int) -> None:
        if answers == 1:
            raise KeyboardInterrupt

    def run(progress: Any) -> ScoredRun:
        log.write_text("")
        environment = {"ASKED": str(log)}
        return run_without_store(
            release, version, wanted, project=project, environment=environment, out=out, progress=progress
        )[0]

    with pytest.raises(KeyboardInterrupt):
        run(killed)
    part = tmp_path / "r.jsonl.part"
    before = part.read_bytes().splitlines()
    part.write_bytes(part.read_bytes() + b'\n{"key": "ha')
    assert len(before) >= 2, "a line break and at least one answer"
    ran = run(lambda done, total: None)
    assert sum(one.answer is not None for one in ran.cases) == 2
    assert len(log.read_text().split()) < 3


def test_results_of_pytest_come_in_as_a_run(shop: Path) -> None:
    (shop / "spotcheck.toml").write_text('[scores]\nsemantic = ["reported"]\n')
    tests = '<testcase name="test_case[c-0]"/><testcase name="test_case[c-1]"><failure message="no"/></testcase>'
    (shop / "junit.xml").write_text(f"<testsuites><testsuite>{tests}</testsuite></testsuites>")
    words = ("run", "--release", "r1", "--prompt", "v2", "--file", "junit.xml", "--as", "eva", "--json")
    found = done(spotcheck(shop, *words))
    assert (found["combined"]["value"], found["missing"]) == (0.5, {"not_in_file": 1})
