"""The models of the agent: a recording, which needs no key, or any OpenAI-compatible endpoint."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from review.demo.agent.loop import Message, Say

Recording = Mapping[str, Mapping[str, Sequence[str]]]
"""What the model said, by version and question, reply by reply."""
URL, MODEL, KEY = "SHOP_AGENT_URL", "SHOP_AGENT_MODEL", "SHOP_AGENT_KEY"
"""The variables of the environment that put an endpoint in the place of the recording."""
SECONDS = 60


def recorded(recording: Recording, version: str, question: str) -> Say:
    """Return a model that repeats what it once said. Raises LookupError for a question that was not recorded."""
    replies = recording.get(version, {}).get(question)
    if not replies:
        raise LookupError(f"{version} has no recorded reply to {question!r}. Set {URL} to ask a model instead.")

    def say(messages: list[Message]) -> str:
        before = sum(message["role"] == "assistant" for message in messages)
        return replies[min(before, len(replies) - 1)]

    return say


def endpoint(environment: Mapping[str, str], version: Mapping[str, Any]) -> Say:
    """Return a model behind an OpenAI-compatible endpoint: ``SHOP_AGENT_URL`` is its base, such as .../v1.

    Raises requests.RequestException when it cannot be asked.
    """
    import requests

    address = environment[URL].rstrip("/") + "/chat/completions"
    headers = {"Authorization": f"Bearer {environment[KEY]}"} if environment.get(KEY) else {}
    model = environment.get(MODEL) or version.get("model")

    def say(messages: list[Message]) -> str:
        body = {"model": model, "messages": messages, "temperature": 0}
        found = requests.post(address, json=body, headers=headers, timeout=SECONDS)
        found.raise_for_status()
        return str(found.json()["choices"][0]["message"]["content"])

    return say
