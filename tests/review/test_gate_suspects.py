"""Suspect slices keep a version from passing, and a failure says what is proven."""

from __future__ import annotations

import pytest
from bench.gate_suspects import DESIGNS, rates

from review.statistics.gate.cases import PairedResult
from review.statistics.gate.report import gate_report
from review.statistics.gate.words import markdown, plain_words
from review.statistics.tango import tango


def results(broke=0, fixed=0, passed=0, failed=0, *, prefix="c", **more):
    pairs = [(1, 0)] * broke + [(0, 1)] * fixed + [(1, 1)] * passed + [(0, 0)] * failed
    return [PairedResult(case=f"{prefix}{i}", baseline=b, candidate=c, **more) for i, (b, c) in enumerate(pairs)]


def spread(broke, fixed, passed, *, others=10, gains=0, per=40):
    """A slice "date" with these results, and other slices of unchanged cases, each with ``gains`` fixed ones."""
    rows = results(broke, fixed, passed, prefix="d", scenario="date")
    for k in range(others):
        rows += results(0, gains, per, prefix=f"s{k}-", scenario=f"s{k}")
    return rows


def test_a_suspect_slice_keeps_a_passing_total_from_passing():
    # date: 5 of 30 broke, 1 fixed, 13 points down; mid-p = (1 + 6/2)/64 = .0625 <= .10; the total is even
    report = gate_report(spread(5, 1, 24, others=4, gains=2, per=80))
    assert report.evidence.upper < report.margin
    assert report.slices[0].evidence.p == pytest.approx(4 / 64)
    assert (report.slices[0].name, report.slices[0].status) == ("date", "suspect")
    assert report.decision == "inconclusive"
    assert [s.name for s in report.suspects] == ["date"]
    assert report.reasons == (
        "scenario 'date' may have collapsed: it dropped from 96.7% to 83.3% on 30 cases (p = 0.0625, not proven over "
        "all slices)",
    )
    text = " ".join(plain_words(report))
    assert "let a second named person waive this slice with a reason" in text
    assert "A decision about a table is not kept" in text
    assert markdown(report).startswith("## Regression gate: INCONCLUSIVE: a slice may have collapsed")


def test_among_more_than_ten_slices_suspicion_needs_a_smaller_p():
    assert gate_report(spread(5, 1, 24, others=9, gains=1)).decision == "inconclusive"
    eleven = gate_report(spread(5, 1, 24, others=10, gains=1))
    assert (eleven.slices[0].status, eleven.decision) == ("dropped", "pass")
    # 5 broke and none fixed: mid-p = 1/64 <= .05
    assert gate_report(spread(5, 0, 25, others=10, gains=1)).decision == "inconclusive"


def test_suspicion_needs_ten_points_or_the_margin():
    # 5 of 60 broke: 8.3 points, mid-p = 1/64; 5 of 50: ten points
    assert gate_report(spread(5, 0, 55, others=10, gains=1)).slices[0].status == "dropped"
    assert gate_report(spread(5, 0, 45, others=10, gains=1)).slices[0].status == "suspect"
    assert gate_report(spread(5, 0, 45, others=10, gains=1), margin=0.12).slices[0].status == "ok"


def test_a_suspect_slice_does_not_pass_the_strict_rule_either():
    report = gate_report(spread(5, 1, 24, others=4, gains=2, per=80), strict=True)
    assert report.decision == "inconclusive"
    assert any("waive this slice" in line for line in plain_words(report))


def test_suspects_of_fractions_and_repeats_use_the_sign_flips():
    said = [(f"d{i}", 0.9 - 0.4 * (i < 12), "date") for i in range(30)]
    said += [(f"o{i}", 0.93, f"s{i % 15}") for i in range(300)]
    rows = [PairedResult(case=case, baseline=0.9, candidate=c, scenario=s) for case, c, s in said]
    report = gate_report(rows)
    date = next(s for s in report.slices if s.name == "date")
    assert date.evidence.test.startswith("sign-flip")
    # twelve equal drops: all signs alike, 1 of 4,096; Holm over 16 slices keeps that proven
    assert date.evidence.p == pytest.approx(1 / 4096)
    assert date.status == "fail"
    few = gate_report([*rows[26:30], *rows[:4], *rows[30:]])
    suspect = few.slices[0]
    # four of eight fell by .4: 1 of 16 sign patterns
    assert (suspect.name, suspect.evidence.p, suspect.status) == ("date", pytest.approx(1 / 16), "dropped")
    fewer_slices = [r for r in [*rows[26:30], *rows[:4], *rows[30:]] if r.scenario in ("date", "s1", "s2", "s3", "s4")]
    assert gate_report(fewer_slices).slices[0].status == "suspect"


def test_a_failed_gate_still_names_its_suspects():
    rows = [
        *spread(5, 1, 24, others=4, gains=2, per=80),
        PairedResult(case="refund", baseline=1, candidate=0, must_pass=True),
    ]
    report = gate_report(rows)
    assert report.decision == "fail"
    assert report.remarks[0].startswith("scenario 'date' may have collapsed")
    assert markdown(report).startswith("## Regression gate: FAIL: a must-pass case broke")


def test_a_failure_says_proven_worse_and_whether_the_size_is_proven_too():
    sure, unsure = gate_report(results(20, 0, 80)), gate_report(results(8, 1, 191))
    assert (sure.decision, unsure.decision) == ("fail", "fail")
    assert sure.beyond_margin
    assert not unsure.beyond_margin
    assert sure.to_json()["beyond_margin"] is True
    # one-sided 95% limit by Tango: the lower end at 90%
    assert unsure.to_json()["drop_lower"] == pytest.approx(tango(8, 1, 200, 0.9)[0])
    for report in (sure, unsure):
        assert "is proven worse" in report.reasons[0]
        assert markdown(report).startswith("## Regression gate: FAIL: the candidate is proven worse")
    assert "more than the margin" in plain_words(sure)[1]
    assert "by how much is not" in plain_words(unsure)[1]


def test_the_strict_rule_claims_no_proof():
    report = gate_report(results(13, 7, 180), strict=True)
    assert "proven" not in report.reasons[0]
    assert markdown(report).startswith("## Regression gate: FAIL: the drop is over the margin")


def test_slices_under_25_cases_say_that_a_collapse_may_go_unseen():
    rows = results(passed=24, prefix="d", scenario="date") + results(passed=150, prefix="o", scenario="other")
    report = gate_report(rows)
    assert report.decision == "pass"
    assert report.remarks == ("a collapse may go unseen in slices of fewer than 25 cases: scenario 'date' (24)",)
    notes = {s["name"]: s["note"] for s in report.to_json()["slices"]}
    assert "may go unseen" in notes["date"]
    assert notes["other"] is None


@pytest.mark.parametrize("name", ["200 in 8: one 88 to 61, others gain", "600 in 20: one 88 to 61, others gain"])
def test_a_hidden_collapse_hardly_ever_passes(name):
    found = rates(next(d for d in DESIGNS if d.name == name), 250, seed=3)
    assert found["before"] >= 0.15
    assert found["now"] <= 0.08  # about 5%, with a standard error of 1.4 points


def test_an_unchanged_version_passes_as_often_as_before():
    found = rates(next(d for d in DESIGNS if d.name == "200 in 8: unchanged, 5% flip"), 250, seed=4)
    assert found["now"] >= found["before"] - 0.02
    assert found["before"] > 0.2
