"""Pairs of a reviewer's correction and the original answer: JSON Lines of {input, preferred_output,
non_preferred_output}.

Source: OpenAI, direct preference optimization.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from review.basics.errors import NothingToDo
from review.golden.rows import Exported, ReleaseInfo
from review.golden.writers.jsonl import write_lines
from review.golden.writers.writer import Writer, turns_of
from storage.records_golden import FrozenExample


def write(examples: Sequence[Exported], info: ReleaseInfo, target: Path) -> list[Path]:
    """Write one pair per example whose answer somebody corrected. Raises NothingToDo without any."""
    rows = [_pair(e.content) for e in examples if _is_corrected(e.content)]
    if not rows:
        raise NothingToDo(
            f"no example of release '{info.name}' has both an answer and another one that a reviewer expected."
        )
    return [write_lines(rows, target)]


def _is_corrected(content: FrozenExample) -> bool:
    expected, answer = content["expected_answer"].strip(), content["answer"].strip()
    return bool(expected and answer) and expected != answer


def _pair(content: FrozenExample) -> dict[str, Any]:
    return {
        "input": {"messages": turns_of(content), "tools": [], "parallel_tool_calls": True},
        "preferred_output": [{"role": "assistant", "content": content["expected_answer"]}],
        "non_preferred_output": [{"role": "assistant", "content": content["answer"]}],
    }


WRITER = Writer(
    about="corrections against the original answers, for preference tuning", write=write, suffix=".dpo.jsonl"
)
