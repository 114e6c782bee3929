"""Write the recordings of the two bought judges.

The log holds their bare verdicts on all traffic. For drawn conversations a recording adds the rationale, the cost, the
time, and the reason why a verdict is missing.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any
from zlib import crc32

import numpy as np

from review.demo.generate import DemoConversation
from review.demo.makers import FILE, JUDGES, MAKERS, Maker
from review.demo.slots import chance, pick, weighted


def recorded(judge: str, item: str, conversation: DemoConversation, *, seed: int) -> Iterator[dict[str, Any]]:
    """Yield the rows about one item in a judge's recording; the same for the same arguments."""
    maker, truth = MAKERS[judge], conversation.truth
    rng = np.random.default_rng([seed, crc32(judge.encode()), crc32(conversation.id.encode())])
    read, written = int(rng.normal(1_150, 180)), int(rng.normal(95, 20))
    seconds = float(maker.seconds * rng.lognormal(0, 0.35))
    cost = (read * maker.price_in + written * maker.price_out) / 1e6 / len(JUDGES[judge])
    for dimension, logged in conversation.row["verdicts"][judge].items():
        verdict = logged if isinstance(logged, dict) else {"value": logged}
        row = {"item": item, "judge": judge, "version": "1", "dimension": dimension, "cost": round(cost, 7)}
        row |= {"latency_ms": round(1000 * seconds), "score": verdict.get("score"), "label": verdict["value"]}
        if verdict["value"] is None:
            yield row | _missing(rng)
        else:
            yield row | {"rationale": _rationale(rng, maker, dimension, verdict["value"], truth)}


def _missing(rng: np.random.Generator) -> dict[str, Any]:
    cause = weighted(rng, FILE.missing.causes)
    if cause == "timed_out":
        return {"error": cause, "latency_ms": 30_000, "cost": None}
    raw = pick(rng, FILE.missing.unreadable) if cause == "unparseable" else "I cannot help with that request."
    return {"error": cause, "raw": raw}


def _rationale(rng: np.random.Generator, maker: Maker, dimension: str, value: str, truth: dict[str, Any]) -> str:
    agrees = value == truth[dimension]
    phrase = pick(rng, (maker.says if agrees else maker.mistaken)[dimension][value])
    reason = pick(rng, truth["reasons"]) if truth["reasons"] and chance(rng, 0.9) else ""
    why = FILE.why[reason or "unknown"]
    return phrase.format(why=why, Why=why[:1].upper() + why[1:], intent=truth["intent"].replace("_", " "))
