"""Judges side by side on the same items, and on the command line; each expected figure is derived beside its assert."""

from __future__ import annotations

import json

import pytest
from click.testing import CliRunner
from judged_store import DEV, NAMES, TEST, WEEK, judged, says, speaks, truth, version

from review.basics.errors import InputError, NothingToDo, Refused
from review.commands.cli import spotcheck
from review.current.verdicts import Reference
from review.evidence.test_set_access import accesses
from review.judges.workbench.comparing import compared
from review.judges.workbench.workbench import economy, listed
from storage.records_judges import JudgeResult, JudgeRun
from storage.records_people import AuditEntry


@pytest.fixture
def week(store):
    return judged(store)


def calls(store, *args):
    outcome = CliRunner().invoke(spotcheck, [*args, "--store", str(store.path), "--json"])
    if outcome.exit_code:
        raise outcome.exception
    return json.loads(outcome.stdout)


def test_judges_are_tested_on_the_items_that_both_judged(week):
    wrong = {name: "wrong" if truth(NAMES.index(name)) != "wrong" else "correct" for name in NAMES}
    speaks(week, "a", "log", **{n: wrong[n] for n in NAMES[:2]})
    speaks(week, "b", "log", **{n: wrong[n] for n in NAMES[1:10]})
    speaks(week, "c", "log", **dict.fromkeys(NAMES[:20]))
    found = compared(week, [WEEK], ["a", "b", "c"], bootstrap=0)["correctness"]
    pair = {p.judges: p for p in found.pairs}["a@log", "b@log"]
    # a errs on items 0 and 1, b on 1 to 9: only a is right on 2 to 9 (8 items), only b on item 0.
    assert (pair.n, pair.b, pair.c) == (40, 8, 1)
    # Nine discordant pairs, one of them for b: exact 2 (1 + 9) / 2^9, mid-p less C(9, 1) / 2^9.
    assert pair.p.exact_p == pytest.approx(20 / 512) and pair.p.mid_p == pytest.approx(11 / 512)
    # Three pairs were tested, this one has the smallest p.
    assert pair.holm.mid_p == pytest.approx(3 * 11 / 512)
    assert [s.accuracy.value for s in found.sides] == [pytest.approx(38 / 40), pytest.approx(31 / 40), 1.0]
    assert {p.judges: (p.n, p.no_verdict) for p in found.pairs}["a@log", "c@log"] == (20, 20)
    agree = {(p.first, p.second): p for p in found.agreement}["a@log", "b@log"]
    # They say the same where both are right (10 to 39) and where both err (item 1): 31 of 40.
    assert agree.n == 40 and agree.percent_agreement == pytest.approx(31 / 40)


def test_no_judge_is_held_to_what_stands_in_anothers_prompt(week):
    version(week, "tone", 1)
    version(week, "tone", 2, examples=DEV[:2])
    for number in ("1", "2"):
        speaks(week, "tone", number)
    found = compared(week, [WEEK], ["tone@1", "tone@2"], bootstrap=0)["correctness"]
    assert (found.half, found.items, found.examples) == ("dev", len(DEV) - 2, 2)
    assert [s.report.n for s in found.sides] == [len(DEV) - 2] * 2


def test_one_judge_that_can_be_tuned_keeps_all_of_them_on_dev(week):
    version(week, "tone", 1)
    speaks(week, "tone", "1")
    speaks(week, "old", "log")
    assert compared(week, [WEEK], ["tone", "old"], bootstrap=0)["correctness"].items == len(DEV)
    speaks(week, "older", "log")
    assert compared(week, [WEEK], ["old", "older"], bootstrap=0)["correctness"].items == 40


def test_one_judge_is_nothing_to_compare(week):
    speaks(week, "a", "log")
    with pytest.raises(InputError, match=r"found a@log, expected two or more"):
        compared(week, [WEEK], ["a", "a@log"])


def test_cost_and_time_come_from_runs_without_what_was_remembered(week):
    version(week, "tone", 1)
    speaks(week, "tone", "1", c00=None, c01=None)
    run = JudgeRun(
        id="r1",
        judge="tone",
        version="1",
        target={"kind": "week", "name": WEEK, "split": "all"},
        subjects=40,
        options={},
        at="2026-11-21",
        by="eva",
    )
    week.add(run)
    for k in range(4):
        for dimension in ("correctness", "politeness"):
            week.add(
                JudgeResult(
                    id=f"{k}{dimension}",
                    run_id="r1",
                    subject=NAMES[k],
                    dimension=dimension,
                    value="wrong",
                    at="2026-11-21",
                    cost=0.001 * (k + 1),
                    latency_ms=100.0 * (k + 1), cached=k == 3,
                )
            )  # fmt: skip
    found = economy(week, [WEEK], Reference("tone", "1"))
    # Items 0 to 2 were really asked: .002, .004 and .006 in both dimensions; 1000 x .012 / 3.
    assert found.cost_per_1000 == pytest.approx(4.0)
    assert found.latency_p50 == 200.0 and found.latency_p95 == pytest.approx(290.0)
    assert (found.verdicts, found.missing, found.last_run) == (38, {"timed_out": 2}, "2026-11-21")


def test_of_a_judge_from_elsewhere_cost_and_time_are_what_its_verdicts_state(week):
    says(week, "file", "v1", 0, "wrong", cost=0.002, latency_ms=50.0)
    says(week, "file", "v1", 0, "neutral", dimension="politeness", cost=0.001, latency_ms=70.0)
    says(week, "file", "v1", 1, "wrong")
    found = economy(week, [WEEK], Reference("file", "v1"))
    assert found.cost_per_1000 == pytest.approx(3.0) and found.latency_p50 == 70.0 and found.last_run == ""
    assert economy(week, [WEEK], Reference("nobody", "1")).cost_per_1000 is None


def test_every_judge_is_listed_with_what_it_is(week):
    version(week, "idle", 1)
    version(week, "tone", 1)
    version(week, "tone", 2, kind="local")
    speaks(week, "tone", "1")
    speaks(week, "logged", "log")
    speaks(week, "filed", "v1")
    found = {j.name: j for j in listed(week, [WEEK])}
    assert {n: (j.kind, j.versions, j.spoke) for n, j in found.items()} == {
        "filed": ("file", ("v1",), ("v1",)),
        "idle": ("llm", ("1",), ()),
        "logged": ("log", ("log",), ("log",)),
        "tone": ("local", ("1", "2"), ("1",)),
    }
    assert str(found["tone"].latest) == "tone@1" and str(found["idle"].latest) == "idle@1"
    assert found["logged"].dimensions == ("correctness",)


def test_the_command_shows_dev_and_counts_a_look_at_more(week):
    version(week, "tone", 1)
    speaks(week, "tone", "1")
    quiet = ("calibrate", "--judge", "tone", "--bootstrap", "0")
    found = calls(week, *quiet)
    assert (found["judge"], found["split"]) == ("tone@1", "dev") and "look" not in found
    assert found["dimensions"]["correctness"]["n"] == len(DEV) and accesses(week, "tone") == []
    assert calls(week, *quiet, "--split", "dev")["dimensions"]["correctness"]["n"] == len(DEV)
    test = calls(week, *quiet, "--split", "test", "--as", "eva")
    assert test["dimensions"]["correctness"]["n"] == len(TEST) and test["look"]["look"] == 1
    both = calls(week, *quiet, "--split", "all", "--as", "eva")
    assert both["dimensions"]["correctness"]["n"] == 40 and both["look"]["look"] == 2
    with pytest.raises(Refused, match="ana has annotator"):
        calls(week, *quiet, "--split", "test", "--as", "ana")
    assert len(accesses(week, "tone")) == 2


def test_the_command_counts_no_look_at_a_judge_from_the_log(week):
    speaks(week, "logged", "log")
    found = calls(week, "calibrate", "--bootstrap", "0", "--split", "test")
    assert found["dimensions"]["correctness"]["n"] == len(TEST) and "look" not in found
    assert calls(week, "calibrate", "--bootstrap", "0")["dimensions"]["correctness"]["n"] == 40


def test_versions_are_compared_by_command(week):
    version(week, "tone", 1)
    version(week, "tone", 2)
    speaks(week, "tone", "1", **{DEV[0]: None})
    speaks(week, "tone", "2")
    speaks(week, "old", "log")
    found = calls(week, "compare-judges", "--judge", "tone@1", "--judge", "tone@2", "--judge", "old")
    one = found["dimensions"]["correctness"]
    assert [j["judge"] for j in one["judges"]] == ["tone@1", "tone@2", "old@log"]
    assert [j["no_verdict"] for j in one["judges"]] == [1, 0, 0]
    assert one["split"] == "dev" and len(one["pairs"]) == 3 and "looks" not in found
    tested = calls(week, "compare-judges", "--judge", "tone@1", "--judge", "tone@2", "--split", "test", "--as", "lea")
    assert [(x["version"], x["look"], x["looks_at_judge"]) for x in tested["looks"]] == [("1", 1, 1), ("2", 1, 2)]
    shown = CliRunner().invoke(spotcheck, ["compare-judges", "--store", str(week.path)], env={"COLUMNS": "200"})
    assert shown.exit_code == 0 and "tone@2" in shown.output and "dev half" in shown.output
    # Without names it is every judge at its latest version.
    assert "tone@1" not in shown.output


def test_where_one_has_nothing_to_read_on_test_no_look_is_counted_at_any(week):
    for number in (1, 2):
        version(week, "tone", number)
    speaks(week, "tone", "1")
    speaks(week, "tone", "2", **dict.fromkeys(TEST))
    with pytest.raises(NothingToDo, match=r"tone@2 has no verdict .*did not count as a look"):
        calls(week, "compare-judges", "--judge", "tone@1", "--judge", "tone@2", "--split", "test", "--as", "eva")
    assert accesses(week, "tone") == [] and week.find(AuditEntry, action="look at test") == []


def test_halves_are_of_the_store_alone(week, tmp_path):
    file = tmp_path / "j.csv"
    file.write_text("item,truth,verdict_a,verdict_b\n1,x,x,x\n")
    for command in (["calibrate"], ["compare-judges"]):
        outcome = CliRunner().invoke(spotcheck, [*command, "--file", str(file), "--split", "dev"])
        assert outcome.exit_code == 2 and "--split" in outcome.output


def test_two_judges_without_a_dimension_in_common_are_nothing_to_compare(week):
    says(week, "a", "log", 0, "wrong")
    says(week, "b", "log", 0, "rude", dimension="politeness")
    with pytest.raises(NothingToDo, match="nothing to compare"):
        calls(week, "compare-judges")
