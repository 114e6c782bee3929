"""Items that are nearly a copy of an example in a judge's prompt are found."""

from __future__ import annotations

import csv
import random
from pathlib import Path

import pytest
from examples import examples
from hypothesis import given
from hypothesis import strategies as st

from review.checks.near import THRESHOLD, Near, near_examples

EXAMPLE = "Where is my parcel? It was to come on Monday.\nI am sorry, it is still on its way and comes tomorrow."


def test_a_copy_with_slips_is_near_and_another_question_is_not() -> None:
    subjects = {
        "same": EXAMPLE,
        "slip": EXAMPLE.replace("parcel", "parcle").upper(),
        "other day": EXAMPLE.replace("Monday", "Friday"),
        "other": "How do I close my account?\nIn the settings, under your name.",
    }
    found = near_examples(subjects, {"e1": EXAMPLE, "e2": "Do you ship to Norway?\nYes, we do."})
    assert found[0] == Near("same", "e1", pytest.approx(1))
    assert {n.subject for n in found} == {"same", "slip", "other day"}
    assert {n.example for n in found} == {"e1"}
    assert all(n.similarity >= THRESHOLD for n in found)


@pytest.mark.parametrize("text", ["", " ", "?!", "🙂"])
def test_texts_without_words_are_near_nothing(text: str) -> None:
    assert near_examples({"s": text}, {"e": EXAMPLE}) == []
    assert near_examples({"s": EXAMPLE}, {"e": text}) == []
    assert near_examples({}, {"e": EXAMPLE}) == near_examples({"s": EXAMPLE}, {}) == []


def test_scripts_without_spaces_are_compared_too() -> None:
    found = near_examples({"s": "我的包裹在哪里？明天会到。", "t": "退款"}, {"e": "我的包裹在哪里？明天会到！"})
    assert [n.subject for n in found] == ["s"]


def test_a_very_long_text_is_compared_by_its_beginning() -> None:
    long = "parcel number one " * 20_000
    assert near_examples({"s": long + "x"}, {"e": long}) == [Near("s", "e", 1.0)]


@examples(50)
@given(st.dictionaries(st.sampled_from("abcdef"), st.text(min_size=1, max_size=40), min_size=1))
def test_every_text_with_a_letter_is_near_its_own_copy(texts: dict[str, str]) -> None:
    found = {(n.subject, n.example): n.similarity for n in near_examples(texts, texts)}
    for name, text in texts.items():
        if any(c.isalnum() for c in text):
            assert found[name, name] == pytest.approx(1, abs=1e-6)
    assert all((b, a) in found and 0 <= s <= 1 for (a, b), s in found.items())


def test_the_threshold_is_what_its_documentation_says_on_real_questions(shared: Path) -> None:
    with (shared / "data" / "intents" / "banking77_test.csv").open(encoding="utf-8") as file:
        questions = [row["text"] for row in csv.DictReader(file)]
    rng = random.Random(0)
    rng.shuffle(questions)
    examples = {str(k): text for k, text in enumerate(questions[:100])}
    words = {k: text.split() for k, text in examples.items()}
    for own in words.values():
        own[rng.randrange(len(own))] = rng.choice(["please", "now", "card", "2481", "Monday"])
    others = {f"q{k}": text for k, text in enumerate(questions[100:])}
    changed = {f"c{k}": " ".join(own) for k, own in words.items()}
    found = near_examples(others | changed, examples)
    kept = {n.subject for n in found if n.subject == f"c{n.example}"}
    assert len(kept) == 88
    assert len({n.subject for n in found if n.subject in others}) == 36  # of 2,980: 1.2 %
