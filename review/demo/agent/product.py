"""The agent as a product that answers questions of a run: one dict in, one dict out."""

from __future__ import annotations

import os
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import orjson

from review.demo.agent.loop import answered
from review.demo.agent.models import URL, endpoint, recorded
from review.demo.shop import FILE as SHOP
from review.demo.shop import open_shop

RECORDING = "shop_agent.json"
"""The recording of the model, beside the shop's database."""
ROUNDS = "rounds"
"""The parameter of a version that says how often the model may query."""

Answer = Callable[[dict[str, Any]], dict[str, Any]]


def product(folder: Path) -> Answer:
    """Return the agent of a folder, which holds the shop's database and the recording."""
    shop, recording = open_shop(folder / SHOP), orjson.loads((folder / RECORDING).read_bytes())

    def answer(asked: dict[str, Any]) -> dict[str, Any]:
        version, question = asked["version"], asked["question"]
        say = endpoint(os.environ, version) if os.environ.get(URL) else recorded(recording, version["id"], question)
        began = time.perf_counter()
        rounds = int((version.get("parameters") or {}).get(ROUNDS, 1))
        found = answered(question, prompt=version.get("prompt") or "", say=say, shop=shop, rounds=rounds)
        return {**found, "latency_ms": (time.perf_counter() - began) * 1_000}

    return answer
