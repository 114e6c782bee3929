"""Names of data as words."""

from __future__ import annotations

import pytest

from review.basics.words import p_value, p_words, spoken


@pytest.mark.parametrize(
    ("value", "text"),
    [
        ("order_status", "order status"),
        (["wrong_fact", "unsafe"], "wrong fact, unsafe"),
        (("größe_2", "x"), "größe 2, x"),
        (None, ""),
        ("a_", "a_"),
        ("_private", "_private"),
        ("see file_name.txt now", "see file_name.txt now"),
        (3, "3"),
    ],
)
def test_only_what_is_written_like_a_name_becomes_words(value: object, text: str) -> None:
    assert spoken(value) == text


@pytest.mark.parametrize(
    ("p", "cell", "words"),
    [
        (3.81e-06, "< 0.0001", "p < 0.0001"),
        (0.0, "< 0.0001", "p < 0.0001"),
        (0.0001, "0.0001", "p = 0.0001"),
        (0.000977, "0.000977", "p = 0.000977"),
        (0.0625, "0.0625", "p = 0.0625"),
        (1.0, "1", "p = 1"),
    ],
)
def test_a_small_p_value_is_never_zero_and_needs_no_exponent(p: float, cell: str, words: str) -> None:
    assert (p_value(p), p_words(p)) == (cell, words)
