"""The gate on two runs: what is paired, missing or left out, drift from the best approved version, what stays open."""

from __future__ import annotations

from dataclasses import replace

import pytest
from scored_runs import Score, passing, scored_run

from review.basics.errors import InputError, NothingToDo
from review.experiments.gating.outcome import gate_runs
from review.experiments.gating.pairing import in_few_shots, pair_runs
from review.experiments.gating.settings import GateSettings
from review.experiments.gating.written import sentences
from review.experiments.values import Case


def test_a_clear_drop_fails_and_each_flip_is_named() -> None:
    made = gate_runs(scored_run("v3", passing(200)), scored_run("v4", passing(200, range(20))))
    told = made.to_json()
    assert (made.decision, made.open, told["broke"], told["fixed"]) == ("fail", ("fail",), 20, 0)
    assert told["versions"] == {"baseline": "v3", "candidate": "v4"} and told["decision_id"].startswith("gate-")
    assert {one["case"] for one in told["flipped"]} == {f"c{k}" for k in range(20)}


def test_scenario_kind_and_tag_are_slices_with_suspects_that_keep_it_open() -> None:
    about = {
        f"c{k}": {
            "scenario": "date" if k < 30 else f"s{k % 4}",
            "kind": "edge" if k % 5 else "normal",
            "tags": ("x",) if k % 2 else (),
        }
        for k in range(330)
    }
    after = passing(330, range(5)) | {"c29": 1.0}
    made = gate_runs(
        scored_run("a", passing(330, [29, 100, 101, 102, 103, 104]), cases=about),
        scored_run("b", after, cases=about),
    )
    assert made.decision == "inconclusive" and made.open == ("slice scenario date",)
    assert {(s.kind, s.name) for s in made.report.slices} >= {("kind", "edge"), ("tag", "x"), ("scenario", "date")}


def test_missing_answers_have_their_cause_and_can_keep_it_from_passing() -> None:
    scores = passing(200) | dict.fromkeys([f"c{k}" for k in range(6)])
    made = gate_runs(scored_run("a", passing(200)), scored_run("b", scores))
    assert (made.decision, made.open) == ("inconclusive", ("missing",))
    assert made.causes["c0"] == {"candidate": "time-out after 30 s"}
    only = gate_runs(scored_run("a", passing(200)), scored_run("b", passing(198)))
    assert only.causes == {c: {"candidate": "the version has no result for it"} for c in ("c198", "c199")}
    assert only.to_json()["missing_cases"] == ["c198", "c199"]


def test_repeats_that_differ_in_number_keep_their_means() -> None:
    after = {"c": [1.0, 0.0, None, 0.0], "d": 0.0}
    paired = pair_runs(scored_run("a", {"c": [1.0, 1.0], "d": 1.0}), scored_run("b", after))
    first, second = paired.cases
    assert (first.baseline, first.candidate, first.change) == (1.0, pytest.approx(1 / 3), "broke")
    assert paired.uneven == ("c",) and not first.binary and second.binary


def test_only_repeats_that_no_plan_explains_are_remarked() -> None:
    scores: dict[str, Score] = dict(passing(60))
    before, after = scored_run("a", {**scores, "c7": [1.0] * 5}), scored_run("b", {**scores, "c8": [1.0, None]})
    assert any(
        "1 case with more results of one version" in line for line in gate_runs(before, scored_run("b", scores)).remarks
    )
    for runs in ((replace(before, planned=True), after), (before, replace(after, planned=True))):
        assert pair_runs(*runs).uneven == (), "one result of each case, and what the plan asked for"
    lacking = replace(scored_run("b", {**scores, "c8": [1.0, 1.0, None]}), planned=True)
    assert pair_runs(before, lacking).uneven == ("c8",), "an answer that the plan asked for is missing"


def test_rounds_of_repeats_share_what_a_pass_may_err_by() -> None:
    """A drop just over the margin gets another chance to pass with each look, so later looks need more confidence."""
    once: dict[str, Score] = dict(passing(200, [7]))
    thrice: dict[str, Score] = {name: [score] * 3 for name, score in passing(200, [7]).items()}
    before, known = scored_run("a", passing(200)), scored_run("a", dict.fromkeys(passing(200), [1.0] * 5))
    first, learned = gate_runs(before, scored_run("b", once)), gate_runs(known, scored_run("b", once))
    again = gate_runs(known, scored_run("b", thrice))
    assert [made.report.pass_alpha for made in (first, learned, again)] == [0.05, 0.05, 0.025]
    assert first.report.evidence.upper == learned.report.evidence.upper < again.report.evidence.upper
    assert again.report.evidence.lower == learned.report.evidence.lower, "a fail is proven as before"
    assert (learned.decision, again.decision) == ("inconclusive", "inconclusive") and learned.id != again.id
    assert "(95% confidence)" in learned.reasons[-1] and "(97.5% confidence)" in again.reasons[-1]
    alike = gate_runs(known, scored_run("b", dict.fromkeys(passing(200), [1.0] * 3)))
    assert alike.decision == "pass" and "with 97.5% confidence" in alike.reasons[0]


def test_runs_over_other_releases_are_compared_on_what_is_the_same() -> None:
    before = scored_run("a", passing(150), release="r1", digest="d1")
    changed = {"c0": {"question": "Another one?"}}
    after = scored_run("b", passing(160), release="r2", digest="d2", cases=changed)
    made = gate_runs(before, after)
    assert made.report.evidence.n == 149 and made.paired.only_baseline == ("c0",) and not made.report.missing
    assert made.paired.only_candidate == ("c0", *(f"c{k}" for k in range(150, 160)))
    other = scored_run("b", {"z": 1.0}, release="r2", digest="d2")
    with pytest.raises(InputError, match="no case in common"):
        gate_runs(before, other)
    with pytest.raises(NothingToDo, match="1 have none"):
        gate_runs(scored_run("a", {"c": 1.0}), scored_run("b", {"c": None}))


def test_examples_of_few_shots_leave_the_gate() -> None:
    cases = {
        c.id: c
        for c in (
            Case(id="c0", question="Where is my order now?"),
            Case(id="c1", question="Why?"),
            Case(id="c2", question="x"),
        )
    }
    prompt = "Answer like this. Q: where is my ORDER now? A: ... Why?"
    assert in_few_shots(cases, prompt, {"few_shots": ["c2"]}) == {"c0", "c2"}
    assert in_few_shots(cases, "", {}) == set()
    made = gate_runs(
        scored_run("a", passing(200)), scored_run("b", passing(200, range(20))), left_out={f"c{k}" for k in range(20)}
    )
    assert made.decision == "pass" and len(made.paired.left_out) == 20
    assert "20 cases are in the few-shot examples" in made.remarks[0]


def test_small_drops_cannot_pile_up() -> None:
    """Each version loses two points; the third is not compared with the second alone."""
    best, second = passing(400), passing(400, range(8))
    third = passing(400, range(16))
    runs = [scored_run(v, s) for v, s in (("v1", best), ("v2", second), ("v3", third))]
    alone = gate_runs(runs[1], runs[2])
    assert alone.decision != "fail"
    made = gate_runs(runs[1], runs[2], approved=[runs[0], runs[2]])
    assert made.decision == "fail" and made.drift is not None and made.drift.version == "v1"
    assert "below v1, the best of the other approved versions" in made.reasons[0]
    some = gate_runs(
        scored_run("b", passing(400)), scored_run("c", passing(400)), approved=[scored_run("a", passing(400))]
    )
    assert some.decision == "pass" and some.drift is not None and some.drift.status == "ok"


def test_an_approved_version_that_answered_few_cases_hides_no_other() -> None:
    second, third = scored_run("v2", passing(400, range(8))), scored_run("v3", passing(400, range(16)))
    few = scored_run("v0", dict.fromkeys((f"c{k}" for k in range(300, 310)), 1.0))
    made = gate_runs(second, third, approved=[scored_run("v1", passing(400)), few])
    assert made.decision == "fail" and made.drift is not None and made.drift.version == "v1"


def test_a_drift_that_is_not_proven_keeps_it_open() -> None:
    before = passing(150, range(4, 10))
    made = gate_runs(
        scored_run("b", before), scored_run("c", before), approved=[scored_run("a", passing(150, range(4)))],
    )  # fmt: skip
    assert made.report.decision == "pass" and made.drift is not None
    made = gate_runs(
        scored_run("b", passing(150, range(4, 10))),
        scored_run("c", passing(150, range(4, 10))),
        approved=[scored_run("a", passing(150, [0, 1]))],
    )
    assert made.drift is not None and made.drift.status == "suspect"
    assert (made.decision, made.open) == ("inconclusive", ("drift",))


def test_the_same_evidence_is_the_same_decision() -> None:
    a, b = scored_run("a", passing(50)), scored_run("b", passing(50, [3]))
    assert gate_runs(a, b).id == gate_runs(a, b).id != gate_runs(a, b, GateSettings(margin=0.1)).id
    assert gate_runs(a, b).id != gate_runs(a, scored_run("b", passing(50, [4]))).id


def test_the_decisive_sentence_comes_before_what_is_beside_it() -> None:
    runs = [scored_run(v, s) for v, s in (("v2", passing(200)), ("v3", passing(200)), ("v4", passing(200, range(30))))]
    far = scored_run("v1", passing(200, range(29)))
    said = sentences(gate_runs(runs[1], runs[2], approved=[far]))
    assert said[0].startswith("The result dropped by 15.0 points") and "(p < 0.0001 if" in said[0]
    assert said[-1] == "Against v1, the best of the other approved versions, the drop is 0.5 points."


def test_a_fail_that_chance_gives_now_and_then_is_doubtful() -> None:
    """5 of 200 cases break: p = 0.016. With 12 broken ones p is below 0.01, and strict rules ask for no proof."""
    weak = gate_runs(scored_run("v2", passing(200)), scored_run("v3", passing(200, range(5))))
    assert weak.decision == "fail" and weak.report.doubtful and weak.to_json()["doubtful"]
    assert any("Chance alone makes an unchanged version fail" in line for line in sentences(weak))
    strong = gate_runs(scored_run("v2", passing(200)), scored_run("v3", passing(200, range(12))))
    assert strong.decision == "fail" and not strong.report.doubtful
    strict = gate_runs(
        scored_run("v2", passing(200)), scored_run("v3", passing(200, range(5))), GateSettings(strict=True)
    )
    assert strict.decision == "fail" and not strict.report.doubtful


def test_a_must_pass_case_is_beyond_doubt_in_three_repeats() -> None:
    must = {"c0": {"must_pass": True}}
    once = gate_runs(scored_run("v2", passing(200), cases=must), scored_run("v3", passing(200, [0]), cases=must))
    assert once.decision == "fail" and once.report.doubtful
    thrice = {name: [float(name != "c0")] * 3 for name in passing(200)}
    again = gate_runs(scored_run("v2", passing(200), cases=must), scored_run("v3", thrice, cases=must))
    assert again.decision == "fail" and not again.report.doubtful
