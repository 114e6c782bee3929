"""The parts of a message that a reviewer's browser receives: a whitelist, without empty parts."""

from __future__ import annotations

from typing import Any, get_type_hints

import pytest

from review.annotating.payload import message_payload
from storage.records_log import Message

CALLS = [{"type": "function", "function": {"name": "track"}}]


@pytest.mark.parametrize(
    ("message", "shown"),
    [
        ({"role": "user", "content": "Where is it?"}, {"role": "user", "content": "Where is it?"}),
        ({"role": "assistant", "content": "", "tool_calls": CALLS}, {"role": "assistant", "tool_calls": CALLS}),
        ({"role": "assistant", "content": None, "name": "", "tool_calls": []}, {"role": "assistant"}),
        (
            {"role": "tool", "content": "5 days", "name": "track", "tool_call_id": "call-1"},
            {"role": "tool", "content": "5 days", "name": "track"},
        ),
    ],
)
def test_a_message_is_shown_by_its_parts(message: Message, shown: Message) -> None:
    assert message_payload(message) == shown


def test_nothing_but_these_parts_is_shown() -> None:
    whole: Any = {name: [name] if name == "tool_calls" else name for name in get_type_hints(Message)}
    whole["confidence"] = 0.1
    assert set(message_payload(whole)) == {"role", "content", "name", "tool_calls"}
