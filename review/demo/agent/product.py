"""The agent as a product that answers questions of a run: one dict in, one dict out."""

from __future__ import annotations

import os
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import orjson

from review.demo.agent.loop import Message, Say, answered
from review.demo.agent.models import URL, endpoint, recorded
from review.demo.shop import FILE as SHOP
from review.demo.shop import open_shop

RECORDING = "shop_agent.json"
"""The recording of the model, beside the shop's database."""
ROUNDS = "rounds"
"""The parameter of a version that says how often the model may query."""

LETTERS = 4
"""About how many letters a token has."""
REPLY, TOKEN_IN, TOKEN_OUT = 300.0, 0.1, 20.0
"""The milliseconds that the recorded model takes for a reply, and for each token that it reads and writes."""

Answer = Callable[[dict[str, Any]], dict[str, Any]]


def product(folder: Path) -> Answer:
    """Return the agent of a folder, which holds the shop's database and the recording."""
    shop, recording = open_shop(folder / SHOP), orjson.loads((folder / RECORDING).read_bytes())

    def answer(asked: dict[str, Any]) -> dict[str, Any]:
        version, question = asked["version"], asked["question"]
        rounds = int((version.get("parameters") or {}).get(ROUNDS, 1))
        prompt = version.get("prompt") or ""
        if not os.environ.get(URL):
            meter = Meter(recorded(recording, version["id"], question))
            found = answered(question, prompt=prompt, say=meter.say, shop=shop, rounds=rounds)
            return {**found, **meter.read()}
        began = time.perf_counter()
        found = answered(question, prompt=prompt, say=endpoint(os.environ, version), shop=shop, rounds=rounds)
        return {**found, "latency_ms": (time.perf_counter() - began) * 1_000}

    return answer


@dataclass
class Meter:
    """Counts what passes a recorded model. A recording takes no time, so its latency is that of a model of its size."""

    model: Say
    replies: int = 0
    letters_in: int = 0
    letters_out: int = 0

    def say(self, messages: list[Message]) -> str:
        """Return the next reply, counted."""
        said = self.model(messages)
        self.replies += 1
        self.letters_in += sum(len(message["content"]) for message in messages)
        self.letters_out += len(said)
        return said

    def read(self) -> dict[str, Any]:
        """Return tokens and latency as the protocol names them."""
        read, written = self.letters_in // LETTERS, self.letters_out // LETTERS
        took = REPLY * self.replies + TOKEN_IN * read + TOKEN_OUT * written
        return {"tokens_in": read, "tokens_out": written, "latency_ms": took}
