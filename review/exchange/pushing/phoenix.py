"""Annotations of traces in Phoenix: ``POST /v1/trace_annotations``, which replaces one with the same name, trace and
``identifier``.

Source: Arize-ai/phoenix, its OpenAPI description and skills/phoenix-tracing (annotations).
"""

from __future__ import annotations

from collections.abc import Mapping

from review.exchange.pushing.otlp import fits
from review.exchange.pushing.system import ScoreToPush, System
from review.sources.pulling.web import Web, bearer


def connect(address: str, keys: Mapping[str, str]) -> Web:
    """Return a session with Phoenix; one without users needs no key."""
    return Web(address, headers=bearer(keys["api_key"]), secrets="the key of [push.phoenix]")


def send(web: Web, score: ScoreToPush, again: bool) -> None:
    """Send one annotation, and wait until it is stored."""
    result = {"label": score.value, "score": score.number, "explanation": score.words}
    one = {
        "trace_id": score.trace,
        "name": score.dimension,
        "annotator_kind": "HUMAN",
        "identifier": score.id,
        "result": {name: value for name, value in result.items() if value is not None},
        "metadata": score.details,
    }
    web.post("/v1/trace_annotations?sync=true", {"data": [one]})


SYSTEM = System(
    about="annotations of traces in Phoenix",
    address="",
    keys={"api_key": "PHOENIX_API_KEY"},
    optional=("api_key",),
    connect=connect,
    fits=fits,
    send=send,
)
