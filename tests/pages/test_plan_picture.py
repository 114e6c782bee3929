"""The picture of a plan: what other minutes would give, with the plan marked."""

from __future__ import annotations

from pages.parts.sampling.offers import PLAN, picture_words, plan_frame
from review.evidence.forecast import ExpectedEstimate
from review.evidence.offers import Offer
from review.statistics.quantity import Quantity


def offer(minutes: float, items: int, margin: float) -> Offer:
    return Offer(
        minutes, items, (ExpectedEstimate("wrong", Quantity(value=0.2, ci=(0.2 - margin, 0.2 + margin)), True),)
    )


def test_the_picture_marks_the_plan_and_says_it_in_words() -> None:
    plan = offer(12.4, 80, 0.07)
    frame = plan_frame([offer(5, 40, 0.1), offer(12, 80, 0.07), offer(60, 400, 0.03)], plan)
    assert list(frame["items"]) == [40, 80, 80, 400] and list(frame["label"]) == ["", "", PLAN, ""]
    assert picture_words(frame) == (
        "Your plan, about 12 minutes each, 80 items in the week: 'wrong' ± 7 points. "
        "With about 5 minutes each, 40 items in the week: 'wrong' ± 10 points. "
        "With about 60 minutes each, 400 items in the week: 'wrong' ± 3 points."
    )
    assert plan_frame([], Offer(1, 1, ())).empty


def test_a_plan_that_draws_too_little_is_said_beside_what_more_would_give() -> None:
    words = picture_words(plan_frame([offer(5, 40, 0.1)], Offer(1, 0, ())))
    assert words.startswith("Your plan draws too little for an estimate. Raise the rate. With about 5 minutes each")
