"""What a judge asks: each subject once, or several times and with the values in both orders; and the hash of each."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

import orjson

from review.judges.llm.client import Question
from review.judges.llm.endpoint import Endpoint, endpoint_of
from review.judges.llm.prompt import Prompt, messages_of, prompt_of
from review.judges.protocol.protocol import Options, Replies, Spec, Subject
from review.rubric.rubric import Dimension

KEYS_AT_ONCE = 10_000


class Ask(NamedTuple):
    """One question about a subject: which of them (by position), in which order of the values, for which time."""

    subject: int
    reverse: bool
    repeat: int


class Asking(NamedTuple):
    """What all questions of a run have in common; the prompts are those of the declared and the reverse order."""

    spec: Spec
    endpoint: Endpoint
    prompts: tuple[Prompt, Prompt]

    def question(self, ask: Ask, subject: Subject) -> Question:
        """The request for one ask, and its hash.

        The hash is over what is asked: address, model, messages, parameters, the form of reply that is wished for (not
        the one that the endpoint turned out to know) and the number of the repeat. It holds no id of the subject.
        """
        prompt = self.prompts[ask.reverse]
        payload: dict[str, Any] = {
            **self.spec["parameters"],
            "model": self.spec["model"],
            "messages": messages_of(prompt, subject),
        }
        if ask.repeat and "seed" in payload:
            payload["seed"] += ask.repeat
        form = [self.spec["structured"], prompt.schema if self.spec["structured"] in ("auto", "json_schema") else None]
        asked = [self.endpoint.url, payload, form, ask.repeat]
        digest = hashlib.sha256(orjson.dumps(asked, option=orjson.OPT_SORT_KEYS)).hexdigest()
        return Question(subject.id, digest, payload, prompt.schema)


def asking_of(spec: Spec, dimensions: Sequence[Dimension]) -> Asking:
    """Fill in everything that does not depend on the subject."""
    prompts = (prompt_of(spec, dimensions, reverse=False), prompt_of(spec, dimensions, reverse=True))
    return Asking(spec, endpoint_of(spec["endpoint"]), prompts)


def asks_of(options: Options, subjects: int) -> list[Ask]:
    """All asks, those of one subject together and in the order of its votes."""
    orders = (False, True) if options.swap else (False,)
    return [Ask(k, order, repeat) for k in range(subjects) for repeat in range(options.repeats) for order in orders]


def remembered(replies: Replies | None, digests: Sequence[str], options: Options) -> Mapping[str, dict[str, Any]]:
    """The replies there are from earlier runs, looked up ten thousand at a time; none for a fresh run."""
    if replies is None or options.fresh:
        return {}
    found: dict[str, dict[str, Any]] = {}
    for start in range(0, len(digests), KEYS_AT_ONCE):
        found.update(replies.known(digests[start : start + KEYS_AT_ONCE]))
    return found
