"""The values after which an item never goes without Enter."""

from __future__ import annotations

from typing import Any

import pytest

from review.annotating.not_fine import not_fine
from review.rubric.default import DEFAULT_RUBRIC
from review.rubric.rubric import rubric_from


def one(name: str, *values: str, scale: str = "ordinal", positive: str | None = None) -> dict[str, Any]:
    return {"name": name, "scale": scale, "values": list(values)} | ({"positive": positive} if positive else {})


@pytest.mark.parametrize(
    ("dimensions", "expected"),
    [
        ([one("a", "wrong", "partly", "right", positive="wrong")], {"a": ["wrong", "partly"]}),
        ([one("a", "right", "partly", "wrong", positive="wrong")], {"a": ["partly", "wrong"]}),
        ([one("a", "yes", "no", scale="nominal", positive="no")], {"a": ["no"]}),
        ([one("a", "low", "high")], {"a": []}),
        (
            [one("a", "x", "y", scale="nominal"), one("b", "bad", "so", "good", positive="bad")],
            {"a": [], "b": ["bad", "so"]},
        ),
        (
            [one("a", "wrong", "right", positive="wrong"), one("b", "rude", "neutral", "kind", positive="rude")],
            {"a": ["wrong"], "b": ["rude"]},
        ),
    ],
)
def test_the_values_after_which_more_may_be_said(dimensions: list[dict[str, Any]], expected: dict[str, Any]) -> None:
    assert not_fine(rubric_from({"dimensions": dimensions})) == expected


def test_in_the_default_rubric_a_neutral_tone_is_fine() -> None:
    found = not_fine(rubric_from(DEFAULT_RUBRIC))
    assert found == {"correctness": ["wrong", "partly"], "reasons": [], "intent": [], "politeness": ["rude"]}
