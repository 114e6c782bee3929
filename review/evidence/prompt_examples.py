"""The golden examples in a judge's prompt, which it has seen with their labels."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from storage.records_judges import Judge


def prompt_examples(judge: Judge) -> list[Mapping[str, Any]]:
    """Return the examples as they are stored, none for a judge without a prompt.

    A spec is stored as its kind wrote it, so anything but a list of tables holds no example.
    """
    found = judge.spec.get("examples")
    return [example for example in found if isinstance(example, dict)] if isinstance(found, list) else []


def example_ids(judge: Judge) -> tuple[str, ...]:
    """Return the ids of these golden examples, in their order."""
    return tuple(str(e["example_id"]) for e in prompt_examples(judge) if e.get("example_id"))


def example_conversations(judge: Judge) -> frozenset[str]:
    """Return the conversations of these examples."""
    return frozenset(str(e["conversation_id"]) for e in prompt_examples(judge) if e.get("conversation_id"))
