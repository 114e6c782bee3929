"""What tests of the llm kind share: a memory of replies, subjects with a mark, and a bench on their own server."""

from __future__ import annotations

import threading
from collections.abc import Mapping, Sequence
from typing import Any

from openai_server import OpenAIServer

from review.judges.llm.client import Pace
from review.judges.llm.spec import LlmSpec
from review.judges.protocol.protocol import Bench, Call, Options, Subject
from review.rubric.default import DEFAULT_RUBRIC
from review.rubric.rubric import Dimension, rubric_from
from review.settings.judges import JudgeSettings

RUBRIC = rubric_from(DEFAULT_RUBRIC)
CORRECTNESS, REASONS, POLITENESS = RUBRIC["correctness"], RUBRIC["reasons"], RUBRIC["politeness"]
QUICK = Pace(first=0.001, longest=0.01)
"""Attempts that hardly wait."""


class Memory:
    """Replies in memory; ``lookups`` are the sizes of what was asked for at once."""

    def __init__(self) -> None:
        self.calls: list[Call] = []
        self.lookups: list[int] = []
        self._lock = threading.Lock()

    def known(self, keys: Sequence[str]) -> Mapping[str, dict[str, Any]]:
        self.lookups.append(len(keys))
        wanted = set(keys)
        return {c.key: c.reply for c in self.calls if not c.error and c.key in wanted}

    def log(self, call: Call) -> None:
        with self._lock:
            self.calls.append(call)


def mark(k: int) -> str:
    """What stands in the question of subject ``k`` and in no other."""
    return f"[[{k}]]"


def subjects(count: int) -> list[Subject]:
    """Subjects s0, s1, ... whose questions hold their marks."""
    return [
        Subject(
            id=f"s{k}",
            conversation_id=f"c{k}",
            group=f"g{k}",
            question=f"Where is my order? {mark(k)}",
            answer="On its way.",
        )
        for k in range(count)
    ]


def bench_on(
    server: OpenAIServer,
    *,
    dimensions: Sequence[Dimension] = (POLITENESS,),
    replies: Memory | None = None,
    options: Options | None = None,
    environment: Mapping[str, str] | None = None,
    stopped: Any = lambda: False,
    **spec: Any,
) -> Bench[LlmSpec]:
    """A bench whose judge asks the server."""
    whole = LlmSpec.from_json({"endpoint": server.url, "model": "small", **spec})
    return Bench(
        name="judge",
        version="1",
        spec=whole,
        dimensions=tuple(dimensions),
        settings=JudgeSettings(("127.0.0.1",)),
        options=options or Options(concurrency=4, timeout=10, attempts=3),
        replies=replies if replies is not None else Memory(),
        environment=environment or {},
        stopped=stopped,
    )
