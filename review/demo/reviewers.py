"""Simulate four reviewers of different skill and habits; they label conversations whose truth is known.

Ana is the expert. Ben is good, but the line between partly and wrong is not his. Eva is lenient on tone. Tom is fast
and overlooks things. What makes a conversation hard makes it hard for all of them, so that their errors fall together.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from zlib import crc32

import numpy as np

from review.basics.errors import UnknownError
from review.demo.data_files import record, tables
from review.demo.generate import DemoConversation
from review.demo.slots import chance, pick, weighted

Confusion = Mapping[str, Mapping[str, float]]

REASONS = ("wrong_fact", "incomplete", "outdated_policy", "misunderstood", "wrong_sql", "unsafe")
"""In the order of the rubric, the canonical order of a set."""
HARDNESS = {"easy": 0.7, "medium": 1.0, "hard": 1.7}


@dataclass(frozen=True, kw_only=True)
class Habits:
    """How one reviewer works.

    ``slips`` are the shares of each wrong label given the true one, at medium difficulty; ``intent`` and ``reason`` the
    shares of a wrong intent and of a confused reason. ``comments`` and ``corrects`` are how often they comment on, and
    write a better answer to, what they find not correct. ``pace`` is in words read per second, ``pause`` in seconds.
    """

    correctness: Confusion
    politeness: Confusion
    intent: float
    reason: float
    comments: float
    corrects: float
    pace: float
    pause: float
    phrases: tuple[str, ...]


@dataclass(frozen=True)
class Answer:
    """One submission: labels in canonical JSON form, comment, corrected answer, active time in seconds."""

    labels: dict[str, Any]
    comment: str
    corrected_answer: str
    seconds: float


@dataclass(frozen=True, kw_only=True)
class ReviewersFile:
    """All of data/reviewers.toml.

    ``reviewer`` holds habits by name. ``near_reasons`` and ``near_intents`` are what a reason or intent is mistaken
    for. ``praise``, ``misgivings`` and ``tones`` (by politeness) are comments.
    """

    reviewer: Mapping[str, Habits]
    near_reasons: Mapping[str, str]
    near_intents: Mapping[str, tuple[str, ...]]
    praise: tuple[str, ...]
    misgivings: tuple[str, ...]
    tones: Mapping[str, tuple[str, ...]]


FILE = record(ReviewersFile, tables("reviewers"), "reviewers.toml")
HABITS = FILE.reviewer
"""The reviewers by name."""


def labels_by(reviewer: str, conversation: DemoConversation, *, seed: int) -> Answer:
    """Return what a simulated reviewer submits for a conversation; the same for the same arguments.

    Raises UnknownError for a reviewer who is not in ``HABITS``.
    """
    if reviewer not in HABITS:
        raise UnknownError(f"There is no simulated reviewer '{reviewer}'; expected one of {', '.join(HABITS)}.")
    habits, truth = HABITS[reviewer], conversation.truth
    rng = np.random.default_rng([seed, crc32(reviewer.encode()), crc32(conversation.id.encode())])
    hardness = HARDNESS[conversation.difficulty]
    correctness = _slipped(rng, truth["correctness"], habits.correctness, hardness)
    labels: dict[str, Any] = {"correctness": correctness}
    if correctness != "correct":
        labels["reasons"] = _reasons(rng, conversation, habits.reason * hardness)
    wrong_intent = chance(rng, habits.intent * hardness)
    labels["intent"] = pick(rng, FILE.near_intents[truth["intent"]]) if wrong_intent else truth["intent"]
    labels["politeness"] = _slipped(rng, truth["politeness"], habits.politeness, 1.0)
    finds = correctness != "correct" and bool(conversation.why)
    corrects = finds and bool(conversation.corrected_answer) and chance(rng, habits.corrects)
    comment = _comment(rng, labels, conversation, habits)
    corrected = conversation.corrected_answer if corrects else ""
    return Answer(labels, comment, corrected, _seconds(rng, conversation, habits, len(comment) + len(corrected)))


def _slipped(rng: np.random.Generator, true: str, confusion: Confusion, hardness: float) -> str:
    slips = {value: min(0.6, share * hardness) for value, share in confusion.get(true, {}).items()}
    return weighted(rng, {**slips, true: max(0.1, 1 - sum(slips.values()))})


def _reasons(rng: np.random.Generator, conversation: DemoConversation, confused: float) -> list[str]:
    """Return the true reasons, sometimes with one mistaken for its neighbour; a guess if nothing was wrong."""
    true = set(conversation.truth["reasons"])
    if not true:
        true = {weighted(rng, {"incomplete": 0.7, "wrong_fact": 0.2, "outdated_policy": 0.1})}
    elif chance(rng, confused):
        mistaken = pick(rng, sorted(true))
        true = (true - {mistaken}) | {FILE.near_reasons[mistaken]}
    return [reason for reason in REASONS if reason in true]


def _comment(
    rng: np.random.Generator, labels: Mapping[str, Any], conversation: DemoConversation, habits: Habits
) -> str:
    why = conversation.why
    if labels["correctness"] != "correct" and chance(rng, habits.comments):
        if not why:
            return pick(rng, FILE.misgivings)
        small = why if why.startswith(("HR-", "WELCOME")) else why[:1].lower() + why[1:]
        return pick(rng, habits.phrases).format(why=why, small=small)
    if labels["politeness"] == "rude" and chance(rng, habits.comments / 2):
        return pick(rng, FILE.tones["rude"])
    if labels["politeness"] == "friendly" and chance(rng, habits.comments / 25):
        return pick(rng, FILE.tones["friendly"])
    return pick(rng, FILE.praise) if chance(rng, habits.comments / 25) else ""


def _seconds(rng: np.random.Generator, conversation: DemoConversation, habits: Habits, typed: int) -> float:
    row = conversation.row
    spoken = " ".join(m["content"] for m in row.get("messages", ())) or f"{row['question']} {row['answer']}"
    words = len(spoken.split()) + len(str(row.get("sql", "")).split()) + 0.3 * len(" ".join(row["context"]).split())
    reading = habits.pause + words / habits.pace
    return round(float(reading * rng.lognormal(0, 0.3) + typed / 6), 1)
