"""Declare and read what people and the assistant say around the matter, by language, mood and tone."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from review.demo.data_files import record, tables

Phrases = Mapping[str, tuple[str, ...]]


@dataclass(frozen=True, kw_only=True)
class FailedTool:
    """How a look-up fails: the kind of error and its message."""

    kind: str
    message: str


@dataclass(frozen=True, kw_only=True)
class Analyst:
    """What the data agent says around its answer, by tone; ``asks_back`` is for a question that names no period."""

    openers: Phrases
    closers: Phrases
    asks_back: Phrases


@dataclass(frozen=True, kw_only=True)
class Courtesies:
    """What can be said around an answer.

    The assistant: ``english_openers`` by mood and tone; ``openers``, ``closers`` and ``farewells`` by language and
    tone; ``probes``, which ask for a detail, by detail and tone; ``insists``, ``failure_answers`` and
    ``failure_closers`` by tone; ``insists_abroad`` by language; ``failures`` by correctness.

    The customer: ``greetings``; ``replies`` by the detail asked for; ``thanks`` and ``doubts`` by language;
    ``curt_thanks`` after a rude answer, ``unanswered`` after a partial one, ``after_failure`` after none.
    """

    english_openers: Mapping[str, Phrases]
    openers: Mapping[str, Phrases]
    closers: Mapping[str, Phrases]
    probes: Mapping[str, Phrases]
    farewells: Mapping[str, Phrases]
    insists: Phrases
    insists_abroad: Mapping[str, str]
    failures: Phrases
    failure_answers: Phrases
    failure_closers: Phrases
    failed_tools: tuple[FailedTool, ...]
    greetings: tuple[str, ...]
    replies: Phrases
    thanks: Phrases
    doubts: Phrases
    curt_thanks: tuple[str, ...]
    unanswered: tuple[str, ...]
    after_failure: tuple[str, ...]
    analyst: Analyst


SAY = record(Courtesies, tables("courtesies"), "courtesies.toml")
