"""What an adjudicator looks at first: the uncertainty that is left after people have voted."""

from __future__ import annotations

from math import log2

import pytest
from hypothesis import given
from hypothesis import strategies as st

from review.basics.labels import Label, Ratings, Scale, ratings_of
from review.statistics.contested import FEW_DOUBLE, disagreement

YES_NO = Scale("nominal", ("no", "yes"))


def ratings(*votes: tuple[str, str, str]) -> Ratings:
    return ratings_of([Label(item, rater, "d", value) for item, rater, value in votes], YES_NO)


def test_few_labels_rank_by_the_spread_of_their_votes() -> None:
    some = ratings(
        ("tie", "a", "no"), ("tie", "b", "yes"), ("one", "a", "no"), ("agreed", "a", "no"), ("agreed", "b", "no")
    )
    # Shares of the tie: 1/2 and 1/2, so 2 x 1/2 x log2 2 = 1 bit; the others are certain.
    assert disagreement({"d": some}) == {"tie": 1.0, "one": 0.0, "agreed": 0.0}


def test_dimensions_add_up_and_an_item_without_labels_is_absent() -> None:
    two_to_one = ratings(("i", "a", "no"), ("i", "b", "no"), ("i", "c", "yes"))
    tie = ratings(("i", "a", "no"), ("i", "b", "yes"))
    # 2/3 log2(3/2) + 1/3 log2 3 = 0.918 bits, and 1 bit of the tie.
    found = disagreement({"first": two_to_one, "second": tie, "third": ratings()})
    assert found == {"i": pytest.approx(2 / 3 * log2(3 / 2) + 1 / 3 * log2(3) + 1)}


def test_a_vote_is_weighed_by_its_raters_reliability() -> None:
    # Over 40 items a and b always agree and c says the opposite of them half of the time. Where a and b face each
    # other nobody knows; where c alone dissents, the model believes a and b.
    votes = []
    for k in range(40):
        truth = "yes" if k % 2 else "no"
        other = "no" if k % 2 else "yes"
        votes += [(f"i{k}", "a", truth), (f"i{k}", "b", truth), (f"i{k}", "c", other if k % 4 < 2 else truth)]
    votes += [("apart", "a", "no"), ("apart", "b", "yes"), ("dissent", "a", "no"), ("dissent", "c", "yes")]
    found = disagreement({"d": ratings(*votes)})
    assert found["apart"] > found["dissent"]


@given(st.lists(st.tuples(st.sampled_from("ijklmnopqrstuvw"), st.sampled_from("abc"), st.sampled_from(YES_NO.values))))
def test_uncertainty_is_between_none_and_one_bit_for_two_values(votes: list[tuple[str, str, str]]) -> None:
    found = disagreement({"d": ratings(*votes)})
    assert found.keys() == {item for item, _, _ in votes}
    assert all(0 <= bits <= 1 + 1e-9 for bits in found.values())


def test_the_model_is_used_only_with_ten_or_more_double_votes() -> None:
    few = [(f"i{k}", r, "no") for k in range(FEW_DOUBLE - 2) for r in "ab"]
    # Nine double votes with the tie: its shares count, 1 bit, whatever the raters said elsewhere.
    assert disagreement({"d": ratings(*few, ("tie", "a", "yes"), ("tie", "b", "no"))})["tie"] == 1.0
