import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sampling_oracle import stratum_of

from review.sampling.strata import DEFAULT_GROUPS, Condition, Group, default_groups, names_of


@pytest.mark.parametrize(
    ("row", "stratum"),
    [
        ({"status": "ok"}, "rest"),
        ({}, "rest"),
        ({"status": "Error"}, "failing"),
        ({"error_type": "unknown_column"}, "failing"),
        ({"status": "ok", "error_type": "unknown_column"}, "rest"),
        ({"status": "ok", "feedback": " Down"}, "failing"),
        ({"status": "ok", "feedback": "down,copied"}, "failing"),
        ({"status": "ok", "feedback": "copied,down"}, "rest"),
        ({"status": "ok", "feedback": "up"}, "rest"),
        ({"status": "ok", "feedback": "0"}, "rest"),
        ({"status": "ok", "feedback": -1}, "failing"),
        ({"status": "ok", "confidence": 0.49}, "low_confidence"),
        ({"status": "ok", "confidence": 0.5}, "rest"),
        ({"status": "ok", "confidence": "n/a"}, "rest"),
        ({"status": "ok", "confidence": float("nan")}, "rest"),
        ({"status": "ok", "low_confidence": True}, "low_confidence"),
        ({"status": "ok", "low_confidence": False}, "rest"),
        ({"status": "ok", "repaired": False}, "rest"),
        ({"status": "ok", "repaired": False, "repair_rounds": 3}, "low_confidence"),
        ({"status": "ok", "repaired": True, "repair_rounds": 3}, "rest"),
        ({"status": "ok", "repaired": "false", "error_type": "bad_join"}, "low_confidence"),
        ({"status": "error", "confidence": 0.1}, "failing"),
    ],
)
def test_a_conversation_belongs_to_the_first_group_that_fits(row, stratum):
    assert stratum_of(row) == stratum


def test_the_bound_of_low_confidence_can_be_moved():
    assert stratum_of({"confidence": 0.6}, default_groups(0.7)) == "low_confidence"


def test_more_groups_are_data():
    dear = (Condition("scenario", "in", ("billing", "refund")), Condition("cost", "at_least", 2.0))
    groups = (*DEFAULT_GROUPS, Group("billing", (dear,), 30))
    assert names_of(groups) == ("failing", "low_confidence", "billing", "rest")
    assert stratum_of({"status": "ok", "scenario": "billing", "cost": 2}, groups) == "billing"
    assert stratum_of({"status": "ok", "scenario": "billing", "cost": 1}, groups) == "rest"
    assert stratum_of({"status": "error", "scenario": "billing", "cost": 2}, groups) == "failing"


@settings(deadline=None)
@given(
    st.dictionaries(
        st.sampled_from(["status", "feedback", "confidence", "low_confidence", "repaired"]),
        st.none() | st.text() | st.floats() | st.booleans(),
    )
)
def test_every_row_has_exactly_one_stratum(row):
    assert stratum_of(row) in names_of(DEFAULT_GROUPS)
