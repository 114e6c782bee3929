"""A pull request on a machine without a store: the commands of both workflow files really run."""

from __future__ import annotations

import json
import os
import re
import shlex
import subprocess
import sys
from pathlib import Path

import pytest
import yaml
from click.testing import CliRunner, Result
from scored_runs import passing
from test_gate_files_cli import EXAMPLE

from review.basics.errors import InputError
from review.commands.cli import spotcheck
from review.experiments.gating.workflows import WORKFLOWS

AGENT = """
import json, sys
for line in sys.stdin:
    asked = json.loads(line)
    number = int(asked["question"].split()[-1].rstrip("?"))
    slipped = "dates" in asked["version"]["prompt"] and number % 4 == 0
    answer = "It is late." if slipped else "It left."
    print(json.dumps({"id": asked["id"], "answer": answer, "cost": 0.001}), flush=True)
"""


@pytest.fixture(scope="module")
def repository(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A repository with an agent, its prompt, a golden release and the results of the version in force."""
    folder = tmp_path_factory.mktemp("repository")
    (folder / "eval").mkdir()
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
        done = here(patch, commands("gitlab")[0].replace("candidate", "in-force"))
    assert done.exit_code == 0, done.output
    (folder / "in-force.jsonl").rename(folder / "eval" / "baseline.jsonl")
    return folder


def commands(service: str) -> list[str]:
    """The spotcheck commands of a workflow file, in order."""
    document = yaml.safe_load(WORKFLOWS[service][1])
    steps = document["gate"]["script"] if service == "gitlab" else document["jobs"]["gate"]["steps"]
    found = [step if isinstance(step, str) else step.get("run", "") for step in steps]
    return [command for command in found if command.startswith("spotcheck ")]


def variables(service: str) -> dict[str, str]:
    return dict(re.findall(r"^ +(RELEASE|BASELINE|PROMPT|AGENT): (.+)$", WORKFLOWS[service][1], re.MULTILINE))


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
    assert commands("github") == commands("gitlab") and len(commands("github")) == 2
    assert variables("github") == variables("gitlab")


def test_a_slip_stops_the_pull_request(repository: Path) -> None:
    (repository / "prompts" / "agent.txt").write_text("Write dates in full.", encoding="utf-8")
    ask, gate = commands("gitlab")
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
    rows = [json.loads(line) for line in (repository / "candidate.jsonl").read_text(encoding="utf-8").splitlines()[1:]]
    assert len(rows) == 204 and [row["repeat"] for row in rows if row["id"] == "c1"] == [1, 2, 3]
    (repository / "plan.json").write_text('{"versions": {"v9": {}}}', encoding="utf-8")
    done = here(monkeypatch, f"{commands('github')[0]} --plan plan.json")
    assert isinstance(done.exception, InputError) and "found a plan for v9, expected one for candidate" in str(
        done.exception
    )
