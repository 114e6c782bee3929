"""Three pull requests, 20 times each, without a store: ``python tests/bench/pull_requests.py [TIMES [CHANGE ...]]``.

Every step is a command of the printed workflow: run the candidate over an exported release, let the gate plan repeats
where it is undecided or its fail doubtful, ask as the plan says, and gate again. The product
answers 200 questions in 8 scenarios and is right in 93% of them; some answers flip by chance. The harmless change flips
5% of them between two runs, as the version in force does against itself; the noisy one, in which nothing changed
either, 10%; the date slip breaks a third of the date questions for good. The bill counts the answers of the candidate.
Those of the version in force are made once, when it is approved, and serve every pull request.
"""

from __future__ import annotations

import json
import os
import re
import sys
import tempfile
from collections import Counter
from pathlib import Path

from click.testing import CliRunner

from review.commands.cli import spotcheck
from review.experiments.gating.outcome import ROUNDS
from review.experiments.gating.workflows import WORKFLOWS

CASES, SCENARIOS, PRICE = 200, 8, 0.01
MOST = int(re.findall(r"MOST: (\d+)", WORKFLOWS["github"][1])[0])
AGENT = """
import json, random, sys
change = sys.argv[1]
for line in sys.stdin:
    asked = json.loads(line)
    number = int(asked["question"].split()[-1])
    own = random.Random(number)
    right, flips, p = own.random() < 0.93, own.random(), own.uniform(0.1, 0.9)
    if flips < {"noise": 0.25}.get(change, 0.12):
        right = random.Random().random() < p
    if change == "slip" and number % 8 == 0 and number % 24 < 8:
        right = False
    print(json.dumps({"id": asked["id"], "answer": "Right." if right else "Wrong.", "cost": 0.01}), flush=True)
"""
EXPECTED = {"harmless": "pass", "slip": "fail", "noise": "pass"}


def example(k: int) -> dict[str, object]:
    """A frozen example as an export writes it."""
    return {
        "example_id": f"c{k}", "conversation_id": "", "item_id": "", "question": f"What is the answer to {k}",
        "prior_turns": [], "context": [], "answer": "", "expected_answer": "Right.", "expected_behaviour": "answer",
        "reference_sql": "", "expected_result": None, "as_of": "", "snapshot": "", "required": [], "tags": [],
        "labels": {}, "votes": [], "rubric_version": 1, "source": "manual", "kind": "normal", "split": "test",
        "scenario": "dates" if k % SCENARIOS == 0 else f"s{k % SCENARIOS}", "must_pass": False, "rule": "",
        "adjudicator": None, "origin": {"system": "", "conversation": "", "week": "", "redacted": 0, "purposive": True},
    }  # fmt: skip


def call(*words: str) -> tuple[int, dict[str, object]]:
    """Run a command and return its exit code and JSON."""
    done = CliRunner().invoke(spotcheck, [*words, "--json"])
    if done.exception is not None and not isinstance(done.exception, SystemExit):
        raise done.exception
    return done.exit_code, json.loads(done.stdout)


def ask(change: str, version: str, out: str, *more: str) -> None:
    """Run a version over the release."""
    agent = f"{sys.executable} agent.py {change}"
    words = ["run", "--release-file", "release.jsonl", "--prompt", version, "--exec", agent, "--out", out, "--force"]
    call(*words, *more)


def results(file: str) -> int:
    """The number of answers in a file of results."""
    return len(Path(file).read_text(encoding="utf-8").splitlines()) - 1


def decided(change: str) -> tuple[str, str, int]:
    """Return the first decision, the last one, and how many answers they took."""
    force = "noise" if change == "noise" else "harmless"
    files = ["--release-file", "release.jsonl", "--baseline-file", "base.jsonl"]
    ask(force, "in-force", "base.jsonl", "--repeats", "5", "--fresh")
    call("gate", "--self", *files, "--plan", "plan.json")
    ask(force, "in-force", "base.jsonl", "--plan", "plan.json")
    ask(change, "candidate", "new.jsonl", "--fresh")
    files += ["--candidate-file", "new.jsonl"]
    _, first = call("gate", *files)
    for _ in range(ROUNDS):
        call("gate", *files, "--plan", "plan.json", "--max-calls", str(MOST))
        ask(change, "candidate", "new.jsonl", "--plan", "plan.json")
    _, last = call("gate", *files)
    return str(first["decision"]), str(last["decision"]), results("new.jsonl")


def main() -> None:
    """Print one row for each kind of pull request."""
    times = int(sys.argv[1]) if len(sys.argv) > 1 else 20
    print("| pull request | should | first: pass / undecided / fail | after repeats | mean bill: answers, cost |")
    print("|---|---|---|---|---:|")
    with tempfile.TemporaryDirectory() as folder:
        os.chdir(folder)
        rows = [json.dumps(example(k)) for k in range(CASES)]
        Path("release.jsonl").write_text("\n".join(rows), encoding="utf-8")
        Path("agent.py").write_text(AGENT, encoding="utf-8")
        Path("spotcheck.toml").write_text('[scores]\nrun = ["exact"]\nsemantic = ["exact"]\n', encoding="utf-8")
        for change in sys.argv[2:] or EXPECTED:
            wanted = EXPECTED[change]
            found = [decided(change) for _ in range(times)]
            shares = []
            for place in (0, 1):
                counts = Counter(one[place] for one in found)
                shares.append(" / ".join(str(counts[d]) for d in ("pass", "inconclusive", "fail")))
            bill = sum(one[2] for one in found) / times
            print(f"| {change} | {wanted} | {shares[0]} | {shares[1]} | {bill:,.0f}, {bill * PRICE:.2f} |", flush=True)


if __name__ == "__main__":
    main()
