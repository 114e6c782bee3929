"""Votes on pairs, between the browser and the store.

A browser knows sides alone: the left answer and the right one. The store keeps answers, a and b, so that people who saw
the answers on different sides can be compared. The order stands on the assignment and never leaves the server.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any, TypedDict

from review.basics.errors import InputError
from storage.queries.pairs import PAIR, PREFERENCE
from storage.records_log import Conversation, Message
from storage.records_review import Annotation
from storage.records_weeks import Assignment

SIDES = ("left", "right")
CHOICES = (*SIDES, "tie", "both_bad")
"""What a browser may choose."""


class PairPayload(TypedDict):
    """The two answers of a pair, by the side on which this reviewer sees them."""

    left: list[Message]
    right: list[Message]


def answers_by_side(conversation: Conversation, assignment: Assignment) -> tuple[list[Message], list[Message]]:
    """Return the left and the right answer of a pair for the holder of an assignment."""
    answers = conversation.metadata[PAIR]
    order = assignment.sides or "ab"
    return answers[order[0]], answers[order[1]]


def as_stored(assignment: Assignment, labels: Mapping[str, Any]) -> dict[str, str]:
    """Return a vote by answer. Raises InputError for anything but one choice."""
    choice = labels.get(PREFERENCE)
    if set(labels) != {PREFERENCE} or choice not in CHOICES:
        found = ", ".join(f"{str(name)[:40]} = {str(value)[:40]}" for name, value in labels.items()) or "nothing"
        raise InputError(f"labels: found {found}, expected {PREFERENCE} = {', '.join(CHOICES)}.")
    return {PREFERENCE: (assignment.sides or "ab")[SIDES.index(choice)] if choice in SIDES else str(choice)}


def as_seen(assignment: Assignment, mine: Annotation) -> Annotation:
    """Return a reviewer's own vote by side, as their browser knows it."""
    choice = mine.labels.get(PREFERENCE)
    order = assignment.sides or "ab"
    seen = SIDES[order.index(choice)] if choice in ("a", "b") else str(choice)
    return replace(mine, labels={PREFERENCE: seen})
