"""One form of a label, and one shape of a quantity."""

import math

import numpy as np
import pytest
from examples import examples
from hypothesis import given
from hypothesis import strategies as st

from review.basics.errors import InputError
from review.basics.labels import Label, Scale, canonical_text, number_text, ratings_of, set_members
from review.statistics.quantity import Quantity

WORDS = st.lists(st.text(st.characters(exclude_categories=("Cs",)), min_size=1, max_size=6), min_size=2, max_size=6)
SCALARS = st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8)


@examples(200)
@given(raw=SCALARS, words=WORDS, kind=st.sampled_from(["nominal", "ordinal", "interval", "ratio"]), free=st.booleans())
def test_canonical_twice_is_canonical_once(raw, words, kind, free):
    values = tuple(dict.fromkeys(w for word in words if (w := canonical_text(word))))
    scale = Scale(kind, () if free and kind in ("interval", "ratio") else values)
    for said in (raw, *values):
        try:
            once = scale.canonical(said)
        except ValueError:
            continue
        assert scale.canonical(once) == once
        assert once is None or not scale.values or once in scale.values


@examples(200)
@given(raw=SCALARS | st.lists(SCALARS, max_size=4), words=WORDS)
def test_a_set_is_in_declared_order_and_each_value_once(raw, words):
    values = tuple(dict.fromkeys(w for word in words if (w := canonical_text(word)) and "|" not in w))
    scale = Scale("set", values)
    for said in (raw, list(values[::-1]) * 2, "|".join(values)):
        try:
            once = scale.canonical(said)
        except ValueError:
            continue
        assert once is None or once == tuple(v for v in values if v in once)
        assert scale.canonical(once) == once


def test_the_declared_order_is_kept_and_not_the_alphabet():
    scale = Scale("ordinal", ("low", "medium", "high"))
    labels = [Label(f"i{k}", "r", "d", v) for k, v in enumerate(["high", "low", "medium", "low"])]
    found = ratings_of(labels, scale)
    assert found.scale.values == ("low", "medium", "high") and list(found.value) == [2, 0, 1, 0]
    assert list(found.numbers()) == [1.0, 2.0, 3.0]
    assert found.counts().tolist() == [[0, 0, 1], [1, 0, 0], [0, 1, 0], [1, 0, 0]]


@pytest.mark.parametrize(
    ("raw", "text"),
    [(1.0, "1"), (1, "1"), ("1.0", "1"), (" 1 ", "1"), (np.float64(1.0), "1"), (np.int64(1), "1"), ("1e0", "1")],
)
def test_a_number_has_one_form(raw, text):
    assert Scale("nominal", ("1", "2")).canonical(raw) == text
    assert Scale("interval").canonical(raw) == text


@pytest.mark.parametrize(
    ("number", "text"),
    [
        (3.0, "3"),
        (-0.0, "0"),
        (0.1, "0.1"),
        (2.5, "2.5"),
        (1e15, "1000000000000000.0"),
        (1e300, "1e+300"),
        (-7.0, "-7"),
    ],
)
def test_the_text_of_a_number_is_the_shortest(number, text):
    assert number_text(number) == text and float(text) == number


@pytest.mark.parametrize("nothing", [None, "", "  ", math.nan])
def test_nothing_said_is_no_label(nothing):
    assert Scale("nominal", ("a", "b")).canonical(nothing) is None
    assert Scale("interval").canonical(nothing) is None


@pytest.mark.parametrize("raw", ["inf", math.inf, "nan", "many", "1,5", "1\x00"])
def test_what_is_no_number_is_refused_on_a_numeric_scale(raw):
    with pytest.raises(ValueError, match="a number"):
        Scale("interval").canonical(raw)


def test_a_ratio_is_not_negative():
    with pytest.raises(ValueError, match="not negative"):
        Scale("ratio").canonical(-1)
    assert Scale("ratio").canonical(0) == "0"


def test_a_near_miss_is_guessed_and_a_long_text_costs_nothing():
    scale = Scale("nominal", ("friendly", "neutral", "rude"))
    with pytest.raises(ValueError, match=r"one of friendly, neutral, rude \(did you mean 'friendly'\?\)"):
        scale.canonical("Freindly")
    with pytest.raises(ValueError, match="one of friendly, neutral, rude"):
        scale.canonical("x" * 5_000_000)


def test_a_scale_declares_each_value_once_and_a_known_kind():
    with pytest.raises(InputError, match="declares 'a' more than once"):
        Scale("nominal", ("a", "b", "a"))
    with pytest.raises(InputError, match="scale 'likert' is not known"):
        Scale("likert", ("a", "b"))


def test_a_set_splits_into_one_yes_or_no_per_value():
    labels = [Label("i", "ana", "r", ("a", "c")), Label("i", "ben", "r", ())]
    found = set_members(labels, Scale("set", ("a", "b", "c")))
    assert {v: [label.value for label in mine] for v, (mine, _) in found.items()} == {
        "a": ["yes", "no"],
        "b": ["no", "no"],
        "c": ["yes", "no"],
    }


def test_a_quantity_is_finite_or_says_why_not():
    for wrong in (math.nan, math.inf):
        with pytest.raises(ValueError, match="finite"):
            Quantity(value=wrong)
        with pytest.raises(ValueError, match="finite"):
            Quantity(value=0.5, ci=(0.1, wrong))
        with pytest.raises(ValueError, match="finite"):
            Quantity(value=0.5, se=wrong)
    with pytest.raises(ValueError, match="either a value or a reason"):
        Quantity(value=None)
    with pytest.raises(ValueError, match="either a value or a reason"):
        Quantity(value=0.5, undefined="but")


def test_a_quantity_reads_well_and_has_the_agreed_json():
    found = Quantity(value=0.74, ci=(0.61, 0.85), se=0.06, method="bootstrap", n=112)
    assert str(found) == "0.740 [0.610, 0.850]" and str(Quantity(value=0.5)) == "0.500"
    assert found.to_json() == {
        "value": 0.74,
        "ci": [0.61, 0.85],
        "se": 0.06,
        "method": "bootstrap",
        "method_se": "bootstrap",
        "n": 112,
        "undefined": None,
    }
    missing = Quantity.missing("nobody rated anything", n=3)
    assert str(missing) == "undefined (nobody rated anything)"
    assert missing.to_json()["value"] is None and missing.to_json()["undefined"] == "nobody rated anything"
