"""Give texts a voice: the customer's way of writing, the assistant's three tones."""

from __future__ import annotations

import re

import numpy as np

from review.demo.courtesies import SAY
from review.demo.scripts import Script
from review.demo.slots import chance, pick, weighted

VOICES = {"plain": 0.5, "casual": 0.24, "polite": 0.16, "typing": 0.1}
SLIPS = (
    ("receive", "recieve"),
    ("address", "adress"),
    ("don't", "dont"),
    ("can't", "cant"),
    ("return", "retrun"),
    ("because", "becuase"),
    ("still", "stil"),
    ("doesn't", "doesnt"),
    ("delivered", "deliverd"),
    ("shipping", "shiping"),
    ("warranty", "waranty"),
    ("arrived", "arived"),
    ("the ", "teh "),
)
SILENT = ("",)
KEPT_CAPITAL = re.compile(r"^(I\b|I'|HR-|TRK|[A-Z]{2,}|WELCOME)")
MOODS = {"complaint": "problem", "refund": "problem", "order_status": "problem", "account": "problem"}


def voice(rng: np.random.Generator) -> str:
    """Return how a customer writes in the whole conversation."""
    return weighted(rng, VOICES)


def spoken(rng: np.random.Generator, text: str, manner: str, language: str, *, first: bool) -> str:
    """Return the customer's ``text`` as they write it: plain, casual, polite, or typed in a hurry."""
    if language != "en":
        return text
    if manner == "polite" and first and "!!" not in text and not text.startswith("Worst"):
        start = text if KEPT_CAPITAL.match(text) or text.startswith(("Hi", "Hello")) else text[0].lower() + text[1:]
        greeting = "" if text.startswith(("Hi", "Hello")) else pick(rng, SAY.greetings)
        start += "" if start.endswith((".", "?", "!", ")")) else "."
        return greeting + start + (pick(rng, (" Thanks!", " Thank you!", "")) if chance(rng, 0.6) else "")
    if manner == "casual":
        text = text if KEPT_CAPITAL.match(text) else text[0].lower() + text[1:]
        return text.removesuffix(".")
    if manner == "typing":
        present = [slip for slip in SLIPS if slip[0] in text]
        return text.replace(*pick(rng, present), 1) if present else text.lower()
    return text


def with_courtesies(
    rng: np.random.Generator, text: str, tone: str, manner: tuple[str, str], *, opens: bool, closes: bool
) -> str:
    """Return the assistant's ``text`` in its tone, with an opening and a closing phrase where asked for.

    ``manner`` is the language and the mood of the script.
    """
    language, mood = manner
    openers = SAY.english_openers[mood] if language == "en" else SAY.openers[language]
    opener = pick(rng, openers.get(tone, SILENT)) if opens else ""
    closer = pick(rng, SAY.closers[language].get(tone, SILENT)) if closes else ""
    return opener + text + closer


def mood_of(script: Script) -> str:
    """Return ``question``, ``problem`` or ``decline``: the script's mood, else the one its intent suggests."""
    return script.mood or MOODS.get(script.intent, "question")
