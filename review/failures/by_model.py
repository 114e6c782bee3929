"""What a model is told when it writes proposals: a question in other words, or a question over a passage."""

from __future__ import annotations

from collections.abc import Callable

from review.failures.proposing import Generate

Ask = Callable[[str, str], str]
"""Sends a system text and a user text, and returns the model's text."""
PARAPHRASE = (
    "Rewrite the user's question as another customer would ask it. Keep its meaning, names, numbers and tokens such as "
    "[EMAIL_1]. Reply with the question alone."
)
ABOUT = (
    "Write one question that a customer would ask and that the passage below answers completely. Do not copy its "
    "wording. Reply with the question alone."
)


def in_other_words(ask: Ask, language: str = "") -> Generate:
    """Return what lets a model write a question anew, in a ``language`` such as German where one is given."""
    told = f"{PARAPHRASE} Write in {language.strip()}." if language.strip() else PARAPHRASE
    return lambda question: ask(told, question)


def about_passages(ask: Ask) -> Generate:
    """Return what lets a model write a question that a passage answers."""
    return lambda passage: ask(ABOUT, passage)
