"""What the two bought judges of the demonstration wrote beside their verdicts on drawn conversations.

The log holds their bare verdicts on all traffic. For what was drawn their maker delivers a recording: the same verdicts
with a rationale, what they cost and how long they took, and why one is missing.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any
from zlib import crc32

import numpy as np

from review.demo.generate import JUDGES, DemoConversation
from review.demo.slots import chance, pick, weighted

Phrases = dict[str, dict[str, tuple[str, ...]]]


@dataclass(frozen=True, kw_only=True)
class Maker:
    """How a judge was made and writes: prices a million tokens, median seconds, and its phrases.

    ``says`` holds phrases by dimension and verdict; ``mistaken`` those that it writes where people see it otherwise.
    """

    note: str
    price_in: float
    price_out: float
    seconds: float
    says: Phrases
    mistaken: Phrases


MAKERS: dict[str, Maker] = {
    "kind-judge": Maker(
        note="Prompt 3 on a large hosted model; recorded weekly.",
        price_in=2.5,
        price_out=10.0,
        seconds=2.3,
        says={
            "correctness": {
                "wrong": (
                    "I wanted to give credit here, but {why}.",
                    "Helpful in tone, yet {why}; a customer would act on it.",
                    "{Why}. I cannot let this pass.",
                ),
                "partly": (
                    "A good start. {Why}, so I stop short of correct.",
                    "Mostly there; {why}.",
                    "Nothing false, though something that was asked for may be missing.",
                ),
                "correct": (
                    "The assistant understood the {intent} and answered it fully.",
                    "Clear, on topic and in line with the passage. Nothing to add.",
                    "A complete answer; the customer knows what to do next.",
                    "The reply covers everything that was asked about the {intent}.",
                ),
            },
            "politeness": {
                "rude": ("Blunt to the point of being unkind.", "This sounds dismissive, which is a pity."),
                "neutral": ("Matter-of-fact and professional.", "Correct in tone, without much warmth."),
                "friendly": (
                    "Warm, and offers further help.",
                    "Polite throughout; thanks the customer.",
                    "A friendly, attentive reply.",
                ),
            },
        },
        mistaken={
            "correctness": {
                "wrong": ("The wording leaves a doubt, and I would rather have it looked at.",),
                "partly": (
                    "The core is right; I would have wished for a little more detail.",
                    "Largely in order, and the intention is good.",
                ),
                "correct": (
                    "The answer is fluent, confident and on topic; I see no reason to object.",
                    "It deals with the {intent} in a helpful way. Small gaps do not matter here.",
                    "Reads well and refers to the policy, so it should be right.",
                    "The assistant made a sincere effort and the customer did not complain.",
                ),
            },
            "politeness": {
                "rude": ("A little curt for my taste.",),
                "neutral": ("Brief, but surely not meant unkindly.", "Direct rather than rude."),
                "friendly": ("Efficient, and that is a kindness too.", "A helpful attitude shows through."),
            },
        },
    ),
    "no-rude": Maker(
        note="A small model on our own machines, tuned to find errors; recorded weekly.",
        price_in=0.15,
        price_out=0.6,
        seconds=0.7,
        says={
            "correctness": {
                "wrong": ("{Why}.", "Contradicts the material: {why}.", "Fails: {why}."),
                "partly": ("Incomplete: {why}.", "Right so far; {why}."),
                "correct": ("Supported by the passage.", "No error found.", "Matches the material on the {intent}."),
            },
            "politeness": {
                "neutral": ("Factual tone.", "No courtesy, no offence.", "Plain wording."),
                "friendly": ("Courtesy phrase present.", "Offers further help.", "Thanks the user."),
            },
        },
        mistaken={
            "correctness": {
                "wrong": (
                    "A claim is not found word for word in the passage.",
                    "Number in the answer does not occur in the passage.",
                    "Leaves a condition of the policy unmentioned.",
                ),
                "partly": ("One sentence has no source.", "Does not repeat every detail of the policy."),
                "correct": ("No contradiction found.", "Key terms of the {intent} are present."),
            },
            "politeness": {
                "neutral": (
                    "No insult or swear word found.",
                    "Short sentences, factual tone.",
                    "Firm wording, within what is usual.",
                ),
                "friendly": ("Contains a positive word.",),
            },
        },
    ),
}
"""The judges whose verdicts come from outside, by name."""

WHY = {
    "wrong_fact": "a fact is stated that the passage does not support",
    "incomplete": "part of what was asked is not answered",
    "outdated_policy": "the rule it gives is no longer in force",
    "misunderstood": "it answers another question than the one asked",
    "wrong_sql": "the query does not compute what was asked for",
    "unsafe": "it gives out what should not be given out",
    "": "something that matters seems to be missing",
}
CAUSES = {"timed_out": 0.45, "unparseable": 0.4, "refused": 0.15}
UNREADABLE = (
    "Let me think about this step by step. The customer asked about the",
    "```json\n{verdict: ",
    "Both readings are possible, so I will not commit to one.",
)


def recorded(judge: str, item: str, conversation: DemoConversation, *, seed: int) -> Iterator[dict[str, Any]]:
    """The rows of a verdict file that one judge's recording has for an item; the same for the same arguments."""
    maker, truth = MAKERS[judge], conversation.truth
    rng = np.random.default_rng([seed, crc32(judge.encode()), crc32(conversation.id.encode())])
    read, written = int(rng.normal(1_150, 180)), int(rng.normal(95, 20))
    seconds = float(maker.seconds * rng.lognormal(0, 0.35))
    cost = (read * maker.price_in + written * maker.price_out) / 1e6 / len(JUDGES[judge])
    for dimension, said in conversation.row["verdicts"][judge].items():
        verdict = said if isinstance(said, dict) else {"value": said}
        row = {"item": item, "judge": judge, "version": "1", "dimension": dimension, "cost": round(cost, 7)}
        row |= {"latency_ms": round(1000 * seconds), "score": verdict.get("score"), "label": verdict["value"]}
        if verdict["value"] is None:
            yield row | _missing(rng)
        else:
            yield row | {"rationale": _rationale(rng, maker, dimension, verdict["value"], truth)}


def _missing(rng: np.random.Generator) -> dict[str, Any]:
    cause = weighted(rng, CAUSES)
    if cause == "timed_out":
        return {"error": cause, "latency_ms": 30_000, "cost": None}
    raw = pick(rng, UNREADABLE) if cause == "unparseable" else "I cannot help with that request."
    return {"error": cause, "raw": raw}


def _rationale(rng: np.random.Generator, maker: Maker, dimension: str, value: str, truth: dict[str, Any]) -> str:
    agrees = value == truth[dimension]
    phrase = pick(rng, (maker.says if agrees else maker.mistaken)[dimension][value])
    reason = pick(rng, truth["reasons"]) if truth["reasons"] and chance(rng, 0.9) else ""
    why = WHY[reason]
    return phrase.format(why=why, Why=why[:1].upper() + why[1:], intent=truth["intent"].replace("_", " "))
