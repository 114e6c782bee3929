"""Versions side by side: flips first, figures with intervals, one sentence, the frontier, and how answers read."""

from __future__ import annotations

import numpy as np
import pytest
from scored_runs import passing, scored_run

from review.basics.errors import InputError
from review.experiments.comparing.comparison import compare
from review.experiments.comparing.descriptors import describe, patterns
from review.experiments.comparing.measures import MEASURES
from review.experiments.comparing.verdict import frontier, sentence
from review.experiments.gating.outcome import gate_runs
from review.statistics.paired import mean_over_clusters, ratio_of_means


def test_flips_stand_first_and_must_pass_before_others() -> None:
    about = {"c7": {"must_pass": True}}
    made = compare(
        [
            scored_run("a", passing(10, [9]), cases=about),
            scored_run("b", passing(10, [3, 7]), cases=about),
            scored_run("c", passing(10, [5]), cases=about),
        ]
    )
    assert [(row.case.id, row.change) for row in made.rows[:5]] == [
        ("c7", "broke"), ("c3", "broke"), ("c5", "broke"), ("c9", "fixed"), ("c0", "same"),
    ]  # fmt: skip
    assert made.rows[0].changes == ("broke", "same")
    assert made.figure("combined", 1).value == pytest.approx(0.8)
    assert "execution" not in made.measures, "no answer has this figure"


def test_a_difference_is_that_of_the_gate() -> None:
    thrice = {name: (1.0, 0.5, score) for name, score in passing(100, range(10, 16)).items()}
    a = scored_run("a", passing(100, [1]))
    for b in (scored_run("b", passing(100, range(10, 16))), scored_run("b", thrice)):
        made, drop = compare([a, b]).difference("combined", 1), gate_runs(a, b).report.drop
        assert drop.value and drop.ci and made.value == pytest.approx(-drop.value)
        assert made.ci == pytest.approx((-drop.ci[1], -drop.ci[0])) and made.method == drop.method


def test_cases_that_not_all_saw_are_named() -> None:
    made = compare([scored_run("a", passing(5)), scored_run("b", passing(7), digest="d2")])
    assert made.only == {"b": ("c5", "c6")} and len(made.rows) == 5
    with pytest.raises(InputError, match="no case in common"):
        compare([scored_run("a", {"x": 1.0}), scored_run("b", {"y": 1.0})])
    with pytest.raises(InputError, match="found 1 version"):
        compare([scored_run("a", {"x": 1.0})])


def test_one_sentence_says_what_a_cheaper_model_costs() -> None:
    rng = np.random.default_rng(1)
    names = list(passing(400))
    dear = {n: {"cost": float(rng.uniform(0.8, 1.2)), "latency_ms": 100.0 + k % 7} for k, n in enumerate(names)}
    price = {n: dear[n]["cost"] * float(rng.uniform(0.4, 0.52)) for n in names}
    cheap = {n: {"cost": price[n], "latency_ms": 100.0 + k % 5} for k, n in enumerate(names)}
    big, small = scored_run("big", passing(400), answers=dear), scored_run("small", passing(400, [3]), answers=cheap)
    made = compare([big, small])
    text = sentence(made, 1)
    assert text.startswith("small against big: not worse by more than 2 points (−0.2 points, ")
    assert "costs 54% less (5" in text and "takes 1% less time" in text
    assert frontier(made, "cost") == (True, True) and frontier(made, "latency") == (True, True)
    worse = compare([scored_run("a", passing(400)), scored_run("b", passing(400, range(60)))])
    assert "worse by more than 2 points (−15.0 points" in sentence(worse, 1)
    assert frontier(worse, "cost") == (True, False)


def test_each_measure_says_which_direction_is_better() -> None:
    assert {name: one.better for name, one in MEASURES.items()} == {
        "combined": "higher", "execution": "higher", "semantic": "higher", "failed": "lower",
        "cost": "lower", "latency": "lower", "tokens": "lower",
    }  # fmt: skip


def test_slices_have_an_accuracy_for_each_version() -> None:
    about = {f"c{k}": {"scenario": "date" if k < 10 else "", "tags": ("x",), "source": f"s{k // 2}"} for k in range(40)}
    made = compare([scored_run("a", passing(40), cases=about), scored_run("b", passing(40, range(5)), cases=about)])
    found = made.slices
    assert set(found) == {("scenario", "date"), ("tag", "x")}
    before, after = found["scenario", "date"]
    assert (before.value, after.value, after.n) == (1.0, 0.5, 10) and after.ci is not None


def test_answers_are_described_also_against_the_expected_ones() -> None:
    polite = {"answer": "Hello! Thank you for asking, happy to help: it left on Monday."}
    curt = {"answer": "Sorry, I cannot help with that."}
    a = scored_run("a", passing(30), answers={f"c{k}": polite for k in range(30)})
    b = scored_run("b", passing(30), answers={f"c{k}": curt for k in range(30)})
    found = describe(compare([a, b]), {"names a day": r"\bMonday\b"})
    assert [q.value for q in found["greeting"].versions] == [1.0, 0.0]
    assert found["refusal"].versions[1].value == 1.0 and found["refusal"].descriptor.better == "lower"
    assert found["names a day"].differences[1] is not None and found["names a day"].differences[1].value == -1.0
    length = found["length"]
    assert length.expected.value == 2.0 and length.to_expected[0].value == 10.0
    assert found["sentiment"].versions[0].value == 1.0 and found["sentiment"].versions[1].value == -1.0
    assert found["politeness"].versions[0].value == 1.0 and found["language"].versions[0].value == 1.0
    with pytest.raises(InputError, match="expected a regular expression"):
        patterns({"bad": "("})


def test_the_ratio_of_means_covers_the_truth() -> None:
    rng = np.random.default_rng(5)
    held = 0
    for _ in range(400):
        before = rng.lognormal(0, 0.5, 60)
        after = before * 0.5 * rng.lognormal(0, 0.3, 60)
        made = ratio_of_means(list(before), list(after), [str(k) for k in range(60)])
        assert made.ci is not None
        held += made.ci[0] <= 0.5 * np.exp(0.045) - 1 <= made.ci[1]
    assert 0.91 <= held / 400 <= 0.98
    assert ratio_of_means([0.0], [1.0], ["a"]).undefined
    assert (
        mean_over_clusters([], []).undefined and mean_over_clusters([1.0, 1.0], ["a", "b"], share=True).ci is not None
    )
