"""An HTTP endpoint: the question is posted as JSON, the answer is read from the JSON that comes back.

Without paths both have the form of the protocol. ``send`` puts fields of the question at dotted paths of the request,
``receive`` takes fields of the answer from dotted paths of the response: ``answer = "output.0.text"``.
"""

from __future__ import annotations

import time
from collections.abc import Mapping
from typing import Any

import orjson

from review.basics import setting
from review.experiments.targets.posting import Response, line_to, place_of, posted
from review.experiments.targets.reading import FIELDS, missing, read_answer
from review.experiments.targets.target import Attempt, Question, Setup, Target

ASKED = ("id", "question", "messages", "context", "as_of", "db", "version")


class Endpoint:
    """An address that answers questions."""

    def __init__(self, setup: Setup) -> None:
        """Check the address and the paths. Raises InputError."""
        self.notes: list[str] = []
        self.address = str(setup.options["url"])
        self.line = line_to(setup, self.address)
        self.send, self.receive = dict(setup.options["send"]), dict(setup.options["receive"])
        setting.known_keys("send", {name.partition(".")[0] for name in self.send}, ASKED)
        setting.known_keys("receive", self.receive, tuple(FIELDS))

    def ask(self, question: Question) -> Attempt:
        """Post the question once."""
        body: Any = question.wire
        if self.send:
            body = {}
            for name, path in self.send.items():
                put(body, path, at(question.wire, name))
        began = time.perf_counter()
        found = posted(self.line, self.address, orjson.dumps(body))
        if not isinstance(found, Response):
            return found
        fields = found.content
        if self.receive:
            fields = {name: at(found.content, path) for name, path in self.receive.items()}
        if not isinstance(fields, Mapping):
            return missing("not_json", f"found {type(fields).__name__}, expected an object")
        if "id" in fields and str(fields["id"]) != question.case:
            return missing("wrong_id", f"found {fields['id']!r}, expected {question.case!r}")
        return read_answer({"latency_ms": (time.perf_counter() - began) * 1_000, **fields})

    def close_thread(self) -> None:
        """Close this thread's connection."""
        self.line.close()

    def close(self) -> None:
        """Nothing is left: connections belong to threads."""


def at(value: Any, path: str) -> Any:
    """Return what stands at a dotted path, a number being a place in a list; None where nothing does."""
    for part in path.split("."):
        if isinstance(value, Mapping):
            value = value.get(part)
        elif isinstance(value, list) and part.lstrip("-").isdigit() and -len(value) <= int(part) < len(value):
            value = value[int(part)]
        else:
            return None
    return value


def put(target: dict[str, Any], path: str, value: Any) -> None:
    """Put a value at a dotted path, making the objects on the way."""
    *parents, last = path.split(".")
    for part in parents:
        target = target.setdefault(part, {})
    target[last] = value


TARGET = Target(
    title="HTTP endpoint",
    about="an HTTP endpoint; request and response by dotted paths",
    metavar="URL",
    main="url",
    open=Endpoint,
    options={"key_env": "", "send": {}, "receive": {}},
    host=lambda options: place_of(str(options["url"])),
    identity=("url", "send", "receive"),
)
