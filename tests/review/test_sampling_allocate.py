import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from review.basics.errors import InputError, Refused
from review.sampling.allocate import Budget, DrawnStratum, Wishes, allocate, raised, refuse_lower
from review.sampling.strata import DEFAULT_GROUPS

NAMES = ("failing", "low_confidence", "rest")


def plan(failing, low, rest, **wishes):
    return {
        a.name: a
        for a in allocate(dict(zip(NAMES, (failing, low, rest), strict=True)), Wishes(**wishes), DEFAULT_GROUPS).strata
    }


def test_fifty_failing_and_fifty_of_low_confidence_are_the_default():
    found = plan(4_000, 30, 100_000, rate=0.01)
    # 4,000 failing: 50/4000 = .0125 is more than 1 %. 30 of low confidence: fewer than 50, so all. Rest: the rate.
    assert (found["failing"].probability, found["failing"].count) == (0.0125, 50)
    assert (found["low_confidence"].probability, found["low_confidence"].count) == (1.0, None)
    assert (found["rest"].probability, found["rest"].count) == (0.01, None)


def test_a_hundred_of_four_thousand_failing_is_a_probability_of_one_in_forty():
    assert plan(4_000, 0, 0, rate=0.01, caps={"failing": 100})["failing"].probability == 0.025


def test_the_rate_is_the_floor_where_the_cap_gives_less():
    found = plan(10_000, 0, 0, rate=0.05)["failing"]
    assert (found.probability, found.count) == (0.05, None)


def test_all_is_all():
    assert plan(10_000, 5, 5, rate=0.05, caps={"failing": "all"})["failing"].probability == 1.0


def test_a_cap_for_a_group_that_does_not_exist_is_refused():
    with pytest.raises(InputError, match="'bots'"):
        plan(1, 1, 1, rate=0.1, caps={"bots": 5})


@pytest.mark.parametrize("cap", [0, -1, True, 2.5, "some"])
def test_a_cap_that_is_no_number_is_refused(cap):
    with pytest.raises(InputError, match="'all' or a whole number"):
        Wishes(0.1, {"failing": cap})


@settings(deadline=None)
@given(
    st.tuples(*[st.integers(0, 10**6)] * 3),
    st.floats(1e-6, 1.0),
    st.dictionaries(st.sampled_from(NAMES), st.just("all") | st.integers(1, 5_000)),
    st.none() | st.builds(Budget, st.floats(0.1, 500), st.integers(1, 12), st.floats(5, 300), st.floats(0, 1)),
)
def test_no_probability_is_under_the_rate_and_none_over_one(populations, rate, caps, budget):
    found = allocate(dict(zip(NAMES, populations, strict=True)), Wishes(rate, caps, budget), DEFAULT_GROUPS)
    for stratum in found.strata:
        assert rate <= stratum.probability <= 1
        if stratum.count is not None:
            assert 0 < stratum.count < stratum.population
            assert stratum.probability == stratum.count / stratum.population


@settings(deadline=None)
@given(st.tuples(*[st.integers(0, 10**5)] * 3), st.builds(Budget, st.floats(1, 500), st.integers(1, 12)))
def test_a_budget_is_kept_wherever_the_rate_alone_keeps_it(populations, budget):
    wishes = Wishes(0.0001, budget=budget)
    found = allocate(dict(zip(NAMES, populations, strict=True)), wishes, DEFAULT_GROUPS)
    if 0.0001 * sum(populations) <= budget.items:
        assert sum(a.expected for a in found.strata) <= budget.items + 1e-6
        assert not found.notes


def test_an_hour_of_three_people_is_spent_on_the_caps_first_and_then_on_the_rest():
    # 3 people * 60 min / 1 min = 180 judgements; an item takes 1 + 0.2 * (3 - 1) = 1.4 of them: 128 items.
    budget = Budget(60, 3, seconds=60, overlap=0.2)
    assert budget.items == 128
    found = plan(4_000, 900, 1_000, rate=0.001, budget=budget)
    assert found["failing"].count == found["low_confidence"].count == 50
    assert found["rest"].count == 128 - 100
    assert budget.minutes_for(128) == pytest.approx(128 * 1.4 / 3)


def test_a_budget_under_the_rate_is_said_and_the_rate_stands():
    found = allocate(
        {"failing": 0, "low_confidence": 0, "rest": 10_000}, Wishes(0.01, budget=Budget(30)), DEFAULT_GROUPS
    )
    assert found.strata[-1].probability == 0.01
    assert "100 items, 100 minutes per person; the budget of 30 minutes covers 30" in found.notes[0]


@pytest.mark.parametrize("numbers", [(0, 1, 60), (-5, 1, 60), (60, 0, 60), (60, 1, 0), (float("inf"), 1, 60)])
def test_a_budget_of_nothing_is_refused(numbers):
    with pytest.raises(InputError, match="budget"):
        Budget(*numbers)


def test_a_later_draw_lowers_nothing():
    before = (
        DrawnStratum("failing", 200, 1.0, 200),
        DrawnStratum("low_confidence", 40, 1.0, 40),
        DrawnStratum("rest", 5_000, 0.01, 47),
    )
    populations = {s.name: s.population for s in before}
    wishes = Wishes(0.02)
    later = {a.name: a for a in raised(before, allocate(populations, wishes, DEFAULT_GROUPS), wishes.caps).strata}
    assert (later["failing"].probability, later["failing"].count) == (1.0, 200)
    assert (later["rest"].probability, later["rest"].count) == (0.02, None)
    asked = Wishes(0.02, {"failing": 100})
    with pytest.raises(Refused, match="can only raise"):
        raised(before, allocate(populations, asked, DEFAULT_GROUPS), asked.caps)
    with pytest.raises(Refused, match="can only raise"):
        refuse_lower(0.005, 0.01)
