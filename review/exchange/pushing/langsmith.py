"""Feedback of LangSmith: ``POST /feedback`` with an ``id`` of our own, ``PATCH /feedback/{id}`` for another value.

Source: langchain-ai/langsmith-sdk, python/langsmith/client.py (create_feedback, update_feedback).
"""

from __future__ import annotations

from collections.abc import Mapping
from uuid import UUID

from review.exchange.pushing.system import ScoreToPush, System
from review.sources.pulling.web import Web


def connect(address: str, keys: Mapping[str, str]) -> Web:
    """Return a session with LangSmith."""
    return Web(address, headers={"x-api-key": keys["api_key"]}, secrets="the key of [push.langsmith]")


def fits(score: ScoreToPush) -> str:
    """Return why a score cannot go to a run: the id of a root run is a UUID, which is that of its trace."""
    try:
        UUID(score.trace)
    except ValueError:
        return f"its id in the source is no id of a run: {score.trace[:60]}"
    return ""


def send(web: Web, score: ScoreToPush, again: bool) -> None:
    """Send one feedback."""
    said = {"score": score.number, "value": score.value, "comment": score.words}
    if again:
        web.patch(f"/feedback/{score.id}", said)
        return
    trace = str(UUID(score.trace))
    source = {"type": "app", "metadata": score.details}
    named = {"id": score.id, "run_id": trace, "trace_id": trace, "key": score.dimension}
    web.post("/feedback", {**named, **said, "feedback_source": source})


SYSTEM = System(
    about="feedback of runs in LangSmith",
    address="https://api.smith.langchain.com",
    keys={"api_key": "LANGSMITH_API_KEY"},
    connect=connect,
    fits=fits,
    send=send,
)
