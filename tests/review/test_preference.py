"""Preference shares, the pull of the first place, and Bradley-Terry strengths, against published tables."""

from __future__ import annotations

import csv
from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from review.statistics.intervals import jeffreys
from review.statistics.preference.bradley_terry import covariance, fit, strengths, why_not
from review.statistics.preference.report import pair_report, position, preferences
from review.statistics.preference.resample import share
from review.statistics.preference.votes import Choice, PairVote
from review.statistics.preference.words import position_words, preference_words, strength_words

DATA = Path(__file__).parents[1] / "data" / "preference"


def votes(choices: Iterable[Choice], *, a: str = "new", b: str = "old", each: int = 1) -> list[PairVote]:
    """One vote of each of ``each`` people on one item for every choice; sides take turns."""
    return [
        PairVote(item=f"{a}-{b}-{k}", rater=f"r{r}", a=a, b=b, choice=choice, first="ab"[(k + r) % 2])
        for k, choice in enumerate(choices)
        for r in range(each)
    ]


@pytest.mark.parametrize("name", ["baseball_1987", "citations_1994"])
def test_strengths_and_errors_are_those_published(name: str) -> None:
    with (DATA / f"{name}.csv").open(encoding="utf-8") as file:
        rows = list(csv.DictReader(line for line in file if not line.startswith("#")))
    names = [row["name"] for row in rows]
    wins = np.array([[float(row[other]) for other in names] for row in rows])
    base = next(k for k, row in enumerate(rows) if float(row["se"]) == 0)
    value, spread = fit(wins[None])[0], covariance(wins)
    for k, row in enumerate(rows):
        assert value[k] - value[base] == pytest.approx(float(row["strength"]), abs=6e-5)
        error = np.sqrt(max(0.0, spread[k, k] + spread[base, base] - 2 * spread[k, base]))
        assert error == pytest.approx(float(row["se"]), abs=6e-5)
    assert value.sum() == pytest.approx(0, abs=1e-9)


def test_steps_arrive_from_far_and_from_lopsided_wins() -> None:
    wins = np.array([[0, 1000, 1e6], [1, 0, 1000], [1e-3, 1, 0]])
    value = fit(np.stack([wins, wins.T]))
    games = wins + wins.T
    chance = 1 / (1 + np.exp(value[0][None, :] - value[0][:, None]))
    assert np.allclose((games * chance).sum(axis=1), wins.sum(axis=1))
    assert np.allclose(value[1], -value[0])


def test_two_answers_have_the_log_odds_of_their_share() -> None:
    found = strengths(votes(["a"] * 30 + ["b"] * 10))
    assert found.by_name["new"].value == pytest.approx(np.log(3) / 2)
    low, high = found.by_name["new"].ci or (0, 0)
    assert 0 < low < np.log(3) / 2 < high < 1.1
    assert list(found.by_name) == ["new", "old"] and found.by_name["old"].n == 40


def test_what_is_not_connected_is_not_estimated_and_the_names_are_told() -> None:
    apart = [*votes(["a", "b"], a="p", b="q"), *votes(["a", "b"], a="x", b="y")]
    assert strengths(apart).undefined == "no vote compares p and q with x and y"
    never = [*votes(["a", "b"], a="p", b="q"), *votes(["a"], a="p", b="z"), *votes(["a"], a="q", b="z")]
    assert "p and q won every comparison with z" in (strengths(never).undefined or "")
    assert strengths([*never, *votes(["tie"], a="q", b="z")]).undefined is None, "a tie connects"
    assert "no vote compares two answers" in (strengths(votes(["both_bad"])).undefined or "")
    assert strengths(votes(["a", "b"], a="p", b="p")).undefined is not None
    assert why_not(np.array([[0, 1], [1, 0]]), ["a", "b"]) is None


def test_a_share_counts_ties_by_half_and_both_bad_apart() -> None:
    (found,) = preferences([*votes(["a", "a", "b", "tie", "both_bad"]), *votes(["a"], a="old", b="new")])
    counts = (found.a, found.b, found.wins_a, found.wins_b, found.ties, found.both_bad)
    assert counts == ("new", "old", 2, 2, 1, 1), "answers turned round count for their names"
    assert found.share.value == pytest.approx(2.5 / 5) and found.share.n == 5
    assert found.votes == found.items == 6 and "1 vote that found both bad counts apart" in preference_words(found)
    (bad,) = preferences(votes(["both_bad"]))
    assert bad.share.value is None and "both bad" in preference_words(bad)


@pytest.mark.parametrize(("wins", "n"), [(0, 12), (3, 12), (30, 50), (50, 50)])
def test_one_vote_for_each_item_gives_the_jeffreys_interval(wins: int, n: int) -> None:
    q = share([(str(k), float(k < wins)) for k in range(n)], none="")
    assert q.ci == pytest.approx(jeffreys(wins, n), abs=0.02)


def test_several_votes_on_one_item_count_as_one_cluster() -> None:
    one = share([(str(k), float(k < 30)) for k in range(50)], none="")
    four = share([(str(k), float(k < 30)) for k in range(50) for _ in range(4)], none="")
    assert four.n == 200 and four.ci == pytest.approx(one.ci, abs=0.02)
    spread = share([(str(k // 4), float(k % 5 < 3)) for k in range(200)], none="")
    assert (spread.ci or (0, 1))[1] - (spread.ci or (0, 1))[0] < 0.2


def test_intervals_hold_the_truth_where_votes_on_an_item_agree() -> None:
    rng, held = np.random.default_rng(5), 0
    for k in range(200):
        likes = rng.beta(1.2, 0.8, 30)
        given = [(str(i), float(rng.random() < likes[i])) for i in range(30) for _ in range(3)]
        low, high = share(given, none="", seed=k).ci or (0, 0)
        held += low <= 0.6 <= high
    assert 0.91 <= held / 200 <= 0.99


def test_the_pull_of_the_first_place_is_seen_whoever_wins() -> None:
    pulled = [replace(v, choice="a" if v.first == "a" else "b") for v in votes(["a"] * 40)]
    q = position([*pulled, *votes(["tie", "both_bad"])])
    assert q.value == 1 and q.n == 40 and "for its place" in position_words(q)
    fair = position(votes(["a"] * 400))
    assert fair.value == 0.5 and "no pull" in position_words(fair)
    assert "too few" in position_words(position(votes(["a"] * 6)))
    assert position([replace(v, first="") for v in pulled]).value is None
    report = pair_report(pulled, bootstrap=0)
    assert report.position_by_rater["r0"].value == 1


def test_the_report_has_every_figure_and_swapped_sides_do_not_matter() -> None:
    given = [
        *votes(["a", "a", "b", "tie", "a", "b"] * 4, a="m1", b="m2", each=2),
        *votes(["a", "b", "a"] * 4, a="m2", b="m3"),
        *votes(["b", "a", "both_bad"] * 4, a="m1", b="m3"),
    ]
    found = pair_report(given, bootstrap=50)
    document = found.to_json()
    assert document["items"] == 48 and document["votes"] == 72 and document["raters"] == 2
    assert document["choices"] == {"a": 36, "b": 24, "tie": 8, "both_bad": 4}
    assert [(p["a"], p["b"]) for p in document["preferences"]] == [("m1", "m2"), ("m1", "m3"), ("m2", "m3")]
    assert set(document["bradley_terry"]["strengths"]) == {"m1", "m2", "m3"}
    assert document["agreement"]["coefficients"]["percent_agreement"]["value"] == 1
    turned = [replace(v, first="b" if v.first == "a" else "a") for v in given]
    again = pair_report(turned, bootstrap=50).to_json()
    assert {k: again[k] for k in again if "position" not in k} == {k: document[k] for k in again if "position" not in k}
    assert "overlaps" in strength_words(found)


def test_a_file_may_name_the_answers_of_an_item_in_either_order() -> None:
    one = PairVote(item="1", rater="r", a="m", b="n", choice="a")
    other = replace(one, rater="q", a="n", b="m")
    apart, alike = pair_report([one, other], bootstrap=0), pair_report([one, replace(other, choice="b")], bootstrap=0)
    assert apart.agreement.coefficients["percent_agreement"].value == 0
    assert alike.agreement.coefficients["percent_agreement"].value == 1


def test_intervals_of_strengths_hold_the_truth_with_few_pairs() -> None:
    rng, true, held = np.random.default_rng(1), {"m0": 1.0, "m1": 0.0, "m2": -1.0}, []
    for seed in range(100):
        given = []
        for a, b in (("m0", "m1"), ("m0", "m2"), ("m1", "m2")):
            wins = rng.random(8) < 1 / (1 + np.exp(true[b] - true[a]))
            given += votes(["a" if won else "b" for won in wins], a=a, b=b)
        for name, q in strengths(given, seed=seed).by_name.items():
            low, high = q.ci or (0, 0)
            held.append(low <= true[name] <= high)
    assert len(held) > 200 and np.mean(held) > 0.92


def test_a_preference_names_first_the_answer_that_is_preferred() -> None:
    (found,) = preferences(votes(["b", "b", "b", "a", "tie"], a="new", b="old"))
    first, other, best = found.preferred
    assert (first, other, best.value) == ("old", "new", pytest.approx(0.7))
    assert found.share.ci and best.ci == pytest.approx((1 - found.share.ci[1], 1 - found.share.ci[0]))
    (found,) = preferences(votes(["a", "b"], a="new", b="old"))
    assert found.preferred[:2] == ("new", "old"), "a draw keeps the order of the names"
