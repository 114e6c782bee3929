"""Similarity of an answer and the expected answer, by both methods."""

from __future__ import annotations

import pytest
from examples import examples
from hypothesis import given
from hypothesis import strategies as st

from review.basics.errors import InputError
from review.checks import cosine as module
from review.checks.cosine import Pair, Similarity, method_here, similarities, similarity
from review.models.embeddings import CARRIED, lacking

METHODS = [
    "tfidf",
    pytest.param("embeddings", marks=pytest.mark.skipif(bool(lacking()), reason=lacking())),
]
TEXT = st.text(max_size=60)

PARAPHRASES = [
    (
        "Your parcel will arrive on Monday.",
        "Your package will arrive on Monday.",
        "We do not sell gift cards in shops.",
    ),
    ("You can return it within 30 days.", "It can be returned within 30 days.", "Revenue was highest in November."),
    ("The refund takes 5 to 7 business days.", "A refund takes five to seven business days.", "Please reset the lamp."),
]
"""A sentence, a paraphrase of it, and another sentence."""


@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize(("text", "same", "other"), PARAPHRASES)
def test_the_same_in_other_words_is_closer_than_something_else(method, text: str, same: str, other: str) -> None:
    near, far = similarities([Pair(text, same), Pair(text, other)], method=method)
    assert near.value is not None and far.value is not None and near.value > far.value + 0.2


@pytest.mark.skipif(bool(lacking()), reason=lacking())
def test_embeddings_know_words_of_like_meaning_and_tfidf_does_not() -> None:
    pair = Pair("The shipment is delayed.", "Your parcel comes late.")
    by_meaning, by_letters = (similarity(*pair, method=m).value for m in ("embeddings", "tfidf"))
    assert by_meaning is not None and by_letters is not None and by_meaning > 0.5 > 0.1 > by_letters


@pytest.mark.skipif(bool(lacking()), reason=lacking())
def test_the_published_example_of_the_model_is_reproduced() -> None:
    # sbert.net, "Computing embeddings", all-MiniLM-L6-v2: 0.6660, 0.1046 and 0.1411.
    weather, sunny, stadium = (
        "The weather is lovely today.",
        "It's so sunny outside!",
        "He drove to the stadium.",
    )
    found = similarities([Pair(weather, sunny), Pair(weather, stadium), Pair(sunny, stadium)], method="embeddings")
    assert [f.value for f in found] == pytest.approx([0.6660, 0.1046, 0.1411], abs=1e-3)


@pytest.mark.parametrize("method", METHODS)
@examples(40)
@given(one=TEXT, other=TEXT)
def test_it_is_symmetric_in_bounds_one_for_equal_texts_and_undefined_for_empty_ones(
    method, one: str, other: str
) -> None:
    there, back, same = similarities([Pair(one, other), Pair(other, one), Pair(one, one)], method=method)
    if not one.strip() or not other.strip():
        assert there.value is None is back.value
    else:
        assert there.value is not None and -1 <= there.value <= 1
        assert back.value == pytest.approx(there.value, abs=1e-5)
    assert same.value == (1.0 if one.strip() else None)


@pytest.mark.parametrize("method", METHODS)
def test_a_result_does_not_depend_on_the_other_pairs(method) -> None:
    pairs = [Pair(a, b) for a, b, _ in PARAPHRASES] + [Pair("", "x"), Pair("same", "same")]
    together = similarities(pairs, method=method)
    for pair, found in zip(pairs, together, strict=True):
        alone = similarity(*pair, method=method)
        assert alone.method == found.method == method
        assert (alone.value is None and found.value is None) or alone.value == pytest.approx(found.value, abs=1e-5)
    assert similarities([], method=method) == []


def test_the_fallback_names_itself(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "lacking", lambda model="": "no torch here")
    assert method_here() == "tfidf"
    assert similarity("a refund", "a refund") == Similarity(1.0, "tfidf", "")


@pytest.mark.skipif(bool(lacking()), reason=lacking())
def test_embeddings_are_used_where_they_are_installed_and_name_their_model() -> None:
    assert method_here() == "embeddings"
    assert similarity("a refund", "a refund") == Similarity(1.0, "embeddings", CARRIED)


def test_another_method_is_refused() -> None:
    with pytest.raises(InputError, match="method: found 'bleu', expected one of embeddings, tfidf"):
        similarity("a", "b", method="bleu")  # type: ignore[arg-type]
