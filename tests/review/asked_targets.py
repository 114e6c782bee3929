"""Targets opened and asked as a run does it, for tests of what they answer."""

from __future__ import annotations

from typing import Any

from review.experiments.targets.catalogue import checked_options, target_named
from review.experiments.targets.target import Asker, Attempt, Question, Setup
from storage.records_base import Json

VERSION = {"id": "v1", "prompt": "Be brief.", "model": "small", "parameters": {"temperature": 0}}


def question(text: str, case: str = "c-1", repeat: int = 1) -> Question:
    """A question to version v1."""
    wire: Json = {
        "id": case,
        "question": text,
        "messages": [],
        "context": [],
        "as_of": None,
        "db": None,
        "version": VERSION,
    }
    return Question(case=case, repeat=repeat, wire=wire)


def opened(kind: str, options: dict[str, Any], **setup: Any) -> Asker:
    """A target that is ready to be asked about the cases c-0 to c-8."""
    setup = {"timeout": 20.0, "cases": {f"c-{k}": f"c-{k}" for k in range(9)}, **setup}
    return target_named(kind).open(Setup(options=checked_options(kind, options), version=VERSION, **setup))


def once(asker: Asker, text: str = "how many", case: str = "c-1") -> Attempt:
    """Ask once, and close the target."""
    try:
        return asker.ask(question(text, case))
    finally:
        asker.close_thread()
        asker.close()
