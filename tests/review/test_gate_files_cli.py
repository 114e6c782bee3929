"""`spotcheck gate` without a store: three files are enough; exit codes, Markdown, JUnit, plans, and the store later."""

from __future__ import annotations

import json
import re
import xml.etree.ElementTree as ET
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result
from golden_store import new_store
from scored_runs import Score, passing, scored_run

from review.basics.errors import InputError
from review.commands.cli import spotcheck
from review.experiments.gating.outcome import gate_runs
from review.experiments.gating.repeats import FURTHER, OFFERS, repeat_plan
from review.experiments.gating.selfcheck import self_check
from review.experiments.gating.written import MARK, junit, short_markdown
from review.experiments.runs.cases import cases_of_file
from review.experiments.runs.result_file import write_results
from review.experiments.runs.running import RunOptions
from storage.records_gate import GateDecision

EXAMPLE = {
    "conversation_id": "", "item_id": "", "prior_turns": [], "context": [], "answer": "", "expected_answer": "It left.",
    "expected_behaviour": "answer", "reference_sql": "", "expected_result": None, "as_of": "", "snapshot": "",
    "required": [], "tags": [], "labels": {}, "votes": [], "rubric_version": 1, "source": "manual", "kind": "normal",
    "split": "test", "must_pass": False, "rule": "", "adjudicator": None,
    "origin": {"system": "", "conversation": "", "week": "", "redacted": 0, "purposive": True},
}  # fmt: skip


def written(folder: Path, before: dict[str, Score], after: dict[str, Score]) -> list[str]:
    """Write a release and two files of results, and return the options that name them."""
    rows = [
        {**EXAMPLE, "example_id": name, "question": f"What happened to order {name}?", "scenario": f"s{k % 4}"}
        for k, name in enumerate(before)
    ]
    (folder / "release.jsonl").write_text("\n".join(map(json.dumps, rows)), encoding="utf-8")
    digest = cases_of_file(folder / "release.jsonl").digest
    write_results(folder / "a.jsonl", scored_run("v2", before, digest=digest))
    write_results(folder / "b.jsonl", scored_run("v3", after, digest=digest))
    return [
        "--release-file", str(folder / "release.jsonl"), "--baseline-file", str(folder / "a.jsonl"),
        "--candidate-file", str(folder / "b.jsonl"),
    ]  # fmt: skip


def gate(*options: Any) -> Result:
    return CliRunner().invoke(spotcheck, ["gate", *map(str, options)])


@pytest.mark.parametrize(
    ("failed", "code", "decision"), [((), 0, "pass"), (range(30), 1, "fail"), ((1, 2, 3), 3, "inconclusive")]
)
def test_three_files_are_enough(tmp_path: Path, failed: Any, code: int, decision: str) -> None:
    files = written(tmp_path, passing(200), passing(200, failed))
    done = gate(*files, "--json", "--markdown", tmp_path / "note.md", "--junit", tmp_path / "gate.xml")
    told = json.loads(done.stdout)
    assert (done.exit_code, told["decision"], told["n"]) == (code, decision, 200), done.output
    assert told["versions"] == {"baseline": "v2", "candidate": "v3"} and len(told["slices"]) == 4
    note = (tmp_path / "note.md").read_text(encoding="utf-8")
    assert note.startswith(MARK) and decision.upper() in note and told["decision_id"] in note
    suite = ET.parse(tmp_path / "gate.xml").getroot()
    assert suite.get("tests") == "201" and int(suite.get("failures") or 0) == len(list(failed)) + (code > 0)


def test_a_failure_to_work_is_no_decision(tmp_path: Path) -> None:
    files = written(tmp_path, passing(20), passing(20))
    (tmp_path / "b.jsonl").write_text("{half", encoding="utf-8")
    assert isinstance(gate(*files).exception, InputError), "bad input: the command line exits with 2"
    assert gate(*files[:4]).exit_code == 2 and "--candidate-file" in gate(*files[:4]).output
    assert gate("--baseline", "a", "--candidate", "b", "--store", tmp_path / "none.db").exit_code == 4
    files = written(tmp_path, passing(20), dict.fromkeys(passing(20)))
    done = gate(*files)
    assert done.exit_code == 4 and "no case has a result of both" in done.output
    assert gate(*written(tmp_path, passing(20), passing(20)), "--markdown", tmp_path / "no" / "x.md").exit_code == 4


def test_results_of_files_can_be_sent_to_the_store_later(tmp_path: Path) -> None:
    store = new_store(tmp_path)
    files = written(tmp_path, passing(200), passing(200, range(30)))
    done = gate(*files, "--keep", "--store", store.path, "--as", "eva", "--json")
    assert done.exit_code == 1, done.output
    (row,) = store.find(GateDecision)
    assert (row.origin, row.candidate, row.baseline_run, row.by) == ("file", "v3", "", "eva")
    done = gate("waive", row.id, "--reason", "known and harmless", "--as", "lea", "--store", store.path)
    assert done.exit_code == 0 and "no proof of two people" in " ".join(done.output.split())
    again = gate(*files, "--keep", "--store", store.path, "--as", "eva", "--json")
    assert again.exit_code == 0 and json.loads(again.stdout)["may_ship"] and len(store.find(GateDecision)) == 1
    shown = json.loads(gate("show", row.id, "--json", "--store", store.path).stdout)
    assert shown["waivers"][0]["by"] == "lea" and not shown["open"]
    assert "may ship" in gate("list", "--store", store.path).output
    assert gate("ask", row.id, "--store", store.path, "--as", "lea").exit_code == 4


def test_a_version_against_itself_shows_the_noise(tmp_path: Path) -> None:
    still: dict[str, Score] = {f"c{k}": [1.0, 1.0] for k in range(300)}
    noisy: dict[str, Score] = {f"c{k}": [1.0, float(k % 8 > 0)] for k in range(300)}
    assert self_check([scored_run("v2", still)]).share("passed") == 1
    found = self_check([scored_run("v2", noisy), scored_run("v2", {"c0": 1.0, "x": 1.0})])
    assert found.n == 300 and found.left_out == 1 and 0.1 < found.flips < 0.15
    assert found.share("passed") < 0.5
    assert self_check([scored_run("v2", {f"c{k}": [1.0, 1.0] for k in range(50)})]).share("passed") == 0, (
        "50 cases without any flip prove nothing"
    )
    files = written(tmp_path, noisy, noisy)
    done = gate("--self", *files[:4], "--json")
    assert done.exit_code == 0 and json.loads(done.stdout)["stopped"]["value"] > 0.5
    done = gate("--self", *written(tmp_path, passing(9), passing(9))[:4])
    assert done.exit_code == 4 and "no case has two results" in done.output


def test_what_flips_in_the_baseline_is_asked_again_first_within_the_bill(tmp_path: Path) -> None:
    once = repeat_plan(scored_run("v2", passing(10)), scored_run("v3", passing(10)))
    assert (once.step, once.calls, once.cost) == ("learn", 40, pytest.approx(0.4))
    known: dict[str, Score] = {f"c{k}": [1.0, 1.0, 1.0, 1.0, float(k > 1)] for k in range(10)}
    plan = repeat_plan(scored_run("v2", known), scored_run("v3", passing(10, [9])))
    assert plan.flaky == ("c0", "c1") and plan.step == "repeat", "c9 flipped between the versions, which is no reason"
    assert (plan.baseline["c0"], plan.candidate["c0"], plan.candidate["c9"]) == (15, 15, 3)
    assert plan.calls == 2 * 10 + 2 * 14 + 8 * 2
    small = repeat_plan(scored_run("v2", known), scored_run("v3", passing(10)), max_calls=20)
    assert small.calls <= 20 and small.candidate["c0"] < 15 and "Ask 2 cases that flip until" in small.sentence
    assert repeat_plan(scored_run("v2", known), scored_run("v3", passing(10)), max_cost=0.05).step == "short"
    whole = {name: [1.0] * 15 for name in passing(10)}
    assert repeat_plan(scored_run("v2", whole), scored_run("v3", whole)).step == "done"
    asked: dict[str, Score] = {name: [1.0] * (15 if name in plan.flaky else 5) for name in passing(10)}
    more = repeat_plan(scored_run("v2", {**asked, "c0": [0.0] + [1.0] * 14}), scored_run("v3", asked))
    assert (more.step, more.candidate["c0"], more.candidate["c9"]) == ("repeat", 35, 7), "undecided after 15: once more"
    less = repeat_plan(scored_run("v2", {**asked, "c0": [0.0] + [1.0] * 14}), scored_run("v3", asked), max_calls=40)
    assert (less.step, less.candidate["c0"]) == ("repeat", 25), "a smaller bill buys the smaller round"
    assert repeat_plan(scored_run("v2", {"c0": [0.0, 1.0] * 18}), scored_run("v3", {"c0": [1.0] * 35})).step == "done"
    done = gate(*written(tmp_path, known, passing(10)), "--plan", "--max-calls", 30, "--json")
    assert done.exit_code == 0 and json.loads(done.stdout)["calls"] <= 30


def test_a_run_takes_every_number_that_a_plan_offers() -> None:
    for most, least in (*OFFERS, *FURTHER):
        assert RunOptions(more={"c0": most, "c1": least}).checked().more["c0"] == most


def test_markdown_and_xml_hold_no_markup_of_the_data() -> None:
    about = {"c0": {"id": "c|0<b>@all\x00", "scenario": "a|b"}}
    made = gate_runs(scored_run("v2", passing(40), cases=about), scored_run("v|3", passing(40, [0]), cases=about))
    text = short_markdown(made)
    assert "c\\|0&lt;b>@\u200ball" in text and "v\\|3" in text
    assert ET.fromstring(junit(made).encode()).tag == "testsuite"


def edited(path: Path, number: int, **fields: Any) -> None:
    """Change a line of a results file by hand, and mean it: neither it nor the first line has a digest then."""
    lines = path.read_text(encoding="utf-8").splitlines()
    lines[0] = json.dumps({**json.loads(lines[0]), "digest": None})
    lines[number] = json.dumps({**json.loads(lines[number]), "digest": None, **fields})
    path.write_text("\n".join(lines), encoding="utf-8")


def test_a_number_that_was_changed_by_hand_is_noticed(tmp_path: Path) -> None:
    files = written(tmp_path, passing(20), passing(20, [3]))
    assert json.loads(gate(*files, "--json").stdout)["broke"] == 1
    path = tmp_path / "b.jsonl"
    path.write_text(path.read_text(encoding="utf-8").replace('"combined":0.0', '"combined":1.0'), encoding="utf-8")
    error = gate(*files).exception
    assert isinstance(error, InputError) and "b.jsonl, line 5: this line was changed" in str(error)


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (lambda lines: lines[:-1], "lines came or went"),
        (lambda lines: [*lines, lines[-1].replace('"c19"', '"c99"')], "this line was changed"),
        (lambda lines: [lines[0], lines[2], lines[1], *lines[3:]], "lines came or went"),
        (lambda lines: [lines[0].replace('"v3"', '"v9"'), *lines[1:]], "its first line changed"),
        (lambda lines: [*lines[:4], re.sub(r',"digest":"\w+"', "", lines[4]), *lines[5:]], "line 5 has no digest"),
    ],
)
def test_lines_that_came_or_went_are_noticed(tmp_path: Path, change: Any, words: str) -> None:
    files = written(tmp_path, passing(20), passing(20, [3]))
    path = tmp_path / "b.jsonl"
    path.write_text("\n".join(change(path.read_text(encoding="utf-8").splitlines())), encoding="utf-8")
    error = gate(*files).exception
    assert isinstance(error, InputError) and words in str(error), error


def test_a_change_that_is_meant_is_told_by_the_gate(tmp_path: Path) -> None:
    files = written(tmp_path, passing(200), passing(200, [7]))
    assert not json.loads(gate(*files, "--json").stdout)["remarks"]
    edited(tmp_path / "b.jsonl", 8, combined=1.0)
    told = json.loads(gate(*files, "--json").stdout)
    assert told["broke"] == 0 and told["remarks"] == [
        "b.jsonl: the first line and 1 line of results carry no digest, so nobody can tell whether the file was "
        "changed by hand"
    ]


def test_cases_that_neither_file_has_are_missing(tmp_path: Path) -> None:
    files = written(tmp_path, passing(200), passing(200))
    for name in ("a.jsonl", "b.jsonl"):
        edited(tmp_path / name, 0)
        lines = (tmp_path / name).read_text(encoding="utf-8").splitlines()
        (tmp_path / name).write_text("\n".join(lines[:-10]), encoding="utf-8")
    told = json.loads(gate(*files, "--json").stdout)
    assert (told["decision"], told["n"], len(told["missing_cases"])) == ("inconclusive", 190, 10)
    assert "missing" in told["open"] and set(told["missing_causes"]["c199"]) == {"baseline", "candidate"}


def test_an_example_that_changed_is_not_compared(tmp_path: Path) -> None:
    files = written(tmp_path, passing(200), passing(200, [7]))
    edited(tmp_path / "a.jsonl", 0, release_digest="older")
    edited(tmp_path / "a.jsonl", 8, example="another question")
    edited(tmp_path / "b.jsonl", 8, example="this question")
    told = json.loads(gate(*files, "--json").stdout)
    assert (told["n"], told["broke"]) == (199, 0)
    assert told["only_baseline"] == told["only_candidate"] == ["c7"]


def test_a_candidate_over_another_release_is_refused(tmp_path: Path) -> None:
    files = written(tmp_path, passing(20), passing(20))
    edited(tmp_path / "b.jsonl", 0, release="r0", release_digest="older")
    error = gate(*files).exception
    assert isinstance(error, InputError) and "b.jsonl: found a run over release r0 with other examples" in str(error)


@pytest.mark.parametrize(
    "fields",
    [
        {"repeat": "x"}, {"repeat": -1}, {"repeat": True}, {"combined": True}, {"cause": "timed_out"}, {"cause": 5},
        {"tool_calls": [1]}, {"context": 5}, {"answer": 7}, {"cost": "free"}, {"scores": 5}, {"scores": {"exact": 3}},
        {"detail": {"exact": 3}}, {"unscored": {"exact": 3}}, {"scorers": 5},
    ],
)  # fmt: skip
def test_a_file_that_was_edited_by_hand_is_refused_by_its_line(tmp_path: Path, fields: dict[str, Any]) -> None:
    files = written(tmp_path, passing(3), passing(3))
    number = 0 if "scorers" in fields else 2
    edited(tmp_path / "b.jsonl", number, **fields)
    error = gate(*files).exception
    assert isinstance(error, InputError) and f"b.jsonl, line {number + 1}, column" in str(error), error
