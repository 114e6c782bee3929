"""Declare and read what chats are written from: one script per customer concern, with right and wrong answers.

Texts carry ``{slots}`` that ``review.demo.slots`` fills. Answers are written without warmth or bluntness.
``review.demo.tones`` adds the tone, so politeness and correctness vary independently.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from review.basics.errors import InputError
from review.demo.data_files import record, tables


@dataclass(frozen=True, kw_only=True)
class Flaw:
    """One planted error: its labels, the answer that carries it, and what is wrong with that answer."""

    correctness: str
    reason: str
    text: str
    why: str


@dataclass(frozen=True, kw_only=True)
class FollowUp:
    """A further question of the customer, and the correct answer."""

    question: str
    answer: str


@dataclass(frozen=True, kw_only=True)
class Script:
    """A customer concern of one intent and business scenario.

    ``asks`` are ways to begin, ``right`` correct answers, ``flaws`` faulty ones. ``policy`` is the passage that the
    assistant retrieved; in a data file, a single word is the name of a passage under ``[policies]``. ``probe`` is the
    detail that the assistant may ask for first (a key of ``Courtesies.probes``). ``tool`` and ``found`` are a look-up
    and its result. ``mood`` is ``question``, ``problem`` or ``decline`` and chooses the courtesies. Each of ``slots``
    binds slots that belong together, such as a product and its facts; one of them is used.
    """

    intent: str
    scenario: str
    asks: tuple[str, ...]
    right: tuple[str, ...]
    flaws: tuple[Flaw, ...]
    follow: tuple[FollowUp, ...] = ()
    policy: str = ""
    probe: str = ""
    tool: str = ""
    found: str = ""
    difficulty: str = "medium"
    language: str = "en"
    weight: float = 1.0
    mood: str = ""
    slots: tuple[Mapping[str, str], ...] = field(default=({},))


def scripts(*names: str) -> Iterator[Script]:
    """Yield the scripts of ``data/chats_NAME.toml`` for each name, in the order of the names and files."""
    for name in names:
        file = tables(f"chats_{name}")
        for number, table in enumerate(file["script"], start=1):
            where = f"chats_{name}.toml, script {number}"
            policy = _policy(file.get("policies", {}), table.get("policy", ""), where)
            yield record(Script, {**table, "policy": policy}, where)


def _policy(named: Mapping[str, str], policy: str, where: str) -> str:
    if " " in policy or not policy:
        return policy
    if policy not in named:
        raise InputError(f"{where}, policy: found '{policy}', expected a text or one of {', '.join(named) or 'none'}.")
    return named[policy]
