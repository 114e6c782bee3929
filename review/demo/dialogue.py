"""Write one support chat from a script: who says what, in which tone, with which planted error."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import numpy as np

from review.demo.courtesies import SAY
from review.demo.scripts import Flaw, Script, scripts
from review.demo.slots import capitalised, chance, fill_slots, pick
from review.demo.stages import FAILURES, Stage
from review.demo.tones import mood_of, spoken, voice, with_courtesies

CHATS = tuple(
    scripts("orders", "shipping", "returns", "refunds", "account", "promotions", "products", "others"),
)
CHATS_ABROAD = tuple(scripts("languages"))
DATA_TALKS = tuple(scripts("data"))


@dataclass(frozen=True, kw_only=True)
class DialoguePlan:
    """The plan of a conversation. ``fate`` is ok, error, down (thumbs down) or doubtful (low confidence).

    ``stage`` says which versions are served, and how they write dates; ``hit`` whether an incident made it fail.
    """

    at: datetime
    fate: str
    correctness: str
    politeness: str
    stage: Stage = FAILURES.stage[0]
    hit: bool = False


@dataclass(frozen=True, kw_only=True)
class Exchange:
    """A written conversation: the fields of its log row, and what its author knows about it."""

    row: dict[str, Any]
    intent: str
    scenario: str
    difficulty: str
    language: str
    reasons: tuple[str, ...] = ()
    why: str = ""
    corrected_answer: str = ""
    reference_sql: str = ""
    mood: str = ""


def compose(rng: np.random.Generator, plan: DialoguePlan, scripts: Sequence[Script]) -> Exchange:
    """Return a chat of 2 to 8 turns from one of ``scripts`` that can carry the planned correctness."""
    script = _script(rng, plan, scripts)
    slots = _slots(rng, script, plan.at)
    flaw = _flaw(rng, plan, script)
    failure = _failure(rng, plan, script) if plan.fate == "error" else {}
    core = _core(rng, plan, script, flaw)
    messages = _messages(rng, plan, script, core, slots)
    row: dict[str, Any] = {
        "messages": [
            {"role": role, "content": text if role == "user" else text.format_map(slots)} for role, text in messages
        ],
        "context": [script.policy.format_map(slots)],
        **{name: text.format_map(slots) for name, text in failure.items()},
    }
    if script.tool:
        found = failure.get("error_message", script.found)
        row["steps"] = [{"name": script.tool, "input": slots["order"], "output": found.format_map(slots)}]
    correct = plan.correctness == "correct"
    why = "" if correct else flaw.why if flaw else "The look-up failed and the question stays open."
    reasons = () if correct else (flaw.reason if flaw else "incomplete",)
    return Exchange(
        row=row,
        intent=script.intent,
        scenario=script.scenario,
        difficulty=script.difficulty,
        language=script.language,
        reasons=reasons,
        why=why.format_map(slots),
        corrected_answer="" if correct else pick(rng, script.right).format_map(slots),
        mood=script.mood,
    )


def chat(rng: np.random.Generator, plan: DialoguePlan) -> Exchange:
    """Return a support chat; about one in fourteen is not in English."""
    return compose(rng, plan, CHATS_ABROAD if chance(rng, 0.07) and plan.fate != "error" else CHATS)


def data_talk(rng: np.random.Generator, plan: DialoguePlan) -> Exchange:
    """Return an exchange with the data agent that needs no SQL: the agent declines or asks back."""
    return compose(rng, plan, DATA_TALKS)


def _script(rng: np.random.Generator, plan: DialoguePlan, scripts: Sequence[Script]) -> Script:
    fits = [s for s in scripts if _fits(s, plan)]
    weights = np.array([s.weight for s in fits])
    return fits[int(np.searchsorted(np.cumsum(weights), rng.random() * weights.sum()))]


def _fits(script: Script, plan: DialoguePlan) -> bool:
    if plan.fate == "error":
        return script.tool.startswith("lookup") and script.language == "en"
    return plan.correctness == "correct" or any(f.correctness == plan.correctness for f in script.flaws)


def _slots(rng: np.random.Generator, script: Script, at: datetime) -> dict[str, str]:
    slots = fill_slots(rng, at)
    bound = pick(rng, script.slots)
    return slots | capitalised({name: text.format_map(slots) for name, text in bound.items()})


def _flaw(rng: np.random.Generator, plan: DialoguePlan, script: Script) -> Flaw | None:
    if plan.correctness == "correct" or plan.fate == "error":
        return None
    return pick(rng, [f for f in script.flaws if f.correctness == plan.correctness])


def _failure(rng: np.random.Generator, plan: DialoguePlan, script: Script) -> dict[str, str]:
    failed = pick(rng, SAY.failed_tools)
    return {"error_type": failed.kind, "error_message": failed.message.replace("{tool}", script.tool)}


def _core(rng: np.random.Generator, plan: DialoguePlan, script: Script, flaw: Flaw | None) -> str:
    if plan.fate == "error":
        return pick(rng, SAY.failures[plan.correctness]).replace("{policy}", script.policy)
    return flaw.text if flaw else pick(rng, script.right)


def _messages(
    rng: np.random.Generator, plan: DialoguePlan, script: Script, core: str, slots: Mapping[str, str]
) -> list[tuple[str, str]]:
    tone, language, manner = plan.politeness, script.language, voice(rng)
    style = (language, mood_of(script))
    ask = pick(rng, script.asks)
    turns = [("user", spoken(rng, ask.format_map(slots), manner, language, first=True))]
    probed = bool(script.probe) and f"{{{script.probe}}}" not in ask and chance(rng, 0.5)
    if probed:
        turns.append(("assistant", pick(rng, SAY.probes[script.probe][tone])))
        turns.append(
            ("user", spoken(rng, pick(rng, SAY.replies[script.probe]).format_map(slots), manner, language, first=False))
        )
    unhappy = plan.fate in ("down", "error") or (plan.correctness == "wrong" and chance(rng, 0.3))
    follows = script.follow if plan.fate != "error" and plan.correctness != "wrong" and chance(rng, 0.4) else ()
    failed = plan.fate == "error"
    answer = with_courtesies(rng, core, tone, style, opens=not probed and not failed, closes=not follows and not failed)
    turns.append(("assistant", answer + pick(rng, SAY.failure_closers[tone]) if failed else answer))
    if follows:
        more = pick(rng, follows)
        turns.append(("user", spoken(rng, more.question.format_map(slots), manner, language, first=False)))
        turns.append(("assistant", with_courtesies(rng, more.answer, tone, style, opens=False, closes=True)))
    return turns + _ending(rng, plan, script, unhappy)


def _ending(rng: np.random.Generator, plan: DialoguePlan, script: Script, unhappy: bool) -> list[tuple[str, str]]:
    tone, language = plan.politeness, script.language
    if unhappy and chance(rng, 0.5):
        if plan.fate == "error":
            return [("user", pick(rng, SAY.after_failure)), ("assistant", pick(rng, SAY.failure_answers[tone]))]
        partly = language == "en" and plan.correctness == "partly"
        insists = pick(rng, SAY.insists[tone]) if language == "en" else SAY.insists_abroad[language]
        return [("user", pick(rng, SAY.unanswered if partly else SAY.doubts[language])), ("assistant", insists)]
    if not unhappy and chance(rng, 0.3):
        thanks = SAY.curt_thanks if (language, tone) == ("en", "rude") else SAY.thanks[language]
        return [("user", pick(rng, thanks)), ("assistant", pick(rng, SAY.farewells[language][tone]))]
    return []
