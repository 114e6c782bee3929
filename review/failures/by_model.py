"""What a model is told: write a question in other words, or one over a passage, or name a group of failures."""

from __future__ import annotations

from collections.abc import Callable, Sequence

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


NAME_IT = (
    "These are failures of one kind in a product built on a language model. Name what went wrong in at most five "
    "words, as a team would call it. Reply with the name alone."
)


def named_by(ask: Ask) -> Callable[[Sequence[str]], str]:
    """Return a function that asks a model to name a group of failures, given the texts about them."""
    return lambda said: ask(NAME_IT, "\n".join(f"- {one[:500]}" for one in said))


def in_other_words(ask: Ask, language: str = "") -> Generate:
    """Return a function that asks a model to reword a question, in a ``language`` such as German where one is given."""
    told = f"{PARAPHRASE} Write in {language.strip()}." if language.strip() else PARAPHRASE
    return lambda question: ask(told, question)


def about_passages(ask: Ask) -> Generate:
    """Return a function that asks a model for a question that a passage answers."""
    return lambda passage: ask(ABOUT, passage)
