"""What a demonstration dialogue is written from: one script per customer concern, with right and wrong answers.

Texts carry ``{slots}`` that ``review.demo.slots`` fills. Answers are written without warmth or bluntness; the tone is
laid over them by ``review.demo.tones``, so that politeness and correctness vary independently of each other.
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

DATA = Path(__file__).parent / "data"


@dataclass(frozen=True)
class Flaw:
    """One planted error: the answer that carries it, its labels, and in a sentence what is wrong with it."""

    correctness: str
    reason: str
    text: str
    why: str


@dataclass(frozen=True, kw_only=True)
class Script:
    """A customer concern of one intent and business scenario.

    ``asks`` are openings of the customer, ``right`` correct answers, ``flaws`` faulty ones, ``follow`` pairs of a
    further question and its correct answer, ``policy`` the passage that the assistant retrieved, ``probe`` the kind of
    detail that the assistant may ask for first (a key of ``courtesies.PROBES``), ``tool`` and ``found`` a look-up and
    what it returned. ``mood`` is ``question``, ``problem`` or ``decline`` and steers the courtesies. ``slots`` are
    alternative bindings of slots that belong together, such as a product and its facts.
    """

    intent: str
    scenario: str
    asks: tuple[str, ...]
    right: tuple[str, ...]
    flaws: tuple[Flaw, ...]
    follow: tuple[tuple[str, str], ...] = ()
    policy: str = ""
    probe: str = ""
    tool: str = ""
    found: str = ""
    difficulty: str = "medium"
    language: str = "en"
    weight: float = 1.0
    mood: str = ""
    slots: tuple[Mapping[str, str], ...] = field(default=({},))


def tables_of(name: str, kind: str) -> list[dict[str, Any]]:
    """Return the tables ``[[kind]]`` of a data file, lists as tuples at every depth."""
    found = tomllib.loads((DATA / f"{name}.toml").read_text(encoding="utf-8"))
    return [{key: _frozen(value) for key, value in table.items()} for table in found[kind]]


def scripts_of(*names: str) -> tuple[Script, ...]:
    """Return the scripts of some data files in order. Raises TypeError for a field that a script does not have."""
    return tuple(
        Script(**{**table, "flaws": tuple(Flaw(**flaw) for flaw in table.get("flaws", ()))})
        for name in names
        for table in tables_of(name, "script")
    )


def _frozen(value: Any) -> Any:
    return tuple(map(_frozen, value)) if isinstance(value, list) else value
