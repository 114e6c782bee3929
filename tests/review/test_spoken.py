"""Names of data as words."""

from __future__ import annotations

import pytest

from review.basics.words import spoken


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
