"""A pull request on a machine without a store: the commands of both workflow files really run."""

from __future__ import annotations

import json
import os
import re
import shlex
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml
from click.testing import CliRunner, Result
from scored_runs import Score, passing, scored_run
from test_gate_files_cli import EXAMPLE

from review.basics.errors import InputError
from review.commands.cli import spotcheck
from review.experiments.gating.repeats import plan_of_itself
from review.experiments.gating.workflows import WORKFLOWS

AGENT = """
import json, sys
for line in sys.stdin:
    asked = json.loads(line)
    number = int(asked["question"].split()[-1].rstrip("?"))
    prompt = asked["version"]["prompt"]
    slipped = "dates" in prompt and number % 4 == 0 or "orders" in prompt and number in (1, 2, 3)
    answer = "It is late." if slipped else "It left."
    print(json.dumps({"id": asked["id"], "answer": answer, "cost": 0.001}), flush=True)
"""


@pytest.fixture(scope="module")
def repository(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A repository with an agent, its prompt, a golden release and the results of the version in force."""
    folder = tmp_path_factory.mktemp("repository")
    (folder / "eval" / "approved").mkdir(parents=True)
    (folder / "prompts").mkdir()
    rows = [
        {**EXAMPLE, "example_id": name, "question": f"Where is parcel {k}?", "scenario": f"s{k % 4}"}
        for k, name in enumerate(passing(200))
    ]
    (folder / "eval" / "release.jsonl").write_text("\n".join(map(json.dumps, rows)), encoding="utf-8")
    (folder / "agent.py").write_text(AGENT, encoding="utf-8")
    (folder / "prompts" / "agent.txt").write_text("Answer about parcels.", encoding="utf-8")
    (folder / "spotcheck.toml").write_text('[scores]\nrun = ["exact"]\nsemantic = ["exact"]\n', encoding="utf-8")
    bin_ = folder / "bin"
    bin_.mkdir()
    (bin_ / "spotcheck").write_text(f'#!/bin/sh\nexec {sys.executable} -m review.commands.cli "$@"\n', encoding="utf-8")
    (bin_ / "spotcheck").chmod(0o755)
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(folder)
        asked = commands("gitlab")[0].replace("--prompt candidate", "--prompt v3")
        done = here(patch, f"{asked.replace('candidate.jsonl', 'eval/approved/in-force.jsonl')} --repeats 5")
    assert done.exit_code == 0, done.output
    return folder


def commands(service: str) -> list[str]:
    """The spotcheck commands of a workflow file, in order."""
    document = yaml.safe_load(WORKFLOWS[service][1])
    steps = document["gate"]["script"] if service == "gitlab" else document["jobs"]["gate"]["steps"]
    found = [step if isinstance(step, str) else step.get("run", "") for step in steps]
    return [command for command in found if command.startswith("spotcheck ")]


def variables(service: str) -> dict[str, str]:
    names = "RELEASE|APPROVED|BASELINE|PROMPT|AGENT|MOST"
    return dict(re.findall(rf"^ +({names}): (.+)$", WORKFLOWS[service][1], re.MULTILINE))


def rows(file: Path) -> list[dict[str, Any]]:
    """The lines of a results file after the first."""
    return [json.loads(line) for line in file.read_text(encoding="utf-8").splitlines()[1:]]


def shell(folder: Path, command: str) -> subprocess.CompletedProcess[str]:
    environment = {
        **os.environ,
        **variables("github"),
        "AGENT": f"{sys.executable} agent.py",
        "PATH": f"{folder / 'bin'}:{os.environ['PATH']}",
        "PYTHONPATH": str(Path(__file__).parents[2]),
    }
    return subprocess.run(["bash", "-ec", command], cwd=folder, env=environment, capture_output=True, text=True)


def here(patch: pytest.MonkeyPatch, command: str) -> Result:
    """Run a command of a workflow in this process and folder, which is much faster than in one of its own."""
    for name, value in {**variables("github"), "AGENT": f"{sys.executable} agent.py"}.items():
        patch.setenv(name, value)
    words = [os.path.expandvars(word) for word in shlex.split(command)]
    return CliRunner().invoke(spotcheck, words[1:])


def test_both_services_run_the_same_commands() -> None:
    assert commands("github") == commands("gitlab") and len(commands("github")) == 6
    assert variables("github") == variables("gitlab") and len(variables("github")) == 6


def test_a_slip_stops_the_pull_request(repository: Path) -> None:
    (repository / "prompts" / "agent.txt").write_text("Write dates in full.", encoding="utf-8")
    ask, *_, gate = commands("gitlab")
    done = shell(repository, ask)
    assert done.returncode == 0, done.stderr
    done = shell(repository, gate)
    assert done.returncode == 1, done.stderr
    note = (repository / "gate.md").read_text(encoding="utf-8")
    assert "FAIL" in note and "scenario s0" in note
    assert (repository / "gate.xml").read_text(encoding="utf-8").startswith("<?xml")
    assert not list(repository.glob("*.db*")), "no store was made"


def test_a_harmless_pull_request_passes(repository: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(repository)
    (repository / "prompts" / "agent.txt").write_text("Answer about parcels, briefly.", encoding="utf-8")
    for command in commands("github"):
        done = here(monkeypatch, command)
        assert done.exit_code == 0, done.output
    assert "PASS" in (repository / "gate.md").read_text(encoding="utf-8")
    assert len(rows(repository / "candidate.jsonl")) == 200, "a gate that has decided asks nothing again"


def test_an_undecided_pull_request_asks_again_up_to_its_bill(repository: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(repository)
    (repository / "prompts" / "agent.txt").write_text("Answer about orders.", encoding="utf-8")
    ask, plan, again, _, _, gate = commands("github")
    assert here(monkeypatch, ask).exit_code == 0
    few = here(monkeypatch, plan.replace('"$MOST"', "100"))
    assert "The bill is too small: the least that decides is 200 answers (about 0.20)" in " ".join(few.output.split())
    assert here(monkeypatch, again).exit_code == 0 and len(rows(repository / "candidate.jsonl")) == 200
    told = here(monkeypatch, plan)
    assert "400 answers (about 0.40)" in " ".join(told.output.split()), told.output
    assert here(monkeypatch, again).exit_code == 0 and len(rows(repository / "candidate.jsonl")) == 600
    done = here(monkeypatch, gate)
    text = (repository / "gate.md").read_text(encoding="utf-8")
    assert done.exit_code == 3 and "INCONCLUSIVE" in text
    assert "more results of one version" not in text, "the plan asked for them"


def test_small_drops_cannot_add_up_without_a_store(repository: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(repository)
    (repository / "eval" / "worse").mkdir()
    (repository / "prompts" / "agent.txt").write_text("Write dates in full.", encoding="utf-8")
    ask, *_, gate = commands("github")
    worse = ask.replace("--prompt candidate", "--prompt v4").replace("candidate.jsonl", "eval/worse/v4.jsonl")
    assert here(monkeypatch, worse).exit_code == here(monkeypatch, ask).exit_code == 0
    gate = gate.replace("$BASELINE", "eval/worse/v4.jsonl")
    told = json.loads(here(monkeypatch, f"{gate} --json").stdout)
    assert told["decision"] == "fail" and told["drift"]["version"] == "v3" and told["drop"]["value"] == 0
    assert any("the best of the other approved versions" in reason for reason in told["reasons"])
    alone = json.loads(here(monkeypatch, f"{gate.replace('$APPROVED', 'eval/worse')} --json").stdout)
    assert alone["decision"] == "pass" and alone["drift"] is None, "the baseline itself is no other version"
    empty = here(monkeypatch, gate.replace("$APPROVED", "prompts"))
    assert isinstance(empty.exception, InputError) and "prompts: found no results" in str(empty.exception)


def test_the_version_in_force_is_repeated_once_for_all_candidates(
    repository: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(repository)
    words = 'spotcheck gate --self --release-file "$RELEASE" --baseline-file "$BASELINE" --plan plan.json --json'
    plan = json.loads(here(monkeypatch, words).stdout)
    assert plan["step"] == "done" and plan == json.loads((repository / "plan.json").read_text(encoding="utf-8"))
    results: dict[str, Score] = {**passing(8), "c0": [1.0, 0.0]}
    wanted = plan_of_itself(scored_run("v3", results))
    assert (wanted.step, wanted.calls) == ("repeat", 33 + 7 * 4)
    assert wanted.to_json()["versions"] == {"v3": {"c0": 35, **{f"c{k}": 5 for k in range(1, 8)}}}
    assert "They serve every candidate" in wanted.sentence


@pytest.mark.parametrize("service", WORKFLOWS)
def test_a_workflow_file_is_printed_and_written(service: str, tmp_path: Path) -> None:
    place, text = WORKFLOWS[service]
    done = CliRunner().invoke(spotcheck, ["gate", "workflow", service])
    assert done.exit_code == 0 and text in done.output and place in done.output
    done = CliRunner().invoke(spotcheck, ["gate", "workflow", service, "--out", str(tmp_path / "w.yml"), "--json"])
    assert done.exit_code == 0 and (tmp_path / "w.yml").read_text(encoding="utf-8") == text


def test_a_plan_of_the_gate_is_asked_as_it_says(repository: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(repository)
    plan = {"versions": {"candidate": {f"c{k}": 3 if k < 2 else 1 for k in range(200)}}}
    (repository / "plan.json").write_text(json.dumps(plan), encoding="utf-8")
    done = here(monkeypatch, f"{commands('github')[0]} --plan plan.json")
    assert done.exit_code == 0, done.output
    found = rows(repository / "candidate.jsonl")
    assert len(found) == 204 and [row["repeat"] for row in found if row["id"] == "c1"] == [1, 2, 3]
    (repository / "plan.json").write_text('{"versions": {"v9": {}}}', encoding="utf-8")
    done = here(monkeypatch, f"{commands('github')[0]} --plan plan.json")
    assert isinstance(done.exception, InputError) and "found a plan for v9, expected one for candidate" in str(
        done.exception
    )
