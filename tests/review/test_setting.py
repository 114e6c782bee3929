"""Values of settings files: what is taken, and in which words the rest is refused."""

from __future__ import annotations

import math
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from review.basics import setting
from review.basics.errors import InputError

NUMBERS = st.one_of(st.integers(-5, 5), st.floats(-5, 5))


@example(10**400, 0, 1)
@example(math.nan, 0, 1)
@example(math.inf, 0, 1)
@given(NUMBERS, st.integers(-3, 0), st.integers(1, 3))
def test_a_number_is_taken_exactly_within_its_bounds(found: float, low: int, high: int) -> None:
    for bounds, within in (
        ({"least": low, "most": high}, low <= found <= high),
        ({"above": low, "most": high}, low < found <= high),
        ({"above": low}, low < found and found not in (math.inf, 10**400)),
        ({"least": low}, low <= found and found not in (math.inf, 10**400)),
    ):
        if within:
            assert setting.number("here", found, **bounds) == found
        else:
            with pytest.raises(InputError, match=r"^here: found .*, expected a number"):
                setting.number("here", found, **bounds)


@pytest.mark.parametrize(
    ("bounds", "words"),
    [
        ({"least": 1}, "a whole number, 1 or more."),
        ({"least": 1, "most": 9}, "a whole number from 1 to 9."),
        ({"most": 9}, "a whole number, at most 9."),
        ({}, "a whole number."),
        ({"least": 8, "unit": "a whole number of tokens"}, "a whole number of tokens, 8 or more."),
        ({"least": 1, "remedy": "Or leave it out."}, "a whole number, 1 or more. Or leave it out."),
    ],
)
@pytest.mark.parametrize("found", [True, 5.0, "5", None])
def test_what_is_no_whole_number_is_told_in_these_words(bounds: dict[str, Any], words: str, found: object) -> None:
    with pytest.raises(InputError) as told:
        setting.whole_number("here", found, **bounds)
    assert str(told.value) == f"here: found {found!r}, expected {words}"


@pytest.mark.parametrize(
    ("bounds", "words"),
    [
        ({"above": 0, "most": 1}, "a number above 0, at most 1."),
        ({"above": 0}, "a number above 0."),
        ({"least": 0, "unit": "the price of a million tokens"}, "the price of a million tokens, 0 or more."),
    ],
)
def test_an_exclusive_bound_is_said(bounds: dict[str, Any], words: str) -> None:
    with pytest.raises(InputError) as told:
        setting.number("here", -1, **bounds)
    assert str(told.value) == f"here: found -1, expected {words}"


@pytest.mark.parametrize(
    ("found", "shown"), [([], "[]"), ("red", "'red'"), (["red", "grey"], "'grey'"), (["red", 5], "5"), ([[]], "[]")]
)
def test_a_list_of_allowed_words_names_the_first_that_is_not(found: object, shown: str) -> None:
    with pytest.raises(InputError) as told:
        setting.some_of("here", found, ("red", "blue"))
    assert str(told.value) == f"here: found {shown}, expected a list of red, blue."


def test_a_list_of_allowed_words_keeps_its_order() -> None:
    assert setting.some_of("here", ["blue", "red"], ("red", "blue")) == ("blue", "red")


@pytest.mark.parametrize("check", [setting.text, setting.table, setting.listed])
def test_a_veiled_setting_is_never_repeated(check: Any) -> None:
    with pytest.raises(InputError, match=r"^here: found set, expected a (text|table|list)\.$"):
        check("here", {"sk-0123456789abcdef"}, veiled=True)
