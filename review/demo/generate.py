"""Generate weeks of production logs of a made-up online shop, with the truth about every conversation.

The shop has a customer-service assistant and an agent that answers data questions by SQL. The seed, the week and the
number of a conversation decide everything.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import numpy as np

from review.basics.weeks import monday_of
from review.demo.analysis import data_question
from review.demo.dialogue import DialoguePlan, Exchange, chat, data_talk
from review.demo.makers import JUDGES
from review.demo.queries import QUERIES, Query
from review.demo.shop import Shop, shop_of_year
from review.demo.slots import chance, weighted
from review.demo.stages import FAILURES, Stage

WEEK_SIZE = 3_400
"""Conversations of a week. A sample of 1%, 30 failing and 30 of low confidence gives about 90 items."""

FATES = {"error": 0.019, "down": 0.021, "doubtful": 0.05, "ok": 0.91}
CORRECTNESS = {
    "error": {"wrong": 0.6, "partly": 0.4},
    "down": {"wrong": 0.25, "partly": 0.25, "correct": 0.5},
    "doubtful": {"wrong": 0.15, "partly": 0.17, "correct": 0.68},
    "ok": {"wrong": 0.0285, "partly": 0.054, "correct": 0.9175},
}
"""In total 5% wrong, 7% partly and 88% correct."""
FIRST = 2
"""The first conversations of a week, which compare two months of store sales and join them wrongly."""
SUPPORT = ("support-v11", "support-v12")
"""The versions of the customer-service assistant, for most users and for the rest."""
INCIDENT = (1, 9, 21)
"""The weekday, a Tuesday, and the hours (from, until) of an incident, which hits the assistant's second version."""
VARIANTS = ("A", "B")
"""The groups of an experiment, half of the users each: B also gets a proposal for the next step under each answer."""
OUTCOME, LEFT_NOTHING_OPEN = "resolved", {"A": 0.62, "B": 0.72}
"""The share of the assistant's conversations after which the customer needed nothing more, by group."""
DATA_SHARE, TALK_SHARE = 0.25, 0.08
POLITENESS = {
    "chat": {"rude": 0.06, "neutral": 0.567, "friendly": 0.373},
    "data": {"rude": 0.02, "neutral": 0.78, "friendly": 0.2},
}
FEEDBACK = {"up": 0.045, "copied": 0.025, "edited": 0.01, "": 0.92}

SCORED = "no-rude"
"""The judge that scores how probable it is that an answer is wrong."""

NO_VERDICT = 0.015

HOURS = (4, 3, 2, 2, 2, 3, 6, 12, 22, 32, 38, 40, 38, 36, 36, 38, 40, 44, 50, 54, 50, 38, 22, 10)
DAYS = (1.15, 1.08, 1.02, 1.0, 0.98, 0.86, 0.9)


@dataclass(frozen=True, kw_only=True)
class DemoConversation:
    """A log row and what its author knows: the true labels by dimension, the error in words, the right answer.

    ``mood`` comes from the script: ``decline`` if the right answer refuses, ``question`` if it asks back because a
    data question is unclear.
    """

    row: dict[str, Any]
    truth: dict[str, Any]
    corrected_answer: str = ""
    reference_sql: str = ""
    why: str = ""
    scenario: str = ""
    difficulty: str = "medium"
    mood: str = ""

    @property
    def id(self) -> str:
        """The conversation's id in the log."""
        return str(self.row["id"])


def conversations(
    *, seed: int, week: str, size: int = WEEK_SIZE, shop: Shop | None = None, stage: Stage = FAILURES.stage[0]
) -> Iterator[DemoConversation]:
    """Yield the ``size`` conversations of an ISO week such as ``2026-W46``, in order of time.

    The same arguments give the same conversations. ``stage`` says what is served. SQL runs on ``shop``, or on one that
    holds the whole year of the week. Raises InputError if ``week`` is not an ISO week.
    """
    monday = datetime.combine(monday_of(week), datetime.min.time(), UTC)
    shop = shop or shop_of_year(monday.year)
    key = int(week.replace("-W", ""))
    for number, second in enumerate(_seconds(np.random.default_rng([seed, key]), size), start=1):
        rng = np.random.default_rng([seed, key, number])
        at = monday + timedelta(seconds=int(second))
        name = f"c-{week.replace('-', '')}-{number:06d}"
        if number <= FIRST:
            fate = ("down", "doubtful")[number % 2]
            plan = DialoguePlan(at=at, fate=fate, correctness="wrong", politeness="neutral", stage=stage)
            yield _first_case(rng, name, plan, shop, QUERIES[number - 1])
        else:
            yield _conversation(rng, name, at, shop, stage)


def _seconds(rng: np.random.Generator, size: int) -> np.ndarray:
    shares = np.outer(DAYS, HOURS).ravel()
    hours = rng.choice(len(shares), size=size, p=shares / shares.sum())
    return np.asarray(np.sort(hours * 3600 + rng.integers(3600, size=size)))


def in_incident(at: datetime) -> bool:
    """Return whether an incident of that week would be on at this time."""
    day, begins, ends = INCIDENT
    return at.weekday() == day and begins <= at.hour < ends


def _first_case(rng: np.random.Generator, name: str, plan: DialoguePlan, shop: Shop, query: Query) -> DemoConversation:
    """Return one of the week's first conversations: two months joined on the department alone."""
    return _described(rng, name, plan, data_question(rng, plan, shop, query=query), "data")


def _conversation(rng: np.random.Generator, name: str, at: datetime, shop: Shop, stage: Stage) -> DemoConversation:
    fate = weighted(rng, FATES)
    about_data = chance(rng, DATA_SHARE)
    hit = stage.incident > 0 and not about_data and in_incident(at) and chance(rng, stage.incident)
    fate = "error" if hit else fate
    kind = "data" if about_data else "chat"
    politeness = weighted(rng, POLITENESS[kind])
    correctness = weighted(rng, CORRECTNESS[fate])
    plan = DialoguePlan(at=at, fate=fate, correctness=correctness, politeness=politeness, stage=stage, hit=hit)
    if about_data:
        talk = fate != "error" and chance(rng, TALK_SHARE)
        exchange = data_talk(rng, plan) if talk else data_question(rng, plan, shop)
    else:
        exchange = chat(rng, plan)
    return _described(rng, name, plan, exchange, kind)


def _described(
    rng: np.random.Generator, name: str, plan: DialoguePlan, exchange: Exchange, kind: str
) -> DemoConversation:
    truth = {
        "correctness": plan.correctness,
        "reasons": list(exchange.reasons),
        "intent": exchange.intent,
        "politeness": plan.politeness,
    }
    row = {"id": name, "created_at": f"{plan.at:%Y-%m-%dT%H:%M:%SZ}", **exchange.row, "scenario": exchange.scenario}
    row |= _circumstances(rng, plan, exchange, kind)
    row["verdicts"] = _verdicts(rng, truth, row["id"])
    return DemoConversation(
        row=row,
        truth=truth,
        corrected_answer=exchange.corrected_answer,
        reference_sql=exchange.reference_sql,
        why=exchange.why,
        scenario=exchange.scenario,
        difficulty=exchange.difficulty,
        mood=exchange.mood,
    )


def _circumstances(rng: np.random.Generator, plan: DialoguePlan, exchange: Exchange, kind: str) -> dict[str, Any]:
    """Return how the call went: status, confidence, time, tokens, cost, model and version, user, feedback."""
    failed, data = plan.fate == "error", kind == "data"
    spoken = exchange.row.get("messages") or [{"role": "assistant", "content": exchange.row["answer"]}]
    read = 900 + 3 * sum(len(p) for p in exchange.row["context"])
    written = sum(len(m["content"]) for m in spoken if m["role"] == "assistant") // 4
    written += len(exchange.row.get("sql", "")) // 3
    rounds = exchange.row.get("repair_rounds", 0)
    latency = float(rng.lognormal(7.8 if data else 7.3, 0.45)) * (1 + rounds / 2) + (
        10_000 if failed and not data else 0
    )
    other = chance(rng, 0.15) or plan.hit
    served = (plan.stage.serves, plan.stage.others) if data else SUPPORT
    confidence = rng.uniform(0.12, 0.495) if plan.fate == "doubtful" else 0.52 + 0.47 * rng.beta(5, 2)
    user = int(rng.integers(20 if data else 2_600))
    row: dict[str, Any] = {
        "status": "error" if failed else "ok",
        "confidence": round(float(confidence), 3),
        "latency_ms": round(latency),
        "tokens_in": read * (1 + rounds),
        "tokens_out": written * (1 + rounds) + 12,
        "cost": round((read * 0.4 + written * 1.6) * (1 + rounds) / 1e6, 6),
        "retries": int(rng.integers(1, 4)) if failed else int(chance(rng, 0.03)),
        "model": "query-large-1" if data else "assistant-small-2",
        "prompt_version": served[other],
        "variant": VARIANTS[user % 2],
        "user_id": f"{'analyst' if data else 'customer'}-{user:04d}",
        "session_id": f"s-{int(rng.integers(16**8)):08x}",
        "language": exchange.language,
    }
    if not data:
        row["outcomes"] = {OUTCOME: _outcome(row["variant"], f"{row['session_id']} {plan.at}")}
    feedback = "down" if plan.fate == "down" else weighted(rng, FEEDBACK)
    return row | ({"feedback": feedback} if feedback else {})


def _outcome(variant: str, key: str) -> int:
    """Return whether a conversation left nothing open: what the two groups of users are compared by."""
    return int(np.random.default_rng(_number(key)).random() < LEFT_NOTHING_OPEN[variant])


def _number(key: str) -> int:
    """Return a number that a key always has; what is drawn with it leaves all other draws as they are."""
    return int(hashlib.md5(key.encode(), usedforsecurity=False).hexdigest()[:8], 16)


def _verdicts(rng: np.random.Generator, truth: dict[str, Any], key: str) -> dict[str, dict[str, Any]]:
    verdicts: dict[str, dict[str, Any]] = {
        judge: {
            dimension: None if chance(rng, NO_VERDICT) else weighted(rng, errs[truth[dimension]])
            for dimension, errs in dimensions.items()
        }
        for judge, dimensions in JUDGES.items()
    }
    value = verdicts[SCORED]["correctness"]
    if value is not None:
        verdicts[SCORED]["correctness"] = {"value": value, "score": _score(value, truth["correctness"], key)}
    return verdicts


def _score(value: str, truth: str, key: str) -> float:
    """Return how probable the judge finds it that an answer is wrong.

    The score lies on the side of the verdict; the judge is overconfident.
    """
    rng = np.random.default_rng(_number(key))
    sure = rng.beta(*{"wrong": (5, 1.5), "partly": (3, 3), "correct": (1.2, 6)}[truth])
    return round(float(max(sure, 1 - sure) if value == "wrong" else min(sure, 1 - sure)), 3)
