"""Votes of repeats and both orders: a majority, a tie, or the cause of what is missing."""

from __future__ import annotations

import json

import pytest
from llm_desk import CORRECTNESS, POLITENESS, REASONS

from review.basics.labels import Scale
from review.judges.llm.kind import opinions_of
from review.judges.llm.labels import joined, majority, score_of, share_of
from review.judges.llm.reply import Reply
from review.rubric.rubric import Dimension


def reply(label=None, *, error="", cost=None, latency=None, cached=False):
    text = f'{{"politeness": {{"label": "{label}", "rationale": "r-{label}"}}}}'
    came = {"error": error, "raw": "raw"} if error else {"content": {"text": text, "finish_reason": "stop"}}
    return Reply(**came, latency_ms=latency, cost=cost, cached=cached)


def said(*replies):
    return joined(POLITENESS, [opinions_of(r, "s", (POLITENESS,))[0] for r in replies])


@pytest.mark.parametrize(
    ("votes", "value", "cause"),
    [
        # More than half of all votes, the missing ones counted among them.
        ("a", "a", ""),
        ("aab", "a", ""),
        ("aa-", "a", ""),
        ("ab", None, "tie"),
        ("abc", None, "tie"),
        ("aabb", None, "tie"),
        # 1 of 2: had the missing one been given, it might have been a majority.
        ("a-", None, "timed_out"),
        ("ab-", None, "timed_out"),
        ("aabb-", None, "timed_out"),
        ("--", None, "timed_out"),
        # 1 + 1 missing of 4 is no more than half whatever it says.
        ("abc-", None, "tie"),
    ],
)
def test_a_majority_is_more_than_half_of_all_votes(votes, value, cause):
    values = [None if v == "-" else v for v in votes]
    assert majority(values, ["timed_out" if v is None else "" for v in values]) == (value, cause)


GRAVITY = Dimension(
    name="gravity", scale=Scale("nominal", ("mild", "grave")), shown_when={"correctness": ("wrong", "partly")}
)


@pytest.mark.parametrize(
    ("labels", "cause"),
    [
        ({"correctness": "correct", "gravity": None}, "not_asked"),
        ({"correctness": "correct"}, "not_asked"),
        # It is asked, or nothing tells that it is not.
        ({"correctness": "wrong", "gravity": None}, "missing"),
        ({"correctness": None, "gravity": None}, "missing"),
        ({"correctness": "terrible", "gravity": None}, "missing"),
        ({"correctness": "correct", "gravity": "awful"}, "off_scale"),
    ],
)
def test_a_dimension_that_the_replys_own_labels_rule_out_is_not_missing(labels, cause):
    content = {"text": json.dumps({name: {"label": label} for name, label in labels.items()}), "finish_reason": "stop"}
    (_, found) = opinions_of(Reply(content=content), "s", (CORRECTNESS, GRAVITY))
    assert (found.value, found.error) == (None, cause)


def test_one_vote_is_the_verdict_with_no_votes_beside_it():
    one = said(reply("rude", cost=0.4, latency=20.0))
    assert (one.value, one.rationale, one.votes, one.raw, one.cost, one.latency_ms) == (
        "rude",
        "r-rude",
        (),
        "",
        0.4,
        20.0,
    )


def test_the_first_vote_for_the_winner_gives_the_reason():
    one = said(reply("rude"), reply("neutral"), reply("neutral"))
    assert (one.value, one.rationale, one.votes) == ("neutral", "r-neutral", ("rude", "neutral", "neutral"))
    # Positive is "rude": 1 of 3 votes.
    assert one.score == pytest.approx(1 / 3)


def test_a_tie_is_a_missing_verdict_with_its_votes():
    one = said(reply("rude"), reply("neutral"))
    assert (one.value, one.error, one.votes, one.score) == (None, "tie", ("rude", "neutral"), None)


def test_missing_votes_give_their_cause_and_their_raw_reply():
    one = said(reply("rude"), reply(error="timed_out"))
    assert (one.value, one.error, one.raw, one.votes) == (None, "timed_out", "raw", ("rude", None))


def test_cost_is_the_sum_and_latency_the_mean_of_all_calls():
    one = said(reply("rude", cost=0.1, latency=10.0), reply("rude", cost=0.3, latency=30.0))
    assert one.cost == pytest.approx(0.4) and one.latency_ms == 20.0 and not one.cached
    assert said(reply("rude", cached=True, cost=0.0), reply("rude", cached=True, cost=0.0)).cached
    assert not said(reply("rude", cached=True), reply("rude")).cached


def test_cost_is_split_over_the_dimensions():
    both = opinions_of(reply("rude", cost=0.4), "s", (POLITENESS, CORRECTNESS))
    assert [b.cost for b in both] == [0.2, 0.2]
    assert [b.error for b in both] == ["", "missing"]


def test_a_stated_confidence_becomes_a_score_of_the_positive_value():
    # Three values, "rude" positive: 0.8 for it is 0.8; 0.8 for another leaves 0.2 over the other two, 0.1 each.
    assert score_of(POLITENESS, "rude", 0.8) == 0.8
    assert score_of(POLITENESS, "neutral", 0.8) == pytest.approx(0.1)
    assert score_of(POLITENESS, "neutral", None) is None
    assert score_of(REASONS, "unsafe", 0.8) is None, "it has no positive value"


def test_missing_votes_do_not_count_in_the_share():
    assert share_of(POLITENESS, ["rude", "rude", None, "neutral"]) == 2 / 3
