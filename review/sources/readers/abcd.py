"""Action-Based Conversations: ``original`` as a list of [speaker, text], ``scenario`` with flow and subflow.

``scenario`` also holds the customer's name, address and order. They are not part of the conversation and are dropped.
"""

from __future__ import annotations

from collections.abc import Mapping

from review.basics.record import Unreadable
from review.sources.readers.fields import Fields, Record, list_of, message, parsed
from review.sources.readers.reader import Reader

SPEAKERS = ("agent", "customer", "action")


def recognise(record: Record) -> bool:
    """Whether ``original`` is a list whose first element is a pair that begins with a speaker."""
    original = parsed(record.get("original"))
    if not isinstance(original, list) or not original or not isinstance(original[0], list | tuple):
        return False
    return len(original[0]) == 2 and original[0][0] in SPEAKERS


def read(record: Record) -> Fields:
    """Read the agent as the assistant, the customer as the user, an action of the agent's system as a tool message."""
    messages = []
    for i, turn in enumerate(list_of("original", record.get("original"), "a list of [speaker, text]")):
        if not isinstance(turn, list | tuple) or len(turn) != 2 or turn[0] not in SPEAKERS:
            raise Unreadable(f"original.{i}", turn, "[speaker, text] with speaker agent, customer or action")
        messages.append(message(turn[0], turn[1], at=f"original.{i}"))
    scenario = parsed(record.get("scenario"))
    flows = scenario if isinstance(scenario, Mapping) else {}
    named = {name: str(flows[name]) for name in ("flow", "subflow") if flows.get(name)}
    return {
        "id": record.get("convo_id"),
        "messages": messages,
        "scenario": named.get("flow"),
        "tags": list(named.values()),
        "metadata": named,
    }


READER = Reader(
    about="dialogues of the Action-Based Conversations collection",
    sign="original as [speaker, text]",
    recognise=recognise,
    read=read,
    sample={"convo_id": 1, "original": [["customer", "How many?"], ["agent", "Seven."]]},
)
