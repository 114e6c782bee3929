"""Chats that end with the expected answer: JSON Lines of {messages}, as OpenAI and others read them for fine-tuning.

Source: OpenAI, supervised fine-tuning; Together, Fireworks, Bedrock and NeMo read the same lines.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from review.basics.errors import NothingToDo
from review.golden.rows import Exported, ReleaseInfo
from review.golden.writers.jsonl import write_lines
from review.golden.writers.writer import Writer, turns_of


def write(examples: Sequence[Exported], info: ReleaseInfo, target: Path) -> list[Path]:
    """Write one chat per example with an expected answer. Raises NothingToDo where none has one."""
    rows = [
        {"messages": [*turns_of(e.content), {"role": "assistant", "content": e.content["expected_answer"]}]}
        for e in examples
        if e.content["expected_answer"]
    ]
    if not rows:
        raise NothingToDo(f"no example of release '{info.name}' has an expected answer. Add one, then release again.")
    return [write_lines(rows, target)]


WRITER = Writer(
    about="chats with the expected answer, for fine-tuning (OpenAI and others)", write=write, suffix=".sft.jsonl"
)
