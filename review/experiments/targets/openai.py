"""An OpenAI-compatible chat endpoint with the version's prompt as system message, its model and its parameters."""

from __future__ import annotations

import time
from typing import Any

import orjson

from review.basics.errors import InputError
from review.experiments.targets.posting import Response, line_to, place_of, posted
from review.experiments.targets.reading import read_answer
from review.experiments.targets.target import Attempt, Question, Setup, Target
from review.judges.llm.endpoint import endpoint_of


class Chat:
    """A chat endpoint."""

    def __init__(self, setup: Setup) -> None:
        """Check address, key and model. Raises InputError."""
        self.notes: list[str] = []
        self.address = endpoint_of(setup.options["url"]).url
        self.line = line_to(setup, str(setup.options["url"]))
        self.prices = (setup.options["price_in"], setup.options["price_out"])
        self.version = setup.version
        if not self.version.get("model"):
            raise InputError(
                f"version '{self.version.get('id')}' names no model. Register a version with the model to ask."
            )

    def ask(self, question: Question) -> Attempt:
        """Ask once."""
        asked = {"model": self.version["model"], "messages": self._messages(question)}
        body = {**self.version.get("parameters", {}), **asked}
        began = time.perf_counter()
        found = posted(self.line, self.address, orjson.dumps(body))
        if not isinstance(found, Response):
            return found
        return read_answer({**self._fields(found.content), "latency_ms": (time.perf_counter() - began) * 1_000})

    def _messages(self, question: Question) -> list[dict[str, Any]]:
        wire = question.wire
        context = "\n\n".join(wire.get("context") or ())
        system = "\n\n".join(filter(None, (self.version.get("prompt"), context)))
        first = [{"role": "system", "content": system}] if system else []
        return [*first, *(wire.get("messages") or ()), {"role": "user", "content": wire["question"]}]

    def _fields(self, content: Any) -> dict[str, Any]:
        choices = content.get("choices") if isinstance(content, dict) else None
        first = choices[0] if isinstance(choices, list) and choices else None
        message = first.get("message") if isinstance(first, dict) else None
        if not isinstance(message, dict):
            return {}
        usage = content.get("usage") if isinstance(content.get("usage"), dict) else {}
        tokens = {"tokens_in": usage.get("prompt_tokens"), "tokens_out": usage.get("completion_tokens")}
        cost = None
        if all(isinstance(one, int | float) for one in (*self.prices, *tokens.values())):
            cost = sum(p * n for p, n in zip(self.prices, tokens.values(), strict=True)) / 1_000_000
        said = message.get("content") or message.get("refusal")
        return {"answer": said or None, "tool_calls": message.get("tool_calls"), "cost": cost, **tokens}

    def close_thread(self) -> None:
        """Close this thread's connection."""
        self.line.close()

    def close(self) -> None:
        """Nothing is left: connections belong to threads."""


TARGET = Target(
    title="chat endpoint",
    about="an OpenAI-compatible chat endpoint, with the prompt, model and parameters of the version",
    metavar="URL",
    main="url",
    open=Chat,
    options={"key_env": "", "price_in": None, "price_out": None},
    host=lambda options: place_of(str(options["url"])),
    identity=("url",),
)
