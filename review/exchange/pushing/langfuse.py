"""Scores of Langfuse: ``POST /api/public/scores``, which replaces a score with the same ``id``.

Source: Langfuse public API reference (CreateScoreRequest); basic authentication with the two project keys.
"""

from __future__ import annotations

from collections.abc import Mapping

from review.exchange.pushing.system import ScoreToPush, System
from review.sources.pulling.web import Web


def connect(address: str, keys: Mapping[str, str]) -> Web:
    """Return a session with a Langfuse project."""
    named = "the two keys of [push.langfuse]"
    return Web(address, headers={}, secrets=named, auth=(keys["public_key"], keys["secret_key"]))


def send(web: Web, score: ScoreToPush, again: bool) -> None:
    """Send one score."""
    web.post(
        "/api/public/scores",
        {
            "id": score.id,
            "traceId": score.trace,
            "name": score.dimension,
            "value": score.value,
            "dataType": "CATEGORICAL",
            "comment": score.words,
            "metadata": {**score.details, "annotator_kind": "HUMAN"},
        },
    )


SYSTEM = System(
    about="scores of traces in Langfuse",
    address="",
    keys={"public_key": "LANGFUSE_PUBLIC_KEY", "secret_key": "LANGFUSE_SECRET_KEY"},
    connect=connect,
    fits=lambda score: "",
    send=send,
)
