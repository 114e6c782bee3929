"""Toxic sentences, found by a model on this machine; the evidence is the position of each."""

from __future__ import annotations

import itertools
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tiny_model import needs_models, save_model

from review.basics.errors import InputError
from review.checks.protocol import Texts, pair
from review.checks.toxicity import LONGEST, sentences, toxic_labels, toxicities, toxicity

WORDS = {"toxic": ("idiot", "stupid", "fool", "trash"), "non-toxic": ("thank", "order", "parcel", "gladly")}


@pytest.fixture(scope="module")
def model(tmp_path_factory: pytest.TempPathFactory) -> str:
    return str(save_model(tmp_path_factory.mktemp("models") / "toxicity", WORDS))


@needs_models
def test_the_toxic_sentence_is_the_evidence(model: str) -> None:
    answer = "Thank you, gladly. You stupid idiot! Order 3.5 of the parcel."
    found = toxicity(pair("you fool", answer), {"model": model})
    assert found["flagged"]
    (span,) = found["spans"]
    assert (span["field"], span["kind"]) == ("messages.1.content", "toxic")
    assert answer[span["start"] : span["end"]] == "You stupid idiot!"
    assert found["value"] == span["score"] > 0.9
    assert found["note"] == "1 sentence of 3 toxic from 0.5 on."


@needs_models
def test_the_whole_conversation_may_be_read(model: str) -> None:
    found = toxicity(pair("you fool", "thank you"), {"model": model, "of": "conversation"})
    assert [s["field"] for s in found["spans"]] == ["messages.0.content"]


@needs_models
def test_a_clean_answer_has_a_score_and_no_evidence(model: str) -> None:
    found = toxicity(pair("you fool", "thank you"), {"model": model})
    assert (found["flagged"], found["spans"]) == (False, [])
    assert isinstance(found["value"], float) and found["value"] < 0.1


@needs_models
@pytest.mark.parametrize("answer", ["", " \n ", "...", "🙂"])
def test_an_answer_without_words_has_no_value(model: str, answer: str) -> None:
    found = toxicity(pair("you fool", answer), {"model": model})
    assert (found["flagged"], found["value"], found["note"]) == (False, None, "There is nothing to read.")


@needs_models
def test_many_conversations_at_once_give_the_same_findings_as_one_by_one(model: str) -> None:
    many = [pair("", a) for a in ("thank you", "idiot. thank you", "", "trash " * 200, "谢谢。 stupid", "شكرا؟ order")]
    told: list[tuple[int, int]] = []
    together = toxicities(many, {"model": model}, progress=lambda done, whole: told.append((done, whole)))
    for found, texts in zip(together, many, strict=True):
        alone = toxicity(texts, {"model": model})
        assert found["flagged"] == alone["flagged"]
        assert found["value"] == (None if alone["value"] is None else pytest.approx(alone["value"], abs=1e-3))
        assert [(s["start"], s["end"]) for s in found["spans"]] == [(s["start"], s["end"]) for s in alone["spans"]]
    assert [f["flagged"] for f in together] == [False, True, False, True, True, False]
    # "thank you" stands twice and is read once; "trash " * 200 is 1,199 characters, in pieces of at most 400.
    assert told[-1][0] == told[-1][1]


@needs_models
def test_the_threshold_decides(tmp_path: Path) -> None:
    unsure = str(save_model(tmp_path / "unsure", WORDS, steps=1))
    score = toxicity(pair("", "stupid order"), {"model": unsure})["value"]
    assert isinstance(score, float) and 0.2 < score < 0.8
    for threshold, flagged in ((score - 0.01, True), (score + 0.01, False)):
        assert toxicity(pair("", "stupid order"), {"model": unsure, "threshold": threshold})["flagged"] is flagged


@needs_models
def test_the_note_counts_sentences_longer_than_the_model_reads(tmp_path: Path) -> None:
    small = str(save_model(tmp_path / "small", WORDS, steps=1))
    # 64 tokens are all that this model reads; 99 words of three letters are 395 characters, one piece.
    found = toxicity(pair("", " ".join(["abc"] * 99)), {"model": small, "threshold": 1})
    assert "1 sentence longer than the model can read." in found["note"]


@needs_models
@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"model": ""}, "is empty. Name a text-classification model"),
        ({"model": "no/such"}, "nothing is downloaded"),
        ({"threshold": 0}, "threshold: found 0"),
        ({"threshold": "high"}, "threshold: found 'high'"),
        ({"threshold": True}, "threshold: found True"),
        ({"of": "question"}, "of: found 'question'"),
        ({"labels": ["rude"]}, "labels: found 'rude'"),
        ({"labels": "toxic"}, "labels: found 'toxic', expected a list"),
        ({"limit": 3}, "found 'limit', expected model, threshold"),
    ],
)
def test_a_wrong_option_is_named(model: str, options: dict[str, object], message: str) -> None:
    with pytest.raises(InputError, match=message):
        toxicity(pair("", "thank you"), {"model": model} | options)


def test_without_a_model_the_error_names_the_setting_and_the_file() -> None:
    with pytest.raises(InputError) as told:
        toxicity(pair("", "thank you"), {"model": ""})
    assert str(told.value).startswith("checks.toxicity.model is empty. Name a text-classification model")
    assert 'in spotcheck.toml, as model = "…" under [checks.toxicity]' in str(told.value)


@pytest.mark.parametrize(
    ("labels", "independent", "toxic"),
    [
        (("non-toxic", "toxic"), False, ("toxic",)),
        (("neutral", "toxic"), False, ("toxic",)),
        (("nothate", "hate"), False, ("hate",)),
        (("NOT_OFFENSIVE", "OFFENSIVE"), False, ("OFFENSIVE",)),
        (("hate speech", "offensive language", "neither"), False, ("hate speech", "offensive language")),
        (("toxic", "severe_toxic", "obscene"), True, ("toxic", "severe_toxic", "obscene")),
        (("toxic", "neutral"), True, ("toxic",)),
        (("OK", "H", "V"), False, ("H", "V")),
    ],
)
def test_labels_that_mean_toxic_are_recognised_by_their_names(
    labels: tuple[str, ...], independent: bool, toxic: tuple[str, ...]
) -> None:
    assert toxic_labels(labels, independent=independent) == toxic


@pytest.mark.parametrize("labels", [("LABEL_0", "LABEL_1"), ("0", "1"), ("spam", "ham"), ("clean", "neutral")])
def test_labels_without_a_clear_meaning_must_be_named(labels: tuple[str, ...]) -> None:
    with pytest.raises(InputError, match="do not show which of them mean toxic"):
        toxic_labels(labels)
    assert toxic_labels(labels, [labels[1]]) == (labels[1],)


@given(st.text(alphabet="ab .!?\n。é🙂؟…'\")3", max_size=1500) | st.text(max_size=300))
def test_sentences_hold_every_letter_once_and_in_order(text: str) -> None:
    found = list(sentences("f", text))
    assert all(0 < p.end - p.start <= LONGEST for p in found)
    assert all(a.end <= b.start for a, b in itertools.pairwise(found))
    inside = {k for p in found for k in range(p.start, p.end)}
    assert all(k in inside for k, c in enumerate(text) if c.isalnum())
    assert all(text[p.start : p.end].strip() == text[p.start : p.end] for p in found)


def test_sentences_end_where_people_see_them_end() -> None:
    text = 'It is 3.5 kg. "Really?" Yes!! 好的。谢谢！\nwww.example.com is it'
    assert [text[p.start : p.end] for p in sentences("f", text)] == [
        "It is 3.5 kg.", '"Really?"', "Yes!!", "好的。", "谢谢！", "www.example.com is it",
    ]  # fmt: skip


@pytest.mark.parametrize("text", ["." * 20_000, "a." * 10_000, '."' * 10_000, " " * 20_000, "a" * 20_000])
def test_odd_texts_take_no_longer_than_their_length(text: str) -> None:
    assert all(p.end - p.start <= LONGEST for p in sentences("f", text))


def test_texts_without_an_answer_have_nothing_to_read() -> None:
    assert Texts().answered == ""
