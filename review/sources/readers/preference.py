"""Preference pairs (DPO): a prompt with a chosen and a rejected answer, as texts or messages, or turns of ShareGPT.

The chosen answer is the conversation's answer. The rejected one stays in the metadata, for comparison.

Facts: the dataset formats of the trl documentation, Anthropic's hh-rlhf files, and OpenAI's preference format.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, NamedTuple

from review.basics.record import Unreadable
from review.sources.readers import sharegpt
from review.sources.readers.fields import Fields, Record, list_of, message, messages_of, parsed, text_of
from review.sources.readers.reader import Reader

_HH = re.compile(r"\n\n(Human|Assistant):[ ]?")
_PROMPTS = ("prompt", "question", "instruction")
SCORES = ("score_chosen", "score_rejected", "margin")


def recognise(record: Record) -> bool:
    """Whether there is a chosen and a rejected answer, or a preferred and another output."""
    return {"chosen", "rejected"} <= set(record) or {"preferred_output", "non_preferred_output"} <= set(record)


class Split(NamedTuple):
    """The messages of a record: those before the two answers, the chosen answer and the rejected one."""

    before: list[Fields]
    chosen: list[Fields]
    rejected: list[Fields]


def read(record: Record) -> Fields:
    """Read the prompt with the chosen answer, and the text of the rejected one."""
    before, chosen, rejected = split(record)
    kept = {name: record[name] for name in SCORES if record.get(name) is not None}
    return {
        "id": record.get("id") or record.get("prompt_id"),
        "messages": [*before, *chosen],
        "metadata": {"rejected": "\n".join(m["content"] for m in rejected), **kept},
    }


def split(record: Record) -> Split:
    """Return the prompt and both answers. Raises Unreadable."""
    if "preferred_output" in record:
        before, better, worse = _openai(record), record["preferred_output"], record.get("non_preferred_output")
    else:
        before, better, worse = _prompt(record), record.get("chosen"), record.get("rejected")
    chosen, rejected = _turns("chosen", better), _turns("rejected", worse)
    if any(m["role"] == "user" for m in before):
        chosen, rejected = _without(before, chosen), _without(before, rejected)
    else:
        same = shared(chosen, rejected)
        before, chosen, rejected = [*before, *chosen[:same]], chosen[same:], rejected[same:]
    if not any(m["role"] == "user" for m in before):
        raise Unreadable("prompt", record.get("prompt"), "a prompt, or chosen and rejected that begin with it")
    return Split(before, chosen, rejected)


def _prompt(record: Record) -> list[Fields]:
    given = next((record[name] for name in _PROMPTS if record.get(name)), None)
    if record.get("conversations"):
        return sharegpt.messages_of(record)
    system = text_of("system", record.get("system"))
    before = [message("system", system)] if system else []
    if given is None:
        return before
    given = parsed(given)
    if isinstance(given, str):
        return [*before, *(_dialogue(given) or [message("user", given)])]
    return [*before, *messages_of(given, at="prompt")]


def _openai(record: Record) -> list[Fields]:
    given = parsed(record.get("input"))
    return messages_of(given.get("messages") if isinstance(given, Mapping) else given, at="input.messages")


def _turns(at: str, value: Any) -> list[Fields]:
    """Return an answer as messages: a text, a message, a list of them, or a dialogue with Human: and Assistant:."""
    value = parsed(value)
    if isinstance(value, str):
        return _dialogue(value) or [message("assistant", value, at=at)]
    turns = [value] if isinstance(value, Mapping) else list_of(at, value, "text or a list of messages")
    return messages_of([_named(turn) for turn in turns], at=at)


def _named(turn: Any) -> Any:
    """Return a turn ``{from, value}`` as ``{role, content}``; any other unchanged."""
    known = isinstance(turn, Mapping) and "from" in turn
    return {"role": turn["from"], "content": turn.get("value")} if known else turn


def _dialogue(text: str) -> list[Fields]:
    """Return the turns of a text such as "\\n\\nHuman: Hi\\n\\nAssistant: Hello"; none for another text."""
    pieces = _HH.split(text)
    if len(pieces) < 3 or pieces[0].strip():
        return []
    turns = zip(pieces[1::2], pieces[2::2], strict=True)
    made = [message("user" if who == "Human" else "assistant", said.strip()) for who, said in turns]
    return [m for m in made if m["content"]]


def shared(one: list[Fields], other: list[Fields]) -> int:
    """Return how many messages both begin with, up to the last message of the user."""
    same = 0
    while same < min(len(one), len(other)) and one[same] == other[same]:
        same += 1
    return max((k + 1 for k in range(same) if one[k]["role"] == "user"), default=0)


def _without(before: list[Fields], turns: list[Fields]) -> list[Fields]:
    """Return the turns without the prompt, which some files repeat in front of each answer."""
    asked = [m for m in before if m["role"] != "system"]
    for prompt in (before, asked):
        if prompt and turns[: len(prompt)] == prompt:
            return turns[len(prompt) :]
    return turns


READER = Reader(
    about="preference pairs: a prompt with a chosen and a rejected answer",
    sign="chosen and rejected, or preferred_output and non_preferred_output",
    recognise=recognise,
    read=read,
    sample={"prompt": "How many?", "chosen": "Seven.", "rejected": "Some."},
)
